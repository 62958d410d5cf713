#include "models/placement/exact/infeasibility.h"

#include <gtest/gtest.h>

#include <cmath>

#include "models/placement/exact/lower_bound.h"
#include "tests/models/placement/random_problem.h"

namespace violin::placement {
namespace {

using namespace std::chrono_literals;

// vHosts on hosts 0, 1 and 2, each of which sends 8 Mbit/s to the next by a vSwitch, which may also
// be on host 3. The access of the first three is 10 Mbit/s each way.
struct Triangle {
  explicit Triangle(BitRate fourth)
      : substrate(hosts(fourth), MeasuredPaths(evenly_apart(4, 1ms))), problem(substrate) {
    for (std::uint32_t h = 0; h < 3; ++h) {
      problem.entities.push_back({"vHost", {HostId{h}}, {}});
      problem.links.push_back({"cable", {EntityId{h}, EntityId{3}}});
    }
    problem.entities.push_back({"vSwitch", {}, {}});
    for (std::uint32_t h = 0; h < 3; ++h) {
      const std::uint32_t next = (h + 1) % 3;
      problem.demands.push_back(
          {"flow", EntityId{h}, {{EntityId{next}, {{h, 0}, {next, 1}}}}, 8e6, 1000});
    }
  }

  static std::vector<OverlayHost> hosts(BitRate fourth) {
    std::vector<OverlayHost> hosts{{"a"}, {"b"}, {"c"}, {"d"}};
    for (OverlayHost& host : hosts) {
      host.access_up = host.access_down = host.name == "d" ? fourth : BitRate::mbps(10);
    }
    return hosts;
  }

  Substrate substrate;
  Problem problem;
};

// On a host with a vHost the vSwitch adds 8 Mbit/s each way to the 8 of the vHost; on the fourth it
// takes 24. A quarter of it fits on each of the first three, so the fourth has to take another.
TEST(Infeasibility, IsProvenWhereEvenPartsOfAnEntityDoNotFit) {
  EXPECT_FALSE(std::isinf(lower_bound(Triangle(BitRate::mbps(24)).problem, {})));
  const Triangle five(BitRate::mbps(5));
  EXPECT_FALSE(brute_force(five.problem));
  EXPECT_TRUE(std::isinf(lower_bound(five.problem, {})));
}

// What leaves host a is more than its access, whatever the vSwitch does.
TEST(Infeasibility, IsProvenByWhatHasToLeaveAHost) {
  Triangle triangle(BitRate::mbps(100));
  triangle.problem.demands.push_back(triangle.problem.demands.front());
  const PairCosts costs(triangle.problem.delays);
  const PairModel model = make_pair_model(triangle.problem, costs);
  EXPECT_TRUE(HostLimits(triangle.problem, model).broken());
  EXPECT_TRUE(std::isinf(lower_bound(triangle.problem, {})));
}

// Wide topologies, too: a bound is infinite only where no placement is feasible.
TEST(Infeasibility, IsNeverClaimedFalsely) {
  int infeasible = 0;
  int proven = 0;
  for (std::uint64_t seed = 0; seed < 1500; ++seed) {
    const OwnedProblem owned = random_problem(seed, {.shape = static_cast<Shape>(seed % 4),
                                                     .hosts = 2 + seed % 3,
                                                     .inner = 1 + seed % 5,
                                                     .leaves = 5,
                                                     .demands = 8,
                                                     .symmetric = seed % 2 == 0,
                                                     .constrained = true,
                                                     .multicast = seed % 3 == 0,
                                                     .gaps = seed % 5 == 0 ? 0.2 : 0});
    const bool claimed = std::isinf(lower_bound(*owned, {}));
    const bool feasible = brute_force(*owned).has_value();
    EXPECT_FALSE(claimed && feasible) << seed;
    infeasible += feasible ? 0 : 1;
    proven += claimed ? 1 : 0;
  }
  RecordProperty("infeasible", infeasible);
  RecordProperty("proven", proven);
  EXPECT_GT(infeasible, 100);
  EXPECT_GT(proven, infeasible / 2);
}

}  // namespace
}  // namespace violin::placement
