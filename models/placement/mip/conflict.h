// Why no placement keeps all constraints.
#pragma once

#include <string>
#include <vector>

#include "models/placement/budget.h"
#include "models/placement/problem.h"

namespace violin::placement {

// The fewest constraints, one sentence each, that no placement keeps together. What demands send
// and what entities need is taken as given; so are fixed places, but each is a constraint.
//
// First QuickXplain (Junker, AAAI 2004) finds a set of which none can be left out; then implicit
// hitting sets (Ignatiev et al., "Smallest MUS extraction with minimal hitting set dualization",
// CP 2015) find one that is smaller or prove that there is none. CBC is asked whether a placement
// keeps some constraints.
//
// Empty: a placement keeps all, or `keep_going` ended the search before the contrary was clear, or
// the problem is too large (MipModel). If it ends later, the set may not be the smallest.
std::vector<std::string> smallest_conflict(const Problem& problem, const KeepGoing& keep_going);

}  // namespace violin::placement
