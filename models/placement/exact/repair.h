// From a placement that breaks constraints to one that keeps them, and on to one that no move of a
// single entity improves: the answers that relaxations lead to.
//
// Greedy: takes the move that costs least for what it mends, as long as there is one that mends.
// May fail where there is a feasible placement.
#pragma once

#include <optional>

#include "models/placement/exact/host_limits.h"

namespace violin::placement {

std::optional<Hosts> repair(const PairModel& model, const PairCosts& costs,
                            const HostLimits& limits, Hosts hosts);

}  // namespace violin::placement
