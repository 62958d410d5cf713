// Closes what gap a Lagrangian bound leaves, by trying hosts: depth first, one variable after the
// other, each on its hosts in the order of their bounds as long as these are below the best
// placement. One run of the dynamic program bounds all hosts of a variable.
//
// It ends early once it has done `work`: so many hosts^2 x edges.
#pragma once

#include "models/placement/exact/pricing.h"

namespace violin::placement {

struct BranchingOptions {
  double offset = 0;  // that the whole cost is at least above the model's
  double work = 2e9;
};

// All placements that cost less than the returned bound were excluded; it is at least
// `priced.bound` + offset, and infinite if there is no feasible placement.
double branch(const PairModel& model, const PairCosts& costs, const HostLimits& limits,
              const Priced& priced, const BranchingOptions& options, Incumbent& incumbent,
              const KeepGoing& keep_going);

}  // namespace violin::placement
