// Who listens at which of 65,536 numbers: UDP ports, ICMP echo identifiers. Costs nothing while
// empty; lookups are O(log n), changes O(n).
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

namespace violin {

template <typename Listener>
class PortTable {
 public:
  Listener* find(std::uint16_t number) const {
    const auto at = std::ranges::lower_bound(entries_, number, {}, &Entry::number);
    return at != entries_.end() && at->number == number ? at->listener : nullptr;
  }
  // False if the number is taken.
  bool add(std::uint16_t number, Listener& listener) {
    const auto at = std::ranges::lower_bound(entries_, number, {}, &Entry::number);
    if (at != entries_.end() && at->number == number) {
      return false;
    }
    entries_.insert(at, {number, &listener});
    return true;
  }
  void remove(std::uint16_t number) {
    std::erase_if(entries_, [&](const Entry& entry) { return entry.number == number; });
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
  struct Entry {
    std::uint16_t number;
    Listener* listener;
  };
  std::vector<Entry> entries_;  // by number
  std::uint32_t next_ = 0;
};

}  // namespace violin
