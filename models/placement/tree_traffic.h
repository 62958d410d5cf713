// What a tree of switching entities costs, and what each of its links carries.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "models/placement/topology_plan.h"

namespace violin::placement {

// Cost of 1 bit/s over one cell of a DelayMatrix, in Mbit/s x ms.
inline constexpr double kMbitMsPerCell = 1e-12 * static_cast<double>(DelayMatrix::kUnit.count());

class TreeTraffic {
 public:
  // Both outlive this.
  TreeTraffic(const DelayMatrix& delays, const TopologyRequest& request);

  // Of load from one host to another.
  double carry(double bits_per_second, HostId from, HostId to) const;
  // Of a vHost's access link, if it leads to a host.
  double access(std::size_t vhost, HostId hub) const;
  // Bits per second on each trunk, as it is told and back.
  std::vector<std::array<double, 2>> trunk_loads(const TopologyPlan& plan) const;
  // Of the whole plan, its entities included.
  double cost(const TopologyPlan& plan) const;
  // Of its trunks alone.
  double trunk_cost(const TopologyPlan& plan) const;

 private:
  const DelayMatrix& delays_;
  const TopologyRequest& request_;
  std::vector<std::array<double, 2>> access_;        // bits per second of each vHost, up and down
  std::vector<std::vector<std::size_t>> receivers_;  // of each group
};

}  // namespace violin::placement
