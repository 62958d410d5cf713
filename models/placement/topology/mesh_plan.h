// vRouters whose trunks may be a mesh: local search from a plan whose trunks are a tree, and from
// the same with a trunk between every two that traffic goes between. In turn a trunk is added or
// taken away, an entity moves to its best host, a vHost is plugged in elsewhere, and an entity
// gives way to a neighbor, whatever costs less, until nothing does. Traffic takes the shortest way
// (trunk_routes.h); groups, the union of the ways to their members.
#pragma once

#include "models/placement/budget.h"
#include "models/placement/topology/topology_plan.h"

namespace violin::placement {

// What the plan costs with such routes; infinite if its trunks do not join all.
double mesh_cost(const DelayMatrix& delays, const TopologyRequest& request,
                 const TopologyPlan& plan);

// The cheapest that was found, with its cost.
TopologyPlan plan_mesh(const DelayMatrix& delays, const TopologyRequest& request, TopologyPlan from,
                       const KeepGoing& keep_going);

}  // namespace violin::placement
