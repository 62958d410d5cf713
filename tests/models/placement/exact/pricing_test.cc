#include "models/placement/exact/pricing.h"

#include <cmath>

#include "tests/models/placement/exact/small_ground.h"

namespace violin::placement {
namespace {

const KeepGoing kForever = [] { return true; };

TEST(Pricing, BoundsWhatIsFeasibleAndOffersWhatItRepaired) {
  int offered = 0;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    const SmallGround ground(seed);
    if (ground.limits.broken()) {
      continue;
    }
    Incumbent incumbent(*ground.owned, ground.model);
    const Pricing pricing(ground.model, ground.costs, ground.limits);
    const Priced priced = pricing.run(ground.relaxation(), {.exact = true}, incumbent, kForever);
    const auto optimum = brute_force(*ground.owned);
    if (optimum) {
      EXPECT_LE(priced.bound, optimum->cost);
      // Prices of 0 give the cheapest placement without limits.
      EXPECT_GE(priced.bound, ground.program.minimise(ground.model.alone).cost * (1 - 1e-6) - 1e-9);
    }
    offered += incumbent.hosts() ? 1 : 0;
    EXPECT_TRUE(optimum || !incumbent.hosts());
  }
  EXPECT_GT(offered, 150);
}

TEST(Pricing, AsksOnceWhereNobodyLetsItGoOn) {
  const SmallGround ground(3);
  Incumbent incumbent(*ground.owned, ground.model);
  int asked = 0;
  const Relaxation counted = [&](HostCosts alone, const AccessPrices& prices) {
    ++asked;
    return ground.relaxation()(std::move(alone), prices);
  };
  Pricing(ground.model, ground.costs, ground.limits).run(counted, {.exact = true}, incumbent, [] {
    return false;
  });
  EXPECT_EQ(asked, 1);
}

}  // namespace
}  // namespace violin::placement
