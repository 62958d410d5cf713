// Inside Planning: what is demanded of the network, as demands of the problem and as flows.
#pragma once

#include <vector>

#include "scenarios/place/planning_context.h"

namespace violin {

// Adds the demands to the problem, whose entities and links are there, each by the route that the
// network has. The constant-rate UDP flow that stands for each, in order.
std::vector<scenario::Flow> read_demands(PlanningContext& context, placement::Problem& problem,
                                         const std::vector<Node*>& nodes);

}  // namespace violin
