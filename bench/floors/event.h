// The least that an event can be: when, and a number that is its place in the total order as well
// as what it is for.
#pragma once

#include <cstdint>

namespace violin::bench {

struct Event {
  std::int64_t due = 0;
  std::uint64_t key = 0;

  // One comparison of 128 bits: no branch.
  friend bool operator<(const Event& a, const Event& b) { return a.order() < b.order(); }

 private:
  __extension__ using Order = unsigned __int128;
  Order order() const { return Order{static_cast<std::uint64_t>(due)} << 64 | key; }
};
static_assert(sizeof(Event) == 16);

}  // namespace violin::bench
