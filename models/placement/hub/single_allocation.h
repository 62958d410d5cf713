// Single allocation to the optimum: USApHMP, and CSAHLP with capacities and fixed costs.
//
// AllocationSearch finds a solution; then branch and bound, lowest bound first, with TransferDual
// and AllocationMaster in each node: supergradient steps of Polyak's length towards the best
// known cost, whose reduced costs take sites and allocations out for good. The bound is that of the
// strong path formulation, which is (nearly) tight on the published instances, so that most are
// proven without a branch.
//
// Bounds are computed in doubles and lowered by what rounding may have added; a branch ends when
// nothing in it can be better by more than kSameCost.
#pragma once

#include "models/placement/hub/hub_options.h"
#include "models/placement/hub/hub_problem.h"

namespace violin {

// Nothing found and a bound of infinity: there is no solution. Nothing found and a finite bound:
// the time was too short to tell. Throws std::logic_error as check() does.
HubSolution solve_single_allocation(const HubProblem& problem, const HubOptions& options = {});

}  // namespace violin
