// What ICMP has told of the largest datagram that reaches a destination unfragmented.
// Source: RFC 1191: sections 3 and 6.3 (an estimate is kept for 10 minutes, never below 68),
// section 7 (the plateau below the refused size where a router tells no next-hop MTU). Departs from
// it: at most kMaxEntries destinations are kept; the estimate that would end first makes room for a
// new one.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/address.h"
#include "core/time.h"

namespace violin {

class PathMtuCache {
 public:
  static constexpr Duration kLifetime = std::chrono::minutes(10);
  static constexpr std::uint32_t kMinimum = 68;  // RFC 791: every path carries that
  static constexpr std::size_t kMaxEntries = 1024;

  // Takes in "fragmentation needed" for a datagram of `refused` bytes; `next_hop_mtu` is 0 where
  // the router does not tell. Never raises an estimate that holds. Returns the MTU that is now
  // assumed.
  std::uint32_t lower(Ipv4Address destination, std::uint32_t refused, std::uint32_t next_hop_mtu,
                      TimePoint now);
  std::optional<std::uint32_t> find(Ipv4Address destination, TimePoint now) const;

 private:
  struct Entry {
    Ipv4Address destination;
    std::uint32_t mtu;
    TimePoint ends;
  };
  void make_room(TimePoint now);

  std::vector<Entry> entries_;  // by destination
};

}  // namespace violin
