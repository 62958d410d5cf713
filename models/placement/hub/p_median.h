// The p-median problem to the optimum: MedianSearch finds medians, HubSetProof, with MedianDual,
// that none are better. Distances are whole numbers, so a bound within 1 of the cost proves it.
#pragma once

#include "models/placement/hub/hub_options.h"
#include "models/placement/hub/median_problem.h"

namespace violin {

// Throws std::logic_error as check() does.
MedianSolution solve_p_median(const MedianProblem& problem, const HubOptions& options = {});

}  // namespace violin
