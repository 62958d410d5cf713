#include "models/vrouter/destination_cache.h"

#include <algorithm>

namespace violin {

const Forwarding& DestinationCache::add(Ipv4Address destination, const Forwarding& way) {
  const std::size_t at = keep(way);
  Set& set = with_room_for(destination, way.epoch);
  const auto known = std::ranges::find(set.destinations, destination);
  const auto place = known != set.destinations.end()
                         ? static_cast<std::size_t>(known - set.destinations.begin())
                         : set.next++ % kPerSet;
  set.destinations[place] = destination;
  set.ways[place] = static_cast<std::uint16_t>(at);
  return ways_[at];
}

// All sets begin anew when there are more of them: what is in use comes back.
DestinationCache::Set& DestinationCache::with_room_for(Ipv4Address destination,
                                                       std::uint64_t epoch) {
  Set* set = &set_of(destination);
  if (set->epoch != epoch) {
    *set = {.epoch = epoch};
  }
  const bool displaces = set->destinations[set->next % kPerSet] != Ipv4Address{};
  displaced_ += displaces ? 1 : 0;
  if (displaced_ > sets_.size() * kPerSet && sets_.size() < kMostSets) {
    sets_.assign(2 * sets_.size(), {});
    displaced_ = 0;
    set = &set_of(destination);
    set->epoch = epoch;
  }
  return *set;
}

// In its place, open addressing. Where that is crowded all ways begin anew, and the sets with them.
std::size_t DestinationCache::keep(const Forwarding& way) {
  known_ways_ = way.epoch == ways_epoch_ ? known_ways_ : 0;
  ways_epoch_ = way.epoch;
  std::size_t at = place_of(way);
  if (ways_[at].epoch != way.epoch && 2 * ++known_ways_ > ways_.size()) {
    ways_.assign(std::min(2 * ways_.size(), kMostWays), {});
    std::ranges::fill(sets_, Set{});
    known_ways_ = 1;
    at = place_of(way);
  }
  ways_[at] = way;
  return at;
}

// Where the way to that neighbor is or, if that is not known in this epoch, may be kept.
std::size_t DestinationCache::place_of(const Forwarding& way) const {
  std::size_t at = hash(way.neighbor.bits() + static_cast<std::uint32_t>(way.egress), ways_.size());
  while (ways_[at].epoch == way.epoch &&
         (ways_[at].neighbor != way.neighbor || ways_[at].egress != way.egress)) {
    at = (at + 1) & (ways_.size() - 1);
  }
  return at;
}

}  // namespace violin
