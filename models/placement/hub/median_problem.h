// The node-only problems: each point is served by the nearest of p medians; the sum of distances
// (p-median) or the longest distance (p-center) is to be least.
//
// Sources: Hakimi, Operations Research 12, 1964; Kariv, Hakimi, SIAM J. Applied Mathematics 37,
// 1979.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "models/placement/hub/table.h"

namespace violin {

// Whole numbers, so that sums and bounds are exact.
using Distance = std::int32_t;
inline constexpr Distance kMaxDistance = 1'000'000'000;

struct MedianProblem {
  Table<Distance> distance;  // point x candidate, each from 0 to kMaxDistance
  std::size_t medians = 1;

  std::size_t points() const { return distance.rows(); }
  std::size_t candidates() const { return distance.columns(); }
};

// Throws std::logic_error unless there are a point and a candidate, 1 <= medians <= candidates, and
// distances are in their range.
void check(const MedianProblem& problem);

struct MedianSolution {
  std::int64_t cost = 0;
  std::int64_t bound = 0;            // that no solution can beat
  std::vector<std::size_t> medians;  // in ascending order

  bool proven() const { return cost == bound; }
};

// Straight from the problem's statement: every cost that is reported was computed by these.
std::int64_t median_cost(const MedianProblem& problem, std::span<const std::size_t> medians);
std::int64_t center_cost(const MedianProblem& problem, std::span<const std::size_t> medians);

}  // namespace violin
