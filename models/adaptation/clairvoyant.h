// The best that could have been done, knowing all that was to come: what regret is measured by.
#pragma once

#include "models/adaptation/replay.h"

namespace violin::adaptation {

// The plan with the least total cost among those that differ from `plan` in one entity only: the
// shortest way through a layer of hosts per epoch. Takes O(epochs x hosts^2).
Plan best_for(std::size_t entity, const Epochs& epochs, const Assignment& start, Plan plan,
              const Prices& prices);

// Improves the plan entity by entity until none helps. With one movable entity it is the optimum;
// with several a plan that could have been, whose cost is at least the optimum's.
Plan improve(const Epochs& epochs, const Assignment& start, Plan plan, const Prices& prices);

}  // namespace violin::adaptation
