// Multiple allocation to the optimum: UMApHMP, and with fixed costs instead of a number of hubs.
// With the hubs chosen every flow takes its cheapest route, so the search is for the set of hubs
// alone.
//
// HubSetSearch finds a set and HubSetProof, with RouteDual, that no other is better. Capacities and
// homes are not looked at.
#pragma once

#include "models/placement/hub/hub_options.h"
#include "models/placement/hub/hub_problem.h"

namespace violin {

// There always is a solution. Throws std::logic_error as check() does.
HubSolution solve_multiple_allocation(const HubProblem& problem, const HubOptions& options = {});

}  // namespace violin
