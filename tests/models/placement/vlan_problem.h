// Problems of the shape that the paper draws, of any size: vRouters in a random tree, vLANs of one
// vSwitch each under a vRouter, vHosts pinned to hosts and plugged into the vSwitches.
#pragma once

#include <cstdint>

#include "models/placement/problem.h"

namespace violin::placement {

struct VlanOptions {
  std::size_t vhosts = 50;
  std::size_t vlans = 6;
  std::size_t vrouters = 3;
  std::size_t demands = 200;  // between random vHosts, of 10 kbit/s to 4 Mbit/s
};

// The substrate outlives the problem.
Problem vlan_problem(const Substrate& substrate, std::uint64_t seed, const VlanOptions& options);

}  // namespace violin::placement
