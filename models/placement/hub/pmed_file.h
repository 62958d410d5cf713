// The p-median instances of OR-Library (Beasley, EJOR 21, 1985): n m p, then m lines "i j cost" of
// an undirected graph, nodes counted from 1. Distances are those of shortest paths. Where an edge
// is given more than once, the last one wins: only so do the published optima come out.
#pragma once

#include <cstddef>

#include "models/placement/hub/median_problem.h"
#include "models/substrate/load_error.h"

namespace violin {

inline constexpr std::size_t kMaxPmedNodes = 5000;  // the table of distances takes 100 MB

// Every node is a point and a candidate. Throws LoadError, also if the graph is not connected.
MedianProblem load_pmed(const SourceText& source, std::size_t max_bytes = kMaxSourceBytes);

}  // namespace violin
