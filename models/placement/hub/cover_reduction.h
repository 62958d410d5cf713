// What of a covering problem matters: a candidate that reaches only points that another one reaches
// too is not needed, and a point that is reached whenever another one is need not be looked at
// (Toregas, ReVelle, Geographical Analysis 4, 1972).
#pragma once

#include <cstddef>
#include <vector>

#include "models/placement/hub/median_problem.h"

namespace violin {

// In ascending order.
struct CoverCore {
  std::vector<std::size_t> points;
  std::vector<std::size_t> candidates;
};

// Of equals, the first is kept. No set of candidates reaches all points if none of the core reaches
// all of the core.
CoverCore core_of_cover(const MedianProblem& problem, Distance reach);

}  // namespace violin
