// The routing table of an end host: its own subnets, a default gateway, some static routes. Longest
// prefix first in one small sorted vector that is searched from the front, which beats any trie
// while routes are few (tens; a router's table is models/vrouter's).
// Source: RFC 1122 section 3.3.1.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/address.h"
#include "core/frame_sink.h"

namespace violin {

struct HostRoute {
  Ipv4Prefix prefix;
  std::optional<Ipv4Address> gateway;  // none: the prefix is a subnet of the vNIC at `port`
  PortIndex port{};
  bool operator==(const HostRoute&) const = default;
};

class HostRoutes {
 public:
  // Replaces a route of the same prefix and port. Of two with one prefix the lower port is used.
  void add(const HostRoute& route);
  // True if there was one through that gateway.
  bool remove(Ipv4Prefix prefix, Ipv4Address gateway);
  // Everything that leaves at the port.
  void remove(PortIndex port);
  // The routes to 0.0.0.0/0.
  void remove_default();
  // The longest match; nullptr without one. Valid until the table changes.
  const HostRoute* find(Ipv4Address destination) const;
  // The vNIC on whose subnet the address is.
  std::optional<PortIndex> on_link(Ipv4Address address) const;
  const std::vector<HostRoute>& all() const { return routes_; }

 private:
  std::vector<HostRoute> routes_;  // by falling prefix length, then prefix, then port
};

}  // namespace violin
