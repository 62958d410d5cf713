// A growing first-in first-out queue, indexable from its head. The head lies in the queue itself,
// beside what else its owner touches; the others are in one block of memory.
//
// Nothing is allocated before there are two elements; the block's capacity is a power of two,
// doubles when full and is kept from then on, used from its begin whenever it has been empty: a
// queue that is short most of the time stays within a cache line or two. Elements are
// default-constructed, move-assigned and, once popped, left as T{} or moved-from so that what they
// owned is let go. References are valid until the next push_back, extend or pop.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

namespace violin {

template <typename T>
class RingBuffer {
 public:
  bool empty() const { return size_ == 0; }
  std::uint32_t size() const { return size_; }
  // Of the block.
  std::size_t capacity() const { return slots_ ? std::size_t{mask_} + 1 : 0; }

  // Of the elements present: 0 is the head.
  T& operator[](std::uint32_t index) { return index == 0 ? head_ : slot(index); }
  const T& operator[](std::uint32_t index) const { return index == 0 ? head_ : slot(index); }
  T& front() { return head_; }
  const T& front() const { return head_; }
  T& back() { return (*this)[size_ - 1]; }

  // Makes place for one more at the tail and returns it; it owns nothing.
  T& extend() {
    const std::uint32_t index = size_++;
    if (index == 0) {
      return head_;
    }
    if (index > capacity()) [[unlikely]] {
      grow();
    }
    return slot(index);
  }
  void push_back(T value) { extend() = std::move(value); }
  void pop_front() {
    head_ = T{};
    drop_front();
  }
  // Like pop_front() where the head has been moved from and owns nothing any more.
  void drop_front() {
    if (--size_ > 0) {
      head_ = std::move(slots_[second_].value);
      second_ = size_ == 1 ? 0 : (second_ + 1) & mask_;
    }
  }
  void pop_back() {
    back() = T{};
    --size_;
  }

 private:
  struct alignas(std::bit_ceil(sizeof(T)) <= 64 ? std::bit_ceil(sizeof(T)) : alignof(T)) Slot {
    T value{};  // in one cache line, if it can be
  };
  static constexpr std::uint32_t kFirstCapacity = 4;
  static_assert(std::has_single_bit(kFirstCapacity));

  T& slot(std::uint32_t index) { return slots_[(second_ + index - 1) & mask_].value; }
  const T& slot(std::uint32_t index) const { return slots_[(second_ + index - 1) & mask_].value; }

  // When all slots are in use and one more is wanted.
  void grow() {
    const std::uint32_t capacity = slots_ ? 2 * (mask_ + 1) : kFirstCapacity;
    auto slots = std::make_unique<Slot[]>(capacity);
    for (std::uint32_t i = 0; slots_ && i <= mask_; ++i) {
      slots[i] = std::move(slots_[(second_ + i) & mask_]);
    }
    slots_ = std::move(slots);
    mask_ = capacity - 1;
    second_ = 0;
  }

  T head_{};
  std::unique_ptr<Slot[]> slots_;  // of all but the head
  std::uint32_t mask_ = 0;
  std::uint32_t second_ = 0;  // the slot of element 1
  std::uint32_t size_ = 0;
};

}  // namespace violin
