// The shortest way from a host over any others: less than the direct one where the triangle
// inequality is broken.
#pragma once

#include <vector>

#include "models/substrate/delay_matrix.h"

namespace violin::placement {

// To each host, in cells of the matrix; kUnreachable or more: there is none. Source: Dijkstra 1959.
std::vector<double> shortest_ways(const DelayMatrix& delays, std::size_t from);

// Between every two hosts.
DelayMatrix shortest_ways(const DelayMatrix& delays);

}  // namespace violin::placement
