#include "models/placement/hub/single_allocation.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <utility>

#include "models/placement/hub/hub_cost.h"
#include "tests/models/placement/hub/published.h"
#include "tests/models/placement/hub/random_hub_problem.h"

namespace violin {
namespace {

void expect_optimum(const HubProblem& problem, const HubSolution& solution, double optimum) {
  ASSERT_TRUE(solution.found());
  EXPECT_TRUE(feasible(problem, solution.hubs, solution.allocation));
  EXPECT_DOUBLE_EQ(solution.cost,
                   single_allocation_cost(problem, solution.hubs, solution.allocation));
  EXPECT_NEAR(solution.cost, optimum, optimum * 1e-8);
  EXPECT_LE(solution.bound, optimum * (1 + 1e-12));
  EXPECT_TRUE(solution.proven());
}

TEST(SingleAllocation, IsTheBestOfAllAllocations) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    const HubProblem problem = random_hub_problem(seed);
    expect_optimum(problem, solve_single_allocation(problem), *best_single_allocation(problem));
  }
}

TEST(SingleAllocation, IsTheBestThatCapacitiesAllowOrIsToldNotToExist) {
  std::size_t impossible = 0;
  for (std::uint64_t seed = 0; seed < 120; ++seed) {
    SCOPED_TRACE(seed);
    const HubProblem problem = random_hub_problem(seed, true);
    const HubSolution solution = solve_single_allocation(problem);
    if (const std::optional<double> optimum = best_single_allocation(problem)) {
      expect_optimum(problem, solution, *optimum);
    } else {
      ++impossible;
      EXPECT_FALSE(solution.found());
      EXPECT_TRUE(std::isinf(solution.bound));
    }
  }
  EXPECT_GT(impossible, 5U);
}

TEST(SingleAllocation, EndsWhenItIsToldToWithABoundThatHolds) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    const HubProblem problem = random_hub_problem(seed);
    std::size_t asked = 0;
    HubOptions options;
    options.keep_going = [&] { return asked++ < seed; };
    const HubSolution solution = solve_single_allocation(problem, options);
    EXPECT_LE(solution.bound, *best_single_allocation(problem) * (1 + 1e-12));
    EXPECT_LE(asked, seed + 10);
  }
}

// The search is ended at once: what is found is found by the proof.
TEST(SingleAllocation, ItsBoundHoldsWhereTheProofFindsBetterAllocations) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(seed);
    const HubProblem problem = random_hub_problem(seed);
    bool first = true;
    HubOptions options;
    options.keep_going = [&] { return !std::exchange(first, false); };
    expect_optimum(problem, solve_single_allocation(problem, options),
                   *best_single_allocation(problem));
  }
}

TEST(SingleAllocation, TellsOfEveryBetterSolution) {
  std::vector<double> costs;
  HubOptions options;
  options.on_better = [&](double cost) { costs.push_back(cost); };
  const HubSolution solution = solve_single_allocation(random_hub_problem(2), options);
  ASSERT_FALSE(costs.empty());
  EXPECT_TRUE(std::ranges::is_sorted(costs, std::greater<>()));
  EXPECT_EQ(costs.back(), solution.cost);
}

TEST(SingleAllocation, IsTheSameForTheSameSeed) {
  const HubProblem problem = random_hub_problem(8);
  const HubSolution a = solve_single_allocation(problem);
  const HubSolution b = solve_single_allocation(problem);
  EXPECT_EQ(a.allocation, b.allocation);
  EXPECT_EQ(a.bound, b.bound);
}

using AustraliaPost = Published;

// Solutions-USApHMP.txt.
TEST_F(AustraliaPost, EveryPublishedOptimumOfSingleAllocationIsProven) {
  struct Case {
    std::size_t nodes;
    std::vector<double> optima;  // of 2, 3, 4 and 5 hubs
  };
  for (const Case& c : {Case{10, {167493.06, 136008.13, 112396.07, 91105.37}},
                        Case{20, {172816.69, 151533.08, 135624.88, 123130.09}},
                        Case{25, {175541.98, 155256.32, 139197.17, 123574.29}},
                        Case{40, {177471.67, 158830.54, 143968.88, 134264.97}},
                        Case{50, {178484.29, 158569.93, 143378.05, 132366.95}}}) {
    for (std::size_t i = 0; i < c.optima.size(); ++i) {
      SCOPED_TRACE(testing::Message() << c.nodes << " nodes, " << i + 2 << " hubs");
      const HubProblem problem = australia_post(c.nodes, i + 2);
      const HubSolution solution = solve_single_allocation(problem);
      expect_published(solution.cost, c.optima[i]);
      expect_optimum(problem, solution, solution.cost);
    }
  }
}

// Solutions-CSAHLP.txt.
TEST_F(AustraliaPost, EveryPublishedOptimumWithCapacitiesIsProven) {
  struct Case {
    std::size_t nodes;
    std::vector<double> optima;  // LL, LT, TL, TT
  };
  for (const Case& c : {Case{10, {224250.05, 250992.26, 263399.94, 263399.94}},
                        Case{20, {234690.96, 253517.40, 271128.18, 296035.40}},
                        Case{25, {238977.95, 276372.50, 310317.64, 348369.15}},
                        Case{40, {241955.71, 272218.32, 298919.01, 354874.10}}}) {
    for (std::size_t i = 0; i < c.optima.size(); ++i) {
      SCOPED_TRACE(testing::Message() << c.nodes << " nodes, kind " << i);
      const HubProblem problem = capacitated(c.nodes, i < 2 ? 'L' : 'T', i % 2 == 0 ? 'L' : 'T');
      const HubSolution solution = solve_single_allocation(problem);
      expect_published(solution.cost, c.optima[i]);
      expect_optimum(problem, solution, solution.cost);
    }
  }
}

}  // namespace
}  // namespace violin
