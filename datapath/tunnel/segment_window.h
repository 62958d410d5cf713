// Which segments of a tunnel have come: accepts each once, and measures what the path did to them.
//
// Of the last 4096 sequence numbers it knows which have come; what is older, or was settled, is
// refused as surely as what has come twice (the window of RFC 4303 section 3.4.3).
//
// Measured: loss after RFC 7680, with "lost" meaning not there when settled; reordering after RFC
// 4737 section 3 (Type-P-Reordered: its number is below the next expected one); duplication after
// RFC 5560. The counts go on over reset().
#pragma once

#include <bitset>
#include <cstdint>

namespace violin {

class SegmentWindow {
 public:
  static constexpr std::uint64_t kWindow = 4096;

  struct Counters {
    std::uint64_t received = 0;    // accepted
    std::uint64_t lost = 0;        // settled without having come
    std::uint64_t reordered = 0;   // of the received
    std::uint64_t duplicated = 0;  // refused: had come
    std::uint64_t late = 0;        // refused: too old to tell, or counted as lost already
  };

  // Whether it is new. Numbers start at 1.
  bool accept(std::uint64_t sequence) {
    if (sequence == highest_ + 1) [[likely]] {
      advance_to(sequence);
      ++counters_.received;
      return true;
    }
    return accept_out_of_order(sequence);
  }
  // What is missing below the sequence that was the highest at the last call counts as lost from
  // now on. To be called once in the time that a segment may be late by.
  void settle();
  // The sender begins anew at 1. What it sent before the first that comes is not lost.
  void reset();

  const Counters& counters() const { return counters_; }
  std::uint64_t highest() const { return highest_; }

 private:
  bool accept_out_of_order(std::uint64_t sequence);
  void advance_to(std::uint64_t sequence);
  void settle_to(std::uint64_t end);
  static std::size_t slot(std::uint64_t sequence) { return sequence % kWindow; }

  std::bitset<kWindow> came_;  // of settled_ <= number <= highest_
  std::uint64_t highest_ = 0;  // accepted
  std::uint64_t settled_ = 1;  // all below are counted as received or lost
  std::uint64_t next_settle_ = 1;
  std::uint64_t first_ = 1;  // what came before it was not heard: no loss
  Counters counters_;
};

inline void SegmentWindow::advance_to(std::uint64_t sequence) {
  if (sequence >= kWindow && settled_ <= sequence - kWindow) {
    settle_to(sequence - kWindow + 1);
  }
  highest_ = sequence;
  came_.set(slot(sequence));
}

}  // namespace violin
