#include "models/placement/hub/median_problem.h"

#include <algorithm>

#include "core/require.h"

namespace violin {
namespace {

Distance nearest(const MedianProblem& problem, std::size_t point,
                 std::span<const std::size_t> medians) {
  Distance least = kMaxDistance;
  for (const std::size_t median : medians) {
    least = std::min(least, problem.distance(point, median));
  }
  return least;
}

}  // namespace

void check(const MedianProblem& problem) {
  require(problem.points() > 0 && problem.candidates() > 0,
          "a median problem has points and candidates");
  require(problem.medians >= 1 && problem.medians <= problem.candidates(),
          "there are as many medians as candidates at most, and one at least");
  for (std::size_t i = 0; i < problem.points(); ++i) {
    require(std::ranges::all_of(problem.distance.row(i),
                                [](Distance d) { return d >= 0 && d <= kMaxDistance; }),
            "distances are from 0 to kMaxDistance");
  }
}

std::int64_t median_cost(const MedianProblem& problem, std::span<const std::size_t> medians) {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < problem.points(); ++i) {
    sum += nearest(problem, i, medians);
  }
  return sum;
}

std::int64_t center_cost(const MedianProblem& problem, std::span<const std::size_t> medians) {
  std::int64_t longest = 0;
  for (std::size_t i = 0; i < problem.points(); ++i) {
    longest = std::max<std::int64_t>(longest, nearest(problem, i, medians));
  }
  return longest;
}

}  // namespace violin
