#include "models/neighbor/neighbor_table.h"

#include "core/require.h"

namespace violin {

namespace {
constexpr std::size_t kFirstSize = 4;
}

NeighborEntry& NeighborTable::insert(Ipv4Address who) {
  if (4 * (size_ + 1) > 3 * slots_.size()) {
    grow();
  }
  NeighborEntry& entry = slots_[slot_of(who)];
  require(entry.state == NeighborState::kFree, "a neighbor is inserted once");
  entry = {.who = who,
           .state = NeighborState::kIncomplete,
           .mac = {},
           .verify_at = TimePoint::min(),
           .pending = {}};
  ++size_;
  return entry;
}

void NeighborTable::grow() {
  std::vector<NeighborEntry> old(slots_.empty() ? kFirstSize : 2 * slots_.size());
  old.swap(slots_);
  for (const NeighborEntry& entry : old) {
    if (entry.state != NeighborState::kFree) {
      slots_[slot_of(entry.who)] = entry;
    }
  }
}

void NeighborTable::erase(Ipv4Address who) {
  if (size_ == 0) {
    return;
  }
  const std::size_t at = slot_of(who);
  if (slots_[at].state != NeighborState::kFree) {
    close_gap(at);
    --size_;
  }
}

// Moves back every later entry of the run that could not be found past the gap.
void NeighborTable::close_gap(std::size_t gap) {
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t at = (gap + 1) & mask; slots_[at].state != NeighborState::kFree;
       at = (at + 1) & mask) {
    const std::size_t distance = (at - home(slots_[at].who)) & mask;
    if (distance >= ((at - gap) & mask)) {
      slots_[gap] = slots_[at];
      gap = at;
    }
  }
  slots_[gap].state = NeighborState::kFree;
}

}  // namespace violin
