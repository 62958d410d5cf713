#include "models/placement/exact/branching.h"

#include <cmath>

#include "tests/models/placement/exact/small_ground.h"

namespace violin::placement {
namespace {

const KeepGoing kForever = [] { return true; };

// From prices of 0, so that branching has to do everything.
Priced unpriced(const SmallGround& ground) { return {0, Prices(ground.limits)}; }

TEST(Branching, FindsTheOptimumAndProvesItOrThatThereIsNone) {
  int optima = 0;
  int none = 0;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    const SmallGround ground(seed);
    if (ground.limits.broken()) {
      continue;
    }
    Incumbent incumbent(*ground.owned, ground.model);
    const double bound = branch(ground.model, ground.costs, ground.limits, unpriced(ground), {},
                                incumbent, kForever);
    const auto optimum = brute_force(*ground.owned);
    ASSERT_EQ(incumbent.hosts().has_value(), optimum.has_value());
    if (optimum) {
      ++optima;
      EXPECT_NEAR(incumbent.cost(), optimum->cost, 1e-9 * optimum->cost);
      EXPECT_LE(bound, optimum->cost);
      EXPECT_TRUE(incumbent.proven(bound));
    } else {
      ++none;
      EXPECT_TRUE(std::isinf(bound));
    }
  }
  EXPECT_GT(optima, 100);
  EXPECT_GT(none, 3);
}

TEST(Branching, HasABoundThatHoldsWhenItsWorkIsSpent) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    const SmallGround ground(seed);
    if (ground.limits.broken()) {
      continue;
    }
    Incumbent incumbent(*ground.owned, ground.model);
    const double bound =
        branch(ground.model, ground.costs, ground.limits, unpriced(ground),
               {.work = static_cast<double>(seed % 10) * 100}, incumbent, kForever);
    if (const auto optimum = brute_force(*ground.owned)) {
      EXPECT_LE(bound, optimum->cost);
      EXPECT_TRUE(!incumbent.hosts() || incumbent.cost() >= optimum->cost * (1 - 1e-12));
    }
  }
}

}  // namespace
}  // namespace violin::placement
