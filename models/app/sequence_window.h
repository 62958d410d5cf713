// Tells new, late and repeated sequence numbers apart.
// Source: RFC 4737 section 3.4 (a datagram is reordered if one that was sent later came before it).
// Remembers the kWidth numbers below the highest; one that comes later than that is taken for late,
// never for repeated.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

namespace violin {

class SequenceWindow {
 public:
  static constexpr std::uint64_t kWidth = 4096;
  enum class Arrival : std::uint8_t { kInOrder, kReordered, kDuplicate };

  Arrival note(std::uint64_t sequence) {
    if (sequence >= next_) {
      advance(sequence);
      return Arrival::kInOrder;
    }
    if (next_ - sequence > kWidth) {
      return Arrival::kReordered;
    }
    std::uint64_t& word = word_of(sequence);
    if ((word & bit_of(sequence)) != 0) {
      return Arrival::kDuplicate;
    }
    word |= bit_of(sequence);
    return Arrival::kReordered;
  }

 private:
  static std::uint64_t bit_of(std::uint64_t sequence) {
    return std::uint64_t{1} << (sequence % 64);
  }
  std::uint64_t& word_of(std::uint64_t sequence) { return seen_[sequence % kWidth / 64]; }
  void advance(std::uint64_t sequence) {
    const std::uint64_t skipped = std::min(sequence - next_, kWidth);
    for (std::uint64_t missing = sequence - skipped; missing < sequence; ++missing) {
      word_of(missing) &= ~bit_of(missing);
    }
    word_of(sequence) |= bit_of(sequence);
    next_ = sequence + 1;
  }

  std::uint64_t next_ = 0;                         // one more than the highest
  std::array<std::uint64_t, kWidth / 64> seen_{};  // of [next_ - kWidth, next_)
};

}  // namespace violin
