// Small covering problems, and their optima by trying everything.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/random.h"
#include "models/placement/hub/cover.h"
#include "models/placement/hub/median_problem.h"

namespace violin {

// A candidate reaches the points at distance 0, not those at distance 1.
inline MedianProblem random_reach(std::uint64_t seed) {
  RandomStream random(seed, "random reach");
  MedianProblem problem;
  problem.distance = Table<Distance>(1 + random() % 12, 1 + random() % 9);
  const double share = 0.1 + 0.5 * random.uniform();
  for (std::size_t i = 0; i < problem.points(); ++i) {
    for (Distance& distance : problem.distance.row(i)) {
      distance = random.chance(share) ? 0 : 1;
    }
  }
  return problem;
}

inline Cover cover_of(const MedianProblem& problem) { return {problem, 0}; }

inline bool reach_all(const MedianProblem& problem, std::span<const std::size_t> candidates) {
  return !candidates.empty() && median_cost(problem, candidates) == 0;
}

// How many candidates reach every point; nullopt if not even all of them do.
inline std::optional<std::size_t> least_cover(const MedianProblem& problem) {
  std::optional<std::size_t> least;
  for (std::size_t bits = 1; bits < std::size_t{1} << problem.candidates(); ++bits) {
    std::vector<std::size_t> set;
    for (std::size_t k = 0; k < problem.candidates(); ++k) {
      if ((bits >> k & 1) != 0) {
        set.push_back(k);
      }
    }
    if (reach_all(problem, set)) {
      least = std::min(least.value_or(set.size()), set.size());
    }
  }
  return least;
}

}  // namespace violin
