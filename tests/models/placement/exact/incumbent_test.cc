#include "models/placement/exact/incumbent.h"

#include <algorithm>

#include "tests/models/placement/exact/small_ground.h"

namespace violin::placement {
namespace {

TEST(Incumbent, IsTheCheapestFeasibleOfWhatItWasOffered) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    const SmallGround ground(seed);
    Incumbent incumbent(*ground.owned, ground.model);
    EXPECT_FALSE(incumbent.proven(1e300));
    std::optional<double> least;
    ground.each_placement([&](const Hosts& hosts) {
      const Evaluation judged = evaluate(*ground.owned, ground.model.placement(hosts));
      const bool better = judged.feasible() && judged.cost < least.value_or(kFar);
      EXPECT_EQ(incumbent.offer(hosts, cost(ground.model, ground.costs, hosts)), better);
      least = better ? judged.cost : least;
    });
    ASSERT_EQ(incumbent.hosts().has_value(), least.has_value());
    if (least) {
      EXPECT_EQ(incumbent.cost(), *least);
      EXPECT_EQ(evaluate(*ground.owned, ground.model.placement(*incumbent.hosts())).cost, *least);
      EXPECT_TRUE(incumbent.proven(*least));
      EXPECT_FALSE(incumbent.proven(*least * 0.999));
    }
  }
}

}  // namespace
}  // namespace violin::placement
