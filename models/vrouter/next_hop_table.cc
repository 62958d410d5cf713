#include "models/vrouter/next_hop_table.h"

namespace violin {

NextHopTable::Id NextHopTable::acquire(const NextHop& hop) {
  const auto [known, added] = ids_.try_emplace(hop, Use{0, 0});
  if (added && free_.empty()) {
    known->second.id = static_cast<Id>(hops_.size());
    hops_.push_back(hop);
  } else if (added) {
    known->second.id = free_.back();
    free_.pop_back();
    hops_[known->second.id] = hop;
  }
  ++known->second.routes;
  return known->second.id;
}

void NextHopTable::release(Id id) {
  const auto known = ids_.find(hops_[id]);
  if (--known->second.routes == 0) {
    free_.push_back(id);
    ids_.erase(known);
  }
}

std::size_t NextHopTable::memory() const {
  constexpr std::size_t kMapNode = 32;  // three pointers and a colour
  return hops_.capacity() * sizeof(NextHop) + free_.capacity() * sizeof(Id) +
         ids_.size() * (kMapNode + sizeof(std::pair<const NextHop, Use>));
}

}  // namespace violin
