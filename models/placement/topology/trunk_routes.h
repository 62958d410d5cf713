// The ways of traffic over the trunks of a topology: the shortest by delay, as vRouters compute
// them; in a tree, the only ones.
#pragma once

#include <cstdint>
#include <vector>

#include "models/placement/topology/topology_plan.h"

namespace violin::placement {

class TrunkRoutes {
 public:
  // All pairs of hubs (Floyd, Comm. ACM 5, 1962): hubs^3 steps.
  TrunkRoutes(const DelayMatrix& delays, const TopologyPlan& plan);

  // In cells of the matrix; infinite where no trunks lead.
  double distance(std::size_t from, std::size_t to) const { return at(from, to).distance; }
  bool joins_all() const;
  // Calls visit(trunk, direction) for each in order of travel.
  template <typename Visit>
  void follow(std::size_t from, std::size_t to, Visit visit) const {
    while (from != to) {
      const Way& way = at(from, to);
      visit(way.trunk, way.direction);
      from = plan_.trunks[way.trunk][1 - way.direction];
    }
  }

 private:
  struct Way {
    double distance;
    std::uint32_t trunk = 0;  // the first
    std::uint32_t direction = 0;
  };
  Way& at(std::size_t from, std::size_t to) { return ways_[from * plan_.hubs.size() + to]; }
  const Way& at(std::size_t from, std::size_t to) const {
    return ways_[from * plan_.hubs.size() + to];
  }

  const TopologyPlan& plan_;
  std::vector<Way> ways_;
};

}  // namespace violin::placement
