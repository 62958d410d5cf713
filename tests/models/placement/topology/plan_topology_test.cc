#include "models/placement/topology/plan_topology.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/models/placement/topology/random_topology.h"

namespace violin::placement {
namespace {

using Kind = TopologyRequest::Kind;

TEST(PlanTopology, CostsWhatItsProblemCosts) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    const Sizes sizes{12, 9, 1 + seed % 8};
    const Substrate substrate = random_substrate(seed, sizes.hosts);
    const TopologyRequest request = random_request(seed, sizes);
    const TopologyPlan plan = plan_topology(substrate, request, {.starts = 3});
    EXPECT_LE(plan.hubs.size(), request.budget);
    EXPECT_EQ(plan.trunks.size() + 1, plan.hubs.size());
    EXPECT_NEAR(plan.cost, evaluated(substrate, request, plan), 1e-9 * plan.cost);
    EXPECT_LE(plan.bound, plan.cost);
    EXPECT_GT(plan.bound, 0);
  }
}

TEST(PlanTopology, FindsWhatTryingAllFinds) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    const Sizes sizes{4, 4, 1 + seed % 3};
    const Substrate substrate = random_substrate(seed, sizes.hosts);
    const TopologyRequest request = random_request(seed, sizes);
    const TopologyPlan plan = plan_topology(substrate, request);
    const double best = cheapest(substrate, request);
    EXPECT_NEAR(plan.cost, best, 1e-9 * best);
    EXPECT_LE(plan.bound, best * (1 + 1e-12));
  }
}

TEST(PlanTopology, OneEntityIsPlacedOptimallyAndProvenSo) {
  const Substrate substrate = random_substrate(7, 9);
  TopologyRequest request = random_request(7, {9, 6, 1});
  const TopologyPlan plan = plan_topology(substrate, request);
  EXPECT_NEAR(plan.cost, cheapest(substrate, request), 1e-9 * plan.cost);
  EXPECT_DOUBLE_EQ(plan.bound, plan.cost);
}

// Two campuses far from each other: one entity in each and one trunk, unless entities are dear.
TEST(PlanTopology, TheirNumberFollowsFromTheirCost) {
  DelayMatrix delays(4);
  for (std::size_t a = 0; a < 4; ++a) {
    for (std::size_t b = 0; b < 4; ++b) {
      delays.set(a, b, std::chrono::milliseconds(a == b ? 0 : (a / 2 == b / 2 ? 1 : 50)));
    }
  }
  const Substrate substrate({{"a"}, {"b"}, {"c"}, {"d"}}, MeasuredPaths(delays));
  TopologyRequest request{.vhosts = {HostId{0}, HostId{1}, HostId{2}, HostId{3}},
                          .groups = {{0, {1, 2, 3}, 1e6, 100}},
                          .budget = 4};
  // One link of 50 ms, and 1 ms to the second host of each campus.
  const TopologyPlan two = plan_topology(substrate, request);
  EXPECT_NEAR(two.cost, 52, 1e-9);
  EXPECT_NEAR(two.bound, 52, 1e-9);
  EXPECT_EQ(two.hubs.size(), 2U);
  request.cost_per_entity = 60;  // more than a second way of 50 ms
  EXPECT_EQ(plan_topology(substrate, request).hubs.size(), 1U);
}

TEST(PlanTopology, ASourceDoesNotReceive) {
  EXPECT_THAT(receivers({.source = 1, .members = {2, 1, 0, 2}}), testing::ElementsAre(0, 2));
}

TEST(PlanTopology, IsTheSameForTheSameSeedAndEndsWhenToldTo) {
  const Substrate substrate = random_substrate(5, 20);
  const TopologyRequest request = random_request(5, {20, 12, 8});
  const TopologyPlan plan = plan_topology(substrate, request, {.seed = 3, .starts = 4});
  const TopologyPlan again = plan_topology(substrate, request, {.seed = 3, .starts = 4});
  EXPECT_EQ(plan.hubs, again.hubs);
  EXPECT_EQ(plan.hub_of, again.hub_of);
  int asked = 0;
  const TopologyPlan cut =
      plan_topology(substrate, request, {.keep_going = [&] { return ++asked < 5; }});
  EXPECT_NEAR(cut.cost, evaluated(substrate, request, cut), 1e-9 * cut.cost);
  EXPECT_LE(cut.bound, plan.cost);
}

TEST(PlanTopology, RefusesWhatIsNoRequest) {
  const Substrate substrate = random_substrate(1, 3);
  const auto refuses = [&](const TopologyRequest& request) {
    EXPECT_THROW(plan_topology(substrate, request), std::invalid_argument);
  };
  refuses({});
  refuses({.vhosts = {HostId{3}}});
  refuses({.vhosts = {HostId{0}}, .flows = {{0, 0, 1, 1}}});
  refuses({.vhosts = {HostId{0}}, .flows = {{0, 1, 1, 1}}});
  refuses({.vhosts = {HostId{0}, HostId{1}}, .flows = {{0, 1, -1, 1}}});
  refuses({.vhosts = {HostId{0}}, .groups = {{0, {1}, 1, 1}}});
  refuses({.vhosts = {HostId{0}}, .budget = 0});
  refuses({.vhosts = {HostId{0}}, .budget = 65});
  refuses({.vhosts = {HostId{0}}, .cost_per_entity = NAN});
}

}  // namespace
}  // namespace violin::placement
