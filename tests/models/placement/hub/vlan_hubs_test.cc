#include "models/placement/hub/vlan_hubs.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/random.h"
#include "core/time.h"
#include "models/placement/hub/hub_cost.h"
#include "tests/models/placement/hub/random_hub_problem.h"

namespace violin {
namespace {

using namespace std::chrono_literals;

// Two sites of three hosts each, 1 ms apart within a site and 100 ms between the two.
DelayMatrix two_sites() {
  DelayMatrix delays(6);
  for (std::size_t a = 0; a < 6; ++a) {
    for (std::size_t b = 0; b < 6; ++b) {
      delays.set(a, b, a == b ? 0ms : (a / 3 == b / 3 ? 1ms : 100ms));
    }
  }
  return delays;
}

// Of vHosts on hosts 0, 1, 3 and 4.
VlanDemand four_vhosts() {
  return {.flows = Table<double>(4, 4, 1), .vhosts = {0, 1, 3, 4}, .allowed = {2, 5}};
}

// Each flow within a site takes 2 ms (there are 8, with those to itself), each other 102 ms.
TEST(VlanHubs, AVSwitchPerSiteKeepsTrafficWithinIt) {
  VlanDemand demand = four_vhosts();
  demand.vswitches = 2;
  const HubSolution solution = place_vswitches(demand, two_sites());
  EXPECT_EQ(solution.hubs, (std::vector<std::size_t>{2, 5}));
  EXPECT_EQ(solution.allocation, (std::vector<std::size_t>{2, 2, 5, 5}));
  EXPECT_NEAR(solution.cost, 8 * 0.002 + 8 * 0.102, 1e-9);
  EXPECT_TRUE(solution.proven());
}

// With one vSwitch each flow takes 1 ms for an end in its site and 100 ms for one in the
// other: 1.616, which is 0.784 more.
TEST(VlanHubs, TheActivationCostDecidesHowManyThereAre) {
  VlanDemand demand = four_vhosts();
  demand.activation_cost = 0.783;
  EXPECT_EQ(place_vswitches(demand, two_sites()).hubs.size(), 2U);
  demand.activation_cost = 0.785;
  EXPECT_EQ(place_vswitches(demand, two_sites()).hubs.size(), 1U);
}

TEST(VlanHubs, IsTheBestOfAllPlacements) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    RandomStream random(seed, "vlan");
    DelayMatrix delays(8);
    for (std::size_t a = 0; a < 8; ++a) {
      for (std::size_t b = 0; b < 8; ++b) {
        delays.set(a, b, std::chrono::milliseconds(random() % 200));
      }
    }
    VlanDemand demand{
        .flows = random_table(random, 4, 4), .vhosts = {7, 2, 2, 5}, .allowed = {6, 1, 2, 4}};
    if (seed % 2 == 0) {
      demand.vswitches = 1 + seed % 3;
    }
    demand.activation_cost = 5;
    const HubSolution solution = place_vswitches(demand, delays);
    EXPECT_NEAR(solution.cost, *best_single_allocation(vlan_hub_problem(demand, delays)), 1e-6);
    EXPECT_TRUE(solution.proven());
    EXPECT_EQ(solution.allocation.size(), 4U);
    for (const std::size_t host : solution.allocation) {
      EXPECT_TRUE(std::ranges::binary_search(solution.hubs, host));
    }
  }
}

}  // namespace
}  // namespace violin
