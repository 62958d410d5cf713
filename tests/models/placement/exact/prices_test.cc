#include "models/placement/exact/prices.h"

#include <algorithm>

#include "core/random.h"
#include "tests/models/placement/exact/small_ground.h"

namespace violin::placement {
namespace {

// What a placement pays for what it uses, whatever the program does with it.
double paid(const SmallGround& ground, const Prices& prices, const Hosts& hosts) {
  const HostCosts charged = prices.charged(ground.model.alone);
  double sum = 0;
  for (std::size_t v = 0; v < hosts.size(); ++v) {
    sum += charged[v][hosts[v]] - ground.model.alone[v][hosts[v]];
  }
  for (const PairEdge& edge : ground.model.edges) {
    if (hosts[edge.ends[0]] != hosts[edge.ends[1]]) {
      sum += prices.access().part(edge, hosts[edge.ends[0]]) +
             prices.access().part(seen_from(edge, edge.ends[1]), hosts[edge.ends[1]]);
    }
  }
  return sum;
}

Prices climbed(const SmallGround& ground, std::uint64_t seed) {
  Prices prices(ground.limits);
  RandomStream random(seed, "climb");
  for (int step = 0; step < 20; ++step) {
    Hosts hosts(ground.model.variables.size());
    std::ranges::generate(
        hosts, [&] { return static_cast<std::uint32_t>(random() % ground.costs.hosts()); });
    prices.climb(hosts, 1 + random.uniform());
  }
  return prices;
}

bool allowed(const SmallGround& ground, const Hosts& hosts) {
  for (std::size_t v = 0; v < hosts.size(); ++v) {
    if (ground.model.alone[v][hosts[v]] >= kFar) {
      return false;
    }
  }
  return true;
}

TEST(Prices, AFeasiblePlacementNeverPaysMoreThanAllLimitsAreWorth) {
  int feasible = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const SmallGround ground(seed);
    const Prices prices = climbed(ground, seed);
    ground.each_placement([&](const Hosts& hosts) {
      if (!ground.limits.broken() && allowed(ground, hosts) &&
          ground.limits.excess(hosts, ground.limits.uses(hosts)) == 0) {
        ++feasible;
        EXPECT_LE(paid(ground, prices, hosts), prices.refund() * (1 + 1e-9) + 1e-9) << seed;
      }
    });
  }
  EXPECT_GT(feasible, 1000);
}

// A placement that exceeds limits pays more than before, beyond what the limits are worth more.
TEST(Prices, ClimbingMakesWhatExceedsLimitsDearer) {
  int climbed = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const SmallGround ground(seed);
    ground.each_placement([&](const Hosts& hosts) {
      Prices prices(ground.limits);
      if (!ground.limits.broken() && allowed(ground, hosts) && prices.climb(hosts, 7)) {
        ++climbed;
        EXPECT_NEAR(paid(ground, prices, hosts) - prices.refund(), 7, 1e-6) << seed;
      }
    });
  }
  EXPECT_GT(climbed, 1000);
}

TEST(Prices, StayWhereNothingIsExceeded) {
  int stayed = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const SmallGround ground(seed);
    ground.each_placement([&](const Hosts& hosts) {
      if (!ground.limits.broken() && ground.limits.excess(hosts, ground.limits.uses(hosts)) == 0) {
        Prices prices(ground.limits);
        EXPECT_FALSE(prices.climb(hosts, 1));
        EXPECT_EQ(prices.refund(), 0);
        ++stayed;
      }
    });
  }
  EXPECT_GT(stayed, 500);
}

}  // namespace
}  // namespace violin::placement
