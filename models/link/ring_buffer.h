// A growing first-in first-out queue in one block of memory, indexable from its head.
//
// Nothing is allocated before the first push_back; the capacity is a power of two, doubles when
// full and is kept from then on. Elements are default-constructed, move-assigned and, once popped,
// left as T{} so that what they owned is let go. References are valid until the next push_back.
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
  std::size_t capacity() const { return slots_ ? std::size_t{mask_} + 1 : 0; }

  // Of the elements present: 0 is the head.
  T& operator[](std::uint32_t index) { return slots_[(head_ + index) & mask_]; }
  const T& operator[](std::uint32_t index) const { return slots_[(head_ + index) & mask_]; }
  T& front() { return slots_[head_]; }
  const T& front() const { return slots_[head_]; }
  T& back() { return (*this)[size_ - 1]; }

  // Makes place for one more at the tail and returns it, as T{}.
  T& extend() {
    if (size_ == capacity()) [[unlikely]] {
      grow();
    }
    return (*this)[size_++];
  }
  void push_back(T value) { extend() = std::move(value); }
  void pop_front() {
    slots_[head_] = T{};
    drop_front();
  }
  // Like pop_front() where the head has been moved from and owns nothing any more.
  void drop_front() {
    head_ = (head_ + 1) & mask_;
    --size_;
  }
  void pop_back() {
    back() = T{};
    --size_;
  }

 private:
  static constexpr std::uint32_t kFirstCapacity = 4;
  static_assert(std::has_single_bit(kFirstCapacity));

  void grow() {
    const std::uint32_t capacity = slots_ ? 2 * (mask_ + 1) : kFirstCapacity;
    auto slots = std::make_unique<T[]>(capacity);
    for (std::uint32_t i = 0; i < size_; ++i) {
      slots[i] = std::move((*this)[i]);
    }
    slots_ = std::move(slots);
    mask_ = capacity - 1;
    head_ = 0;
  }

  std::unique_ptr<T[]> slots_;
  std::uint32_t mask_ = 0;
  std::uint32_t head_ = 0;
  std::uint32_t size_ = 0;
};

}  // namespace violin
