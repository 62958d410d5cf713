// Proposes the virtual topology itself: how many vSwitches or vRouters, where, joined how, and who
// is plugged into which.
//
// For each number of entities within the budget, local search from many starts: in turn each entity
// moves to its best host, the trunks become the tree over which communication costs least (all
// trees for up to 6 entities, exchange of single trunks beyond; Hu, "Optimum communication spanning
// trees", 1974), one gives way to a neighbor if that is cheaper, and each vHost is plugged in where
// that costs least, until nothing helps. Every cost is that of the whole plan.
//
// vRouters whose trunks may be a mesh go on from the best tree (mesh_plan.h).
//
// The bound: each flow travels at least the shortest way over hosts, and each group needs at least
// a Steiner tree (steiner.h); with one entity, the best host is found by trying all.
#pragma once

#include <cstdint>
#include <vector>

#include "models/placement/budget.h"
#include "models/placement/topology/topology_plan.h"

namespace violin::placement {

struct PlanOptions {
  std::uint64_t seed = 1;   // same seed, same plan, as long as `keep_going` does not end it
  std::size_t starts = 20;  // for each number of entities; none: only from `first`
  KeepGoing keep_going = [] { return true; };
  std::vector<TopologyPlan> first{};  // within the budget: descents begin from these, too
};

// Throws what check() does.
TopologyPlan plan_topology(const Substrate& substrate, const TopologyRequest& request,
                           const PlanOptions& options = {});

// The bound alone; each group's is the best of so many roots, as far as time allows.
double topology_bound(const DelayMatrix& delays, const TopologyRequest& request,
                      const KeepGoing& keep_going, std::size_t roots);

}  // namespace violin::placement
