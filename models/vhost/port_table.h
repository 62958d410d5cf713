// Who listens at which of 65,536 numbers: UDP ports, ICMP echo identifiers. Costs nothing while
// empty. A look-up takes one cache line, most often: open addressing with linear probing, at most
// half full. Removing is O(n).
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace violin {

template <typename Listener>
class PortTable {
 public:
  Listener* find(std::uint16_t number) const {
    return slots_.empty() ? nullptr : slots_[place_of(number)].listener;
  }
  // False if the number is taken.
  bool add(std::uint16_t number, Listener& listener) {
    if (find(number) != nullptr) {
      return false;
    }
    if (2 * (used_ + 1) > slots_.size()) {
      arrange(std::exchange(slots_, std::vector<Slot>(std::max(kFirstSize, 2 * slots_.size()))));
    }
    slots_[place_of(number)] = {&listener, number};
    ++used_;
    return true;
  }
  void remove(std::uint16_t number) {
    if (find(number) != nullptr) {
      slots_[place_of(number)] = {};
      --used_;
      arrange(std::exchange(slots_, std::vector<Slot>(used_ == 0 ? 0 : slots_.size())));
    }
  }
  // The next free number of [first, 65535], in turn; none if all are taken.
  std::optional<std::uint16_t> allocate(std::uint16_t first) {
    const std::uint32_t count = 65536U - first;
    for (std::uint32_t tried = 0; tried < count; ++tried) {
      const auto number = static_cast<std::uint16_t>(first + next_++ % count);
      if (find(number) == nullptr) {
        return number;
      }
    }
    return std::nullopt;
  }

 private:
  struct Slot {
    Listener* listener = nullptr;
    std::uint16_t number = 0;
  };
  static constexpr std::size_t kFirstSize = 4;

  // The number's slot, or the free one in which its search ends.
  std::size_t place_of(std::uint16_t number) const {
    const auto bits = static_cast<unsigned>(std::bit_width(slots_.size() - 1));
    std::size_t at = number * 0x9e37'79b1U >> (32 - bits);
    while (slots_[at].listener != nullptr && slots_[at].number != number) {
      at = (at + 1) & (slots_.size() - 1);
    }
    return at;
  }
  // Puts every slot that is in use into its place.
  void arrange(const std::vector<Slot>& all) {
    for (const Slot& slot : all) {
      if (slot.listener != nullptr) {
        slots_[place_of(slot.number)] = slot;
      }
    }
  }

  std::vector<Slot> slots_;  // empty, or a power of two
  std::uint32_t used_ = 0;
  std::uint32_t next_ = 0;
};

}  // namespace violin
