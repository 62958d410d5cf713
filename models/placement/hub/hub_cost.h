// What a choice of hubs costs, straight from the problem's statement: every cost that is reported
// was computed by these.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "models/placement/hub/hub_problem.h"

namespace violin {

// The distinct hubs of an allocation, in ascending order.
std::vector<std::size_t> hubs_of(std::span<const std::size_t> allocation);

// Fixed costs included. Capacities are not looked at.
double single_allocation_cost(const HubProblem& problem, std::span<const std::size_t> hubs,
                              std::span<const std::size_t> allocation);
// Every flow by its cheapest two of the hubs.
double multiple_allocation_cost(const HubProblem& problem, std::span<const std::size_t> hubs);

// Every point is at one of the hubs, at home if that is one; no hub has more than its capacity; the
// number of hubs is right.
bool feasible(const HubProblem& problem, std::span<const std::size_t> hubs,
              std::span<const std::size_t> allocation);

}  // namespace violin
