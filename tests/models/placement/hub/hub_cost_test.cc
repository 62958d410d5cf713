#include "models/placement/hub/hub_cost.h"

#include <gtest/gtest.h>

#include "tests/models/placement/hub/random_hub_problem.h"

namespace violin {
namespace {

// Two points, two candidates, everything different.
HubProblem two_by_two() {
  HubProblem problem;
  problem.flow = Table<double>(2, 2);
  problem.flow(0, 0) = 1;
  problem.flow(0, 1) = 10;
  problem.flow(1, 0) = 100;
  problem.collection = Table<double>(2, 2);
  problem.collection(0, 1) = 2;
  problem.collection(1, 0) = 3;
  problem.transfer = Table<double>(2, 2);
  problem.transfer(0, 1) = 5;
  problem.transfer(1, 0) = 7;
  problem.distribution = Table<double>(2, 2);
  problem.distribution(0, 1) = 11;
  problem.distribution(1, 0) = 13;
  return problem;
}

TEST(HubCost, AddsCollectionTransferAndDistribution) {
  const std::vector<std::size_t> hubs{0, 1};
  EXPECT_EQ(single_allocation_cost(two_by_two(), hubs, hubs), 10 * 5 + 100 * 7);
  const std::vector<std::size_t> first{0};
  EXPECT_EQ(single_allocation_cost(two_by_two(), first, std::vector<std::size_t>{0, 0}),
            10 * 13 + 100 * 3);
}

TEST(HubCost, FixedCostsCount) {
  HubProblem problem = two_by_two();
  problem.fixed_costs = {1000, 2000};
  const std::vector<std::size_t> hubs{0, 1};
  EXPECT_EQ(single_allocation_cost(problem, hubs, hubs), 3750);
  EXPECT_EQ(multiple_allocation_cost(problem, hubs), 3000 + 10 * 2 + 100 * 3);
}

TEST(HubCost, EachFlowTakesItsCheapestRoute) {
  const std::vector<std::size_t> second{1};
  EXPECT_EQ(multiple_allocation_cost(two_by_two(), second), 1 * 13 + 10 * 2 + 100 * 11);
}

TEST(HubFeasibility, SeesOverloadsHomesAndNumbers) {
  HubProblem problem = two_by_two();
  const std::vector<std::size_t> hubs{0, 1};
  const std::vector<std::size_t> crossed{1, 0};
  EXPECT_TRUE(feasible(problem, hubs, crossed));
  problem.homes = {0, 1};
  EXPECT_FALSE(feasible(problem, hubs, crossed));
  EXPECT_TRUE(feasible(problem, hubs, hubs));
  problem.capacities = {11, 99};  // they collect 11 and 100
  EXPECT_FALSE(feasible(problem, hubs, hubs));
  problem.capacities = {11, 100};
  EXPECT_TRUE(feasible(problem, hubs, hubs));
  problem.hubs = 1;
  EXPECT_FALSE(feasible(problem, hubs, hubs));
  EXPECT_FALSE(feasible(problem, std::vector<std::size_t>{0}, std::vector<std::size_t>{0, 1}));
}

TEST(HubProblem, SizesHaveToAgree) {
  HubProblem problem = two_by_two();
  EXPECT_NO_THROW(check(problem));
  problem.hubs = 3;
  EXPECT_THROW(check(problem), std::logic_error);
  problem.hubs = 0;
  EXPECT_THROW(check(problem), std::logic_error);
  problem.hubs = 1;
  problem.capacities = {1};
  EXPECT_THROW(check(problem), std::logic_error);
}

}  // namespace
}  // namespace violin
