// Floor: a 4-ary heap whose least child is found without a branch. The four children of an event
// share a cache line. Source: A. LaMarca, R. E. Ladner, "The influence of caches on the performance
// of heaps", ACM JEA 1, 1996.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <memory_resource>
#include <utility>

#include "bench/floors/event.h"

namespace violin::bench {

class Heap4 {
 public:
  // At most `capacity` events at a time.
  Heap4(std::size_t capacity, std::pmr::memory_resource& memory)
      : memory_(memory), bytes_((capacity + kPadding) * sizeof(Event)) {
    block_ = static_cast<Event*>(memory_.allocate(bytes_, 64));
    std::uninitialized_fill_n(block_, capacity + kPadding, kNone);
    events_ = block_ + 3;  // the children of i are 4i + 1 to 4i + 4
  }
  Heap4(const Heap4&) = delete;
  Heap4& operator=(const Heap4&) = delete;
  ~Heap4() { memory_.deallocate(block_, bytes_, 64); }

  bool empty() const { return size_ == 0; }
  const Event& top() const { return events_[0]; }

  void push(Event event) {
    std::size_t at = size_++;
    while (at > 0 && event < events_[(at - 1) / 4]) {
      events_[at] = events_[(at - 1) / 4];
      at = (at - 1) / 4;
    }
    events_[at] = event;
  }
  void replace_top(Event event) {
    std::size_t at = 0;
    for (std::size_t child = 1; child < size_; child = 4 * at + 1) {
      const std::size_t left = child + std::size_t{events_[child + 1] < events_[child]};
      const std::size_t right = child + 2 + std::size_t{events_[child + 3] < events_[child + 2]};
      const std::size_t least = left + (right - left) * std::size_t{events_[right] < events_[left]};
      if (event < events_[least]) {
        break;
      }
      events_[at] = events_[least];
      at = least;
    }
    events_[at] = event;
  }
  void pop() {
    const Event last = std::exchange(events_[--size_], kNone);
    if (size_ > 0) {
      replace_top(last);
    }
  }

 private:
  static constexpr std::size_t kPadding = 7;  // before the first, and children that are not there
  static constexpr Event kNone{std::numeric_limits<std::int64_t>::max(), 0};

  std::pmr::memory_resource& memory_;
  std::size_t bytes_;
  Event* block_;
  Event* events_;
  std::size_t size_ = 0;
};

}  // namespace violin::bench
