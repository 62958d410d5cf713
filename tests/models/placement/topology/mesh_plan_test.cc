#include "models/placement/topology/mesh_plan.h"

#include <gtest/gtest.h>

#include "models/placement/topology/plan_topology.h"
#include "models/placement/topology/trunk_routes.h"
#include "tests/models/placement/topology/random_topology.h"

namespace violin::placement {
namespace {

TopologyRequest mesh_request(std::uint64_t seed, const Sizes& sizes) {
  TopologyRequest request = random_request(seed, sizes);
  request.kind = TopologyRequest::Kind::kVRouters;
  request.cost_per_trunk = seed % 3 == 0 ? 0 : 5;
  return request;
}

TEST(MeshPlan, CostsWhatItsProblemCosts) {
  std::size_t meshes = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    const Sizes sizes{12, 9, 2 + seed % 6};
    const Substrate substrate = random_substrate(seed, sizes.hosts);
    const TopologyRequest request = mesh_request(seed, sizes);
    const TopologyPlan plan = plan_topology(substrate, request, {.starts = 3});
    EXPECT_LE(plan.hubs.size(), request.budget);
    EXPECT_GE(plan.trunks.size() + 1, plan.hubs.size());
    EXPECT_NEAR(plan.cost, evaluated(substrate, request, plan), 1e-9 * plan.cost);
    EXPECT_NEAR(plan.cost, mesh_cost(substrate.delays(), request, plan), 1e-9 * plan.cost);
    EXPECT_LE(plan.bound, plan.cost);
    meshes += plan.trunks.size() >= plan.hubs.size() ? 1 : 0;
  }
  EXPECT_GT(meshes, 10U);
}

TEST(MeshPlan, FindsWhatTryingAllFindsOrNearlySo) {
  std::size_t found = 0;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    SCOPED_TRACE(seed);
    const Sizes sizes{4, 4, 1 + seed % 3};
    const Substrate substrate = random_substrate(seed, sizes.hosts);
    const TopologyRequest request = mesh_request(seed, sizes);
    const TopologyPlan plan = plan_topology(substrate, request);
    const double best = cheapest(substrate, request);
    EXPECT_GE(plan.cost, best * (1 - 1e-9));
    EXPECT_LE(plan.cost, best * 1.1);
    EXPECT_LE(plan.bound, best * (1 + 1e-12));
    found += plan.cost <= best * (1 + 1e-9) ? 1 : 0;
  }
  EXPECT_GE(found, 36U);
}

// Three places of one vHost each, that all send to each other.
TEST(MeshPlan, ATriangleIsClosedUnlessTheTrunkCostsMoreThanItSaves) {
  DelayMatrix delays(3);
  for (std::size_t a = 0; a < 3; ++a) {
    for (std::size_t b = 0; b < 3; ++b) {
      delays.set(a, b, std::chrono::milliseconds(a == b ? 0 : 10));
    }
  }
  const Substrate substrate({{"a"}, {"b"}, {"c"}}, MeasuredPaths(delays));
  TopologyRequest request{.vhosts = {HostId{0}, HostId{1}, HostId{2}},
                          .flows = {{0, 1, 1e6, 100}, {1, 2, 1e6, 100}, {2, 0, 1e6, 100}},
                          .budget = 3,
                          .cost_per_trunk = 9.9};
  const TopologyPlan triangle = plan_topology(substrate, request);
  EXPECT_NEAR(triangle.cost, 3 * 10 + 9.9, 1e-9);
  EXPECT_EQ(triangle.trunks.size(), 3U);
  request.cost_per_trunk = 10.1;  // more than the second way of the third flow
  const TopologyPlan tree = plan_topology(substrate, request);
  EXPECT_NEAR(tree.cost, 40, 1e-9);
}

TEST(MeshPlan, IsRefusedForVSwitches) {
  const Substrate substrate = random_substrate(1, 3);
  EXPECT_THROW(plan_topology(substrate, {.vhosts = {HostId{0}},
                                         .kind = TopologyRequest::Kind::kVSwitches,
                                         .cost_per_trunk = 1}),
               std::invalid_argument);
}

TEST(TrunkRoutes, TakeTheShortestWay) {
  DelayMatrix delays(3);
  const auto set = [&](std::size_t a, std::size_t b, int ms) {
    delays.set(a, b, std::chrono::milliseconds(ms));
    delays.set(b, a, std::chrono::milliseconds(ms));
  };
  set(0, 1, 1);
  set(1, 2, 1);
  set(0, 2, 5);
  const TopologyPlan plan{{HostId{0}, HostId{1}, HostId{2}}, {{0, 2}, {1, 0}, {1, 2}}, {}};
  const TrunkRoutes routes(delays, plan);
  std::vector<std::pair<std::uint32_t, std::uint32_t>> way;
  routes.follow(0, 2, [&](std::uint32_t trunk, std::uint32_t direction) {
    way.emplace_back(trunk, direction);
  });
  EXPECT_EQ(way, (std::vector<std::pair<std::uint32_t, std::uint32_t>>{{1, 1}, {2, 0}}));
  EXPECT_TRUE(routes.joins_all());
  EXPECT_FALSE(TrunkRoutes(delays, {plan.hubs, {{0, 1}}, {}}).joins_all());
}

}  // namespace
}  // namespace violin::placement
