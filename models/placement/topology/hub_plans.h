// A tree of switching entities begun as a hub location problem: which hosts become hubs and which
// vHost is plugged into which, as if a trunk joined every two hubs (single allocation,
// models/placement/hub). The trunks of a plan are a tree, so its transfers cost as much or more:
// plan_topology() goes on from these plans.
//
// The bound holds for every tree: between two hubs, traffic travels at least the shortest way over
// hosts. There is none with groups, since on a tree copies for several receivers share their links,
// nor with more than 1000 hosts, of which only those near vHosts are looked at.
#pragma once

#include <cstdint>
#include <vector>

#include "models/placement/budget.h"
#include "models/placement/topology/topology_plan.h"

namespace violin::placement {

struct HubPlans {
  std::vector<TopologyPlan> plans;  // one of each number of hubs within the budget that helps
  double bound = 0;  // no tree within the budget costs less; entities included. 0: unknown
};

// A flow to each of its receivers stands for a group. Throws what check() does.
HubPlans hub_plans(const Substrate& substrate, const TopologyRequest& request, std::uint64_t seed,
                   const KeepGoing& keep_going);

}  // namespace violin::placement
