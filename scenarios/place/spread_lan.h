// A vLAN over several vSwitches: how many, where, who is plugged into which, and the tree of trunks
// between them (models/placement/topology/plan_topology.h).
#pragma once

#include <cstdint>

#include "models/placement/problem.h"
#include "models/placement/topology/plan_topology.h"
#include "scenarios/place/planning.h"

namespace violin {

enum class SpreadBy : std::uint8_t {
  kTrees,  // local search from random trees
  kHubs,   // from the solution of the hub location problem (hub_plans.h)
};

struct LanSpread {
  scenario::LoadedScenario scenario;
  double cost = 0;   // the network term of what crosses the vLAN, and its vSwitches
  double bound = 0;  // no tree of vSwitches within the limit costs less
};

// The planning's scenario with that vLAN spread over at most `lan.switches()` vSwitches, or as many
// as pay for `lan.activation_cost()` each, with its stations where `placement` has them. The first
// vSwitch keeps its name, others are "<vswitch>-2", "<vswitch>-3"... Their plan is the topology's.
// Throws scenario::ScenarioError if the vLAN has several vSwitches already.
LanSpread spread_lan(const Planning& planning, const scenario::PlannedLan& lan,
                     const placement::Assignment& placement, SpreadBy by,
                     const placement::PlanOptions& options);

}  // namespace violin
