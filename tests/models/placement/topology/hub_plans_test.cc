#include "models/placement/topology/hub_plans.h"

#include <gtest/gtest.h>

#include "core/random.h"
#include "models/placement/topology/plan_topology.h"
#include "tests/models/placement/topology/random_topology.h"

namespace violin::placement {
namespace {

constexpr auto kAlways = [] { return true; };

TEST(HubPlans, BeginAtPlansWithinTheBudget) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    const Sizes sizes{12, 9, 1 + seed % 5};
    const Substrate substrate = random_substrate(seed, sizes.hosts);
    const TopologyRequest request = random_request(seed, sizes);
    const HubPlans found = hub_plans(substrate, request, seed, kAlways);
    ASSERT_FALSE(found.plans.empty());
    for (const TopologyPlan& plan : found.plans) {
      EXPECT_LE(plan.hubs.size(), request.budget);
      EXPECT_EQ(plan.trunks.size() + 1, plan.hubs.size());
      EXPECT_EQ(plan.hub_of.size(), sizes.vhosts);
    }
    const TopologyPlan best =
        plan_topology(substrate, request, {.starts = 0, .first = found.plans});
    EXPECT_NEAR(best.cost, evaluated(substrate, request, best), 1e-9 * best.cost);
  }
}

TEST(HubPlans, BoundNoMoreThanTheCheapestTree) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    SCOPED_TRACE(seed);
    const Sizes sizes{4, 4, 1 + seed % 3};
    const Substrate substrate = random_substrate(seed, sizes.hosts);
    const TopologyRequest request = random_request(seed, sizes);
    const HubPlans found = hub_plans(substrate, request, seed, kAlways);
    EXPECT_LE(found.bound, cheapest(substrate, request) * (1 + 1e-9));
    EXPECT_EQ(found.bound == 0, !request.groups.empty());
  }
}

// A trunk between two is all that a tree and a mesh of two hubs can have.
TEST(HubPlans, AreBestForTwoHubsWhereTheDirectWayIsShortest) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    SCOPED_TRACE(seed);
    const Sizes sizes{5, 4, 2};
    const Substrate substrate = metric_substrate(seed, sizes.hosts);
    TopologyRequest request = random_request(seed, sizes);
    request.groups.clear();
    const HubPlans found = hub_plans(substrate, request, seed, kAlways);
    const TopologyPlan best =
        plan_topology(substrate, request, {.starts = 0, .first = found.plans});
    EXPECT_NEAR(best.cost, cheapest(substrate, request), 1e-9 * best.cost);
    EXPECT_NEAR(found.bound, best.cost, 1e-6 * best.cost);
  }
}

}  // namespace
}  // namespace violin::placement
