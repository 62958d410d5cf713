#include "models/placement/hub/multiple_allocation.h"

#include <gtest/gtest.h>

#include <utility>

#include "models/placement/hub/hub_cost.h"
#include "tests/models/placement/hub/published.h"
#include "tests/models/placement/hub/random_hub_problem.h"

namespace violin {
namespace {

void expect_optimum(const HubProblem& problem, const HubSolution& solution, double optimum) {
  ASSERT_TRUE(solution.found());
  EXPECT_EQ(solution.hubs.size(), problem.hubs.value_or(solution.hubs.size()));
  EXPECT_DOUBLE_EQ(solution.cost, multiple_allocation_cost(problem, solution.hubs));
  EXPECT_NEAR(solution.cost, optimum, optimum * 1e-8);
  EXPECT_LE(solution.bound, optimum * (1 + 1e-12));
  EXPECT_TRUE(solution.proven());
}

TEST(MultipleAllocation, IsTheBestOfAllHubSets) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    const HubProblem problem = random_hub_problem(seed);
    expect_optimum(problem, solve_multiple_allocation(problem), best_multiple_allocation(problem));
  }
}

TEST(MultipleAllocation, EndsWhenItIsToldToWithABoundThatHolds) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    const HubProblem problem = random_hub_problem(seed);
    std::size_t asked = 0;
    HubOptions options;
    options.keep_going = [&] { return asked++ < seed; };
    const HubSolution solution = solve_multiple_allocation(problem, options);
    EXPECT_LE(solution.bound, best_multiple_allocation(problem) * (1 + 1e-12));
    EXPECT_LE(asked, seed + 10);
  }
}

// As for p-median: the search is ended at once.
TEST(MultipleAllocation, ItsBoundHoldsWhereTheProofFindsBetterHubs) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    const HubProblem problem = random_hub_problem(seed);
    bool first = true;
    HubOptions options;
    options.keep_going = [&] { return !std::exchange(first, false); };
    expect_optimum(problem, solve_multiple_allocation(problem, options),
                   best_multiple_allocation(problem));
  }
}

// The relaxation looks no further once collection and distribution alone cost more than the best,
// which no transfer may make up for.
TEST(MultipleAllocation, RefusesNegativeFlowsAndCosts) {
  for (Table<double> HubProblem::*table : {&HubProblem::flow, &HubProblem::collection,
                                           &HubProblem::transfer, &HubProblem::distribution}) {
    HubProblem problem = random_hub_problem(2);
    EXPECT_NO_THROW(check(problem));
    (problem.*table)(1, 2) = -1;
    EXPECT_THROW(solve_multiple_allocation(problem), std::logic_error);
  }
}

using AustraliaPost = Published;

// Solutions-UMApHMP.txt. It prints no objective for 50 nodes and 2 hubs, only the hubs 35 and 14.
TEST_F(AustraliaPost, EveryPublishedOptimumOfMultipleAllocationIsProven) {
  struct Case {
    std::size_t nodes;
    std::vector<double> optima;  // of 2, 3, 4 and 5 hubs
  };
  const HubProblem fifty = australia_post(50, 2);
  const double best_two =
      multiple_allocation_cost(fifty, std::vector<std::size_t>{13, 34}) / kPublishedCost;
  for (const Case& c : {Case{10, {163603.94, 131581.79, 107354.73, 86028.88}},
                        Case{20, {168599.79, 148048.30, 131665.43, 118934.97}},
                        Case{25, {171298.10, 151080.66, 135638.58, 120581.99}},
                        Case{40, {173415.96, 155458.61, 140682.74, 130384.74}},
                        Case{50, {best_two, 156014.73, 141153.38, 129412.60}}}) {
    for (std::size_t i = 0; i < c.optima.size(); ++i) {
      SCOPED_TRACE(testing::Message() << c.nodes << " nodes, " << i + 2 << " hubs");
      const HubProblem problem = australia_post(c.nodes, i + 2);
      const HubSolution solution = solve_multiple_allocation(problem);
      expect_published(solution.cost, c.optima[i]);
      expect_optimum(problem, solution, solution.cost);
    }
  }
}

}  // namespace
}  // namespace violin
