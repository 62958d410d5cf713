// Short arrays ("blocks") of 1 to 64 items in one vector, named by the index of their first item.
// A freed block is used again for one of its size class; no block moves unless it is resized.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

namespace violin {

template <typename T>
class BlockPool {
 public:
  T& operator[](std::size_t at) { return items_[at]; }
  const T& operator[](std::size_t at) const { return items_[at]; }
  void prefetch(std::size_t at) const { __builtin_prefetch(items_.data() + at); }

  // A block of `size` items, which hold values of earlier ones. References end here.
  std::uint32_t allocate(std::size_t size) {
    auto& free = free_[size_class(size)];
    if (free.empty()) {
      const auto at = static_cast<std::uint32_t>(items_.size());
      items_.resize(items_.size() + kSizes[size_class(size)]);
      return at;
    }
    const std::uint32_t at = free.back();
    free.pop_back();
    return at;
  }
  void release(std::uint32_t at, std::size_t size) {
    if (size > 0) {
      free_[size_class(size)].push_back(at);
    }
  }
  // The block with a further item at `position`; its index may change.
  std::uint32_t insert(std::uint32_t at, std::size_t size, std::size_t position, const T& item) {
    const T copy = item;
    std::uint32_t to = at;
    if (size == 0 || size_class(size) != size_class(size + 1)) {
      to = allocate(size + 1);
      std::copy_n(items_.data() + at, position, items_.data() + to);
      std::copy_n(items_.data() + at + position, size - position,
                  items_.data() + to + position + 1);
      release(at, size);
    } else {
      std::copy_backward(items_.data() + at + position, items_.data() + at + size,
                         items_.data() + at + size + 1);
    }
    items_[to + position] = copy;
    return to;
  }
  // The block without the item at `position`; its index may change.
  std::uint32_t erase(std::uint32_t at, std::size_t size, std::size_t position) {
    std::copy(items_.data() + at + position + 1, items_.data() + at + size,
              items_.data() + at + position);
    if (size == 1 || size_class(size) != size_class(size - 1)) {
      const std::uint32_t to = size == 1 ? 0 : allocate(size - 1);
      std::copy_n(items_.data() + at, size - 1, items_.data() + to);
      release(at, size);
      return to;
    }
    return at;
  }

  void clear() { *this = {}; }
  std::size_t memory() const { return items_.capacity() * sizeof(T); }

 private:
  static constexpr std::array<std::uint8_t, 12> kSizes = {1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64};
  static constexpr std::array<std::uint8_t, 65> kClassOf = [] {
    std::array<std::uint8_t, 65> classes{};
    for (std::size_t size = 0, c = 0; size <= 64; ++size) {
      c += size > kSizes[c] ? 1 : 0;
      classes[size] = static_cast<std::uint8_t>(c);
    }
    return classes;
  }();
  static constexpr std::size_t size_class(std::size_t size) { return kClassOf[size]; }

  std::vector<T> items_;
  std::array<std::vector<std::uint32_t>, kSizes.size()> free_;
};

}  // namespace violin
