// What became of the last datagrams to some destinations, in front of FIB and neighbors. Exact: an
// entry counts only in the epoch in which it was made, and its owner begins a new epoch with every
// change of a route, neighbor or interface.
//
//   destination --> set: 8 destinations, the number of each one's way --> way: MACs, port, MTU
//
// Destinations are many and ways are few, so a look-up touches the one cache line of its set and a
// way that others use too. Sets start few and double as long as destinations displace each other.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/address.h"
#include "core/frame_sink.h"
#include "core/time.h"

namespace violin {

// To a neighbor.
struct alignas(64) Forwarding {
  std::array<std::uint8_t, 12> link{};  // destination and source MAC as they are on the wire
  std::uint32_t mtu = 0;
  TimePoint valid_until;  // the neighbor is to be verified then
  Ipv4Address neighbor;
  PortIndex egress{};
  std::uint64_t epoch = 0;  // 0: never valid
};

class DestinationCache {
 public:
  // nullptr if it is not known in this epoch, which is not 0. The destination is not 0.0.0.0. Valid
  // until the next add().
  const Forwarding* find(Ipv4Address destination, std::uint64_t epoch) const;
  // Remembers the destination's way, which replaces what was known of that neighbor at that port.
  const Forwarding& add(Ipv4Address destination, const Forwarding& way);

 private:
  static constexpr std::size_t kPerSet = 8;
  static constexpr std::size_t kFirstSets = 1;
  static constexpr std::size_t kMostSets = 512;
  static constexpr std::size_t kFirstWays = 4;
  static constexpr std::size_t kMostWays = std::size_t{1} << 16;

  struct alignas(64) Set {
    std::array<Ipv4Address, kPerSet> destinations{};
    std::array<std::uint16_t, kPerSet> ways{};
    std::uint64_t epoch = 0;
    std::uint8_t next = 0;  // to be displaced
  };
  static_assert(sizeof(Set) == 64 && sizeof(Forwarding) == 64);

  static std::size_t hash(std::uint32_t key, std::size_t size) {
    return (key * 0x9e37'79b1ULL >> 16) & (size - 1);
  }
  const Set& set_of(Ipv4Address destination) const {
    return sets_[hash(destination.bits(), sets_.size())];
  }
  Set& set_of(Ipv4Address destination) { return sets_[hash(destination.bits(), sets_.size())]; }
  std::size_t keep(const Forwarding& way);
  std::size_t place_of(const Forwarding& way) const;
  Set& with_room_for(Ipv4Address destination, std::uint64_t epoch);

  std::vector<Set> sets_ = std::vector<Set>(kFirstSets);
  std::vector<Forwarding> ways_ = std::vector<Forwarding>(kFirstWays);  // open addressing
  std::size_t known_ways_ = 0;                                          // in their epoch
  std::uint64_t ways_epoch_ = 0;
  std::size_t displaced_ = 0;  // since the sets last doubled
};

inline const Forwarding* DestinationCache::find(Ipv4Address destination,
                                                std::uint64_t epoch) const {
  const Set& set = set_of(destination);
  if (set.epoch != epoch) {
    return nullptr;
  }
  for (std::size_t i = 0; i < kPerSet; ++i) {
    if (set.destinations[i] == destination) {
      return &ways_[set.ways[i]];
    }
  }
  return nullptr;
}

}  // namespace violin
