// p-median and p-center.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <utility>

#include "core/random.h"
#include "models/placement/hub/p_center.h"
#include "models/placement/hub/p_median.h"
#include "tests/models/placement/hub/published.h"

namespace violin {
namespace {

// Distances that are no metric, with ties.
MedianProblem random_median_problem(std::uint64_t seed) {
  RandomStream random(seed, "random median problem");
  MedianProblem problem;
  problem.distance = Table<Distance>(2 + random() % 9, 2 + random() % 8);
  for (std::size_t i = 0; i < problem.points(); ++i) {
    for (Distance& distance : problem.distance.row(i)) {
      distance = static_cast<Distance>(random() % (seed % 2 == 0 ? 8 : 1000));
    }
  }
  problem.medians = 1 + random() % problem.candidates();
  return problem;
}

using Cost = std::int64_t (*)(const MedianProblem&, std::span<const std::size_t>);

std::int64_t best_of_all(const MedianProblem& problem, Cost cost) {
  std::int64_t best = std::numeric_limits<std::int64_t>::max();
  for (std::size_t bits = 1; bits < std::size_t{1} << problem.candidates(); ++bits) {
    std::vector<std::size_t> medians;
    for (std::size_t k = 0; k < problem.candidates(); ++k) {
      if ((bits >> k & 1) != 0) {
        medians.push_back(k);
      }
    }
    if (medians.size() == problem.medians) {
      best = std::min(best, cost(problem, medians));
    }
  }
  return best;
}

void expect_optimum(const MedianProblem& problem, const MedianSolution& solution, Cost cost,
                    std::int64_t optimum) {
  EXPECT_EQ(solution.medians.size(), problem.medians);
  EXPECT_TRUE(std::ranges::is_sorted(solution.medians, std::less_equal<>()));
  EXPECT_EQ(solution.cost, cost(problem, solution.medians));
  EXPECT_EQ(solution.cost, optimum);
  EXPECT_EQ(solution.bound, optimum);
}

TEST(PMedian, IsTheBestOfAllSets) {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    SCOPED_TRACE(seed);
    const MedianProblem problem = random_median_problem(seed);
    expect_optimum(problem, solve_p_median(problem), median_cost,
                   best_of_all(problem, median_cost));
  }
}

TEST(PCenter, IsTheBestOfAllSets) {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    SCOPED_TRACE(seed);
    const MedianProblem problem = random_median_problem(seed);
    expect_optimum(problem, solve_p_center(problem), center_cost,
                   best_of_all(problem, center_cost));
  }
}

TEST(PMedianAndPCenter, EndWhenTheyAreToldToWithBoundsThatHold) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    const MedianProblem problem = random_median_problem(seed);
    std::size_t asked = 0;
    HubOptions options;
    options.keep_going = [&] { return asked++ < seed; };
    const MedianSolution median = solve_p_median(problem, options);
    EXPECT_LE(median.bound, best_of_all(problem, median_cost));
    EXPECT_EQ(median.cost, median_cost(problem, median.medians));
    asked = 0;
    const MedianSolution center = solve_p_center(problem, options);
    EXPECT_LE(center.bound, best_of_all(problem, center_cost));
    EXPECT_EQ(center.cost, center_cost(problem, center.medians));
  }
}

// The searches before the proof are ended at once, so that the proof itself comes upon better
// medians. A cost that was read before it ran was once told as its bound.
TEST(PMedian, ItsBoundHoldsWhereTheProofFindsBetterMedians) {
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    SCOPED_TRACE(seed);
    const MedianProblem problem = random_median_problem(seed);
    bool first = true;
    HubOptions options;
    options.keep_going = [&] { return !std::exchange(first, false); };
    expect_optimum(problem, solve_p_median(problem, options), median_cost,
                   best_of_all(problem, median_cost));
  }
}

TEST(MedianProblem, RefusesWhatIsNone) {
  MedianProblem problem = random_median_problem(1);
  problem.medians = problem.candidates() + 1;
  EXPECT_THROW(solve_p_median(problem), std::logic_error);
  problem.medians = 0;
  EXPECT_THROW(solve_p_center(problem), std::logic_error);
  problem.medians = 1;
  problem.distance(0, 0) = -1;
  EXPECT_THROW(solve_p_median(problem), std::logic_error);
}

using OrLibrary = Published;

using Solve = MedianSolution (*)(const MedianProblem&, const HubOptions&);

// pmed1, 2, ..., of the instances those that are present.
void expect_optima(const OrLibrary& library, Solve solve, Cost cost,
                   const std::vector<std::int64_t>& optima) {
  std::size_t present = 0;
  for (std::size_t i = 0; i < optima.size(); ++i) {
    if (!library.has("orlib-pmed/pmed" + std::to_string(i + 1) + ".txt")) {
      continue;
    }
    SCOPED_TRACE(testing::Message() << "pmed" << i + 1);
    ++present;
    const MedianProblem problem = library.pmed(i + 1);
    expect_optimum(problem, solve(problem, {}), cost, optima[i]);
  }
  EXPECT_GT(present, 0U);
}

// OR-Library's pmedopt.txt.
TEST_F(OrLibrary, EveryPublishedMedianIsProven) {
  expect_optima(
      *this, solve_p_median, median_cost,
      {5819, 4093, 4250,  3034, 1355, 7824, 5631,  4445, 2734, 1255,  7696, 6634, 4374, 2968,
       1729, 8162, 6999,  4809, 2845, 1789, 9138,  8579, 4619, 2961,  1828, 9917, 8307, 4498,
       3033, 1989, 10086, 9297, 4700, 3013, 10400, 9934, 5057, 11060, 9423, 5128});
}

// Elloumi, Labbe, Pochet, INFORMS J. on Computing 16, 2004; Pullan, Evolutionary Computation 16,
// 2008.
TEST_F(OrLibrary, EveryPublishedCenterIsProven) {
  expect_optima(*this, solve_p_center, center_cost,
                {127, 98, 93, 74, 48, 84, 64, 55, 37, 20, 59, 51, 36, 26, 18, 47, 39, 28, 18, 13,
                 40,  38, 22, 15, 11, 38, 32, 18, 13, 9,  30, 29, 15, 11, 30, 27, 15, 29, 23, 13});
}

}  // namespace
}  // namespace violin
