// A vLAN over several vSwitches: how many, where, who is plugged into which, and the tree of trunks
// between them (models/placement/topology/plan_topology.h).
#pragma once

#include "models/placement/problem.h"
#include "models/placement/topology/plan_topology.h"
#include "scenarios/place/planning.h"

namespace violin {

// The planning's scenario with that vLAN spread over at most `lan.switches()` vSwitches, or as many
// as pay for `lan.activation_cost()` each, with its stations where `placement` has them. The first
// vSwitch keeps its name, others are "<vswitch>-2", "<vswitch>-3"... Their plan is the topology's.
// Throws scenario::ScenarioError if the vLAN has several vSwitches already.
scenario::LoadedScenario spread_lan(const Planning& planning, const scenario::PlannedLan& lan,
                                    const placement::Assignment& placement,
                                    const placement::PlanOptions& options);

}  // namespace violin
