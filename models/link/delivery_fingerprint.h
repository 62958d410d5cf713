// A rolling 64-bit hash over frame deliveries: equal sequences of (due time, frame size, leading
// bytes) give equal values on every machine, anything else gives another one with probability
// 1 - 2^-64. Not a defence against an adversary.
//
// Covered are the first kCoveredBytes bytes of a frame that are stored. Each delivery is hashed by
// itself with folded 64x64 -> 128 bit products (the construction of wyhash, W. Yi) and then enters
// the state through a bijection: two runs that differ in one delivery's hash cannot meet again as
// long as the following deliveries are equal.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "core/frame.h"
#include "core/time.h"

namespace violin {

class DeliveryFingerprint {
 public:
  // Ethernet with a tag, IPv4 and TCP with all options fit.
  static constexpr std::size_t kCoveredBytes = 128;

  void add(TimePoint due, const Frame& frame) { add(due, frame.size(), frame.bytes()); }
  void add(TimePoint due, Bytes size, std::span<const std::uint8_t> stored) {
    const auto time = static_cast<std::uint64_t>(due.time_since_epoch().count());
    const auto covered = stored.first(std::min(stored.size(), kCoveredBytes));
    const std::uint64_t sizes = size.value ^ (std::uint64_t{covered.size()} << 56);
    absorb(fold(time ^ kSecret[0], sizes ^ kSecret[1]) ^ digest(covered));
  }
  // Enters any word, for instance another fingerprint: how a run sums up its links.
  void absorb(std::uint64_t word) {
    const std::uint64_t x = (state_ ^ word) * 0x9e37'79b9'7f4a'7c15ULL;
    state_ = x ^ (x >> 32);
  }
  std::uint64_t value() const { return state_; }

 private:
  // Odd words of 32 one bits each; a further one for each 16 bytes (wyhash's and digits of pi).
  static constexpr std::array<std::uint64_t, 2> kSecret = {0xa076'1d64'78bd'642fULL,
                                                           0xe703'7ed1'a0b4'28dbULL};
  static constexpr std::uint64_t kStep = 0x8ebc'6af0'9c88'c6e3ULL;

  static std::uint64_t fold(std::uint64_t a, std::uint64_t b) {
    __extension__ using Wide = unsigned __int128;
    const Wide product = static_cast<Wide>(a) * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
  }

  // A little-endian word, as on the machines we run on; the value is then the same everywhere.
  static std::uint64_t word(const std::uint8_t* bytes) {
    static_assert(std::endian::native == std::endian::little);
    std::uint64_t w;
    std::memcpy(&w, bytes, sizeof w);
    return w;
  }

  static std::uint64_t fold_at(const std::uint8_t* bytes, std::uint64_t position) {
    return fold(word(bytes) ^ position, word(bytes + 8) ^ kSecret[1] ^ position);
  }

  // In steps of 16 bytes, the last of which overlaps the one before where they do not divide.
  static std::uint64_t digest(std::span<const std::uint8_t> covered) {
    const std::size_t n = covered.size();
    const std::uint8_t* bytes = covered.data();
    if (n < 16) [[unlikely]] {
      std::array<std::uint8_t, 16> padded{};
      std::copy_n(bytes, n, padded.begin());
      return fold_at(padded.data(), kSecret[0]);
    }
    std::uint64_t position = kSecret[0];
    std::uint64_t sum = 0;
    for (std::size_t at = 0; at + 16 <= n; at += 16) {
      sum ^= fold_at(bytes + at, position);
      position += kStep;
    }
    return n % 16 == 0 ? sum : sum ^ fold_at(bytes + n - 16, position);
  }

  std::uint64_t state_ = 0;
};

}  // namespace violin
