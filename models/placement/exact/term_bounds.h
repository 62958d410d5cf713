// Lower bounds of the terms that are no sum over virtual links, from what does not depend on where
// free entities run.
#pragma once

#include "models/placement/budget.h"
#include "models/placement/problem.h"

namespace violin::placement {

// Each times its weight; 0 where nothing better is known:
//   worst_delay, worst_stretch   the shortest way over any hosts between the pinned ends of a
//                                demand; as far as time allows, one source after the other
//   busiest_host                 what pinned entities ask of their hosts, what an entity asks of
//                                the best host that it may be on, and all of all if all are limited
//   busiest_link                 what has to leave or enter the hosts of pinned entities
//                                (busiest_link_bound.h)
double term_bounds(const Problem& problem, const KeepGoing& keep_going);

}  // namespace violin::placement
