// What only shows once a virtual network is cabled: subnets of vLANs, gateways, and where static
// routes lead.
#pragma once

#include <set>
#include <string>
#include <utility>

#include "scenarios/validate/network.h"

namespace violin::scenario {

// Tells each problem once, however often it looks.
class Addressing {
 public:
  Addressing(const NetworkState& network, Report& report) : network_(network), report_(report) {}

  // Every vLAN's vNICs are in a subnet that its vSwitches declare, or all in one.
  void check_lans();
  // Gateways and next hops are on a subnet of the entity, and belong to a vRouter there.
  void check_next_hops(EntityState& entity);
  // No packet circles between vRouters by the routes that the scenario gives.
  void check_loops();

 private:
  void check_lan(const Lan& lan);
  void check_cable(const Lan& lan);
  void check_groups(const Lan& lan, const std::set<Ipv4Prefix>& subnets);
  void check_next_hop(EntityState& entity, Ipv4Address via, const std::string& path,
                      const std::string& what);
  void follow(const EntityState& router, int route_index);
  const EntityState* next_router(const EntityState& at, Ipv4Address destination) const;
  void error(const std::string& path, const std::string& what);
  void warning(const std::string& path, const std::string& what);

  const NetworkState& network_;
  Report& report_;
  std::set<std::pair<std::string, std::string>> told_;  // path and text
};

}  // namespace violin::scenario
