#include "datapath/tunnel/segment_window.h"

#include <algorithm>

namespace violin {

bool SegmentWindow::accept_out_of_order(std::uint64_t sequence) {
  if (sequence > highest_) {
    if (highest_ == 0) {
      first_ = sequence;
    }
    advance_to(sequence);
    ++counters_.received;
    return true;
  }
  if (sequence < settled_) {
    ++counters_.late;
    return false;
  }
  if (came_.test(slot(sequence))) {
    ++counters_.duplicated;
    return false;
  }
  came_.set(slot(sequence));
  ++counters_.received;
  ++counters_.reordered;
  return true;
}

// A number's bit is cleared when it is settled, so that of those above highest_ all are clear.
void SegmentWindow::settle_to(std::uint64_t end) {
  const std::uint64_t in_window = std::min(end, highest_ + 1);
  for (; settled_ < in_window; ++settled_) {
    const std::size_t at = slot(settled_);
    counters_.lost += came_.test(at) || settled_ < first_ ? 0 : 1;
    came_.reset(at);
  }
  if (settled_ < end) {
    counters_.lost += end - std::min(end, std::max(settled_, first_));
    settled_ = end;
  }
}

void SegmentWindow::settle() {
  settle_to(next_settle_);
  next_settle_ = highest_ + 1;
}

void SegmentWindow::reset() {
  settle_to(highest_ + 1);
  came_.reset();
  highest_ = 0;
  settled_ = 1;
  next_settle_ = 1;
  first_ = 1;
}

}  // namespace violin
