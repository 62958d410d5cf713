// The hub location instances of OR-Library and its successor (Australia Post, CAB in the same
// format; Ernst, Krishnamoorthy 1996): numbers that blanks or line breaks separate, in this order:
//   n; n times x y; n x n flows, row by row; p; collection, transfer and distribution price.
// Distances are Euclidean; a price multiplies the distance, per unit of flow.
//
// Capacities and fixed costs are n numbers each, in files of their own. Published costs are in
// thousands of flow x distance x price, and so are the fixed costs in their files.
#pragma once

#include <cstddef>
#include <vector>

#include "models/placement/hub/hub_problem.h"
#include "models/substrate/load_error.h"

namespace violin {

// More than that is refused: a table of so many times so many takes 200 MB.
inline constexpr std::size_t kMaxHubFileNodes = 5000;

// Every node is a point and a candidate, and the candidate is the point's home. Without fixed costs
// and capacities. Throws LoadError.
HubProblem load_hub_problem(const SourceText& source, std::size_t max_bytes = kMaxSourceBytes);

// A published cost in the units of a HubProblem.
inline constexpr double kPublishedCost = 1000;

// `nodes` numbers, none negative, the fixed costs in the units of a HubProblem. Throw LoadError.
std::vector<double> load_capacities(const SourceText& source, std::size_t nodes,
                                    std::size_t max_bytes = kMaxSourceBytes);
std::vector<double> load_fixed_costs(const SourceText& source, std::size_t nodes,
                                     std::size_t max_bytes = kMaxSourceBytes);

}  // namespace violin
