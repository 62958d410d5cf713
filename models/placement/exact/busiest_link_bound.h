// A lower bound of the busiest link's share, by cuts: what has to leave or to enter the hosts of
// one router (without a router graph: one host) crosses the first or last links of their paths, so
// one of these carries its share at least; and one demand, which is not split, crosses one of them
// whole. 0 where a link that may be crossed has no known capacity.
#pragma once

#include "models/placement/budget.h"
#include "models/placement/problem.h"

namespace violin::placement {

// Of as many cuts as `keep_going` lets it look at.
double busiest_link_bound(const Problem& problem, const KeepGoing& keep_going);

}  // namespace violin::placement
