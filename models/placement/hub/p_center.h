// The p-center problem to the optimum: bisection on the longest distance (Minieka, SIAM Review 12,
// 1970). Whether p medians reach every point within a distance is a p-median problem whose
// distances are 0 (reached) or 1 (not): its optimum is 0 or it is not, which HubSetProof decides.
#pragma once

#include "models/placement/hub/hub_options.h"
#include "models/placement/hub/median_problem.h"

namespace violin {

// Throws std::logic_error as check() does.
MedianSolution solve_p_center(const MedianProblem& problem, const HubOptions& options = {});

}  // namespace violin
