// Proofs that no placement keeps the limits: prices at which even the least that a placement can
// pay is more than all limits are worth. Costs do not matter, so they are left out; what remains is
// Farkas' lemma for the Lagrangian relaxation of pricing.h.
//
// The prices are sought as a perceptron seeks a plane (Rosenblatt, Psychological Review 65, 1958):
// each cheapest placement raises those of what it uses beyond limits. Finds nothing where
// placements keep the limits on average, as shares of themselves; branching.h is for these.
#pragma once

#include "models/placement/exact/pricing.h"

namespace violin::placement {

// The model without costs: kFar where it was, and hosts have to have a way as before.
PairModel free_of_costs(const PairModel& model);

// True is a proof. `relaxation` is of `free`.
bool proven_infeasible(const PairModel& free, const PairCosts& costs, const HostLimits& limits,
                       const Relaxation& relaxation, const KeepGoing& keep_going);

}  // namespace violin::placement
