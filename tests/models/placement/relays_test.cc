#include "models/placement/relays.h"

#include "core/random.h"
#include "models/placement/evaluation.h"
#include "tests/models/placement/random_problem.h"

namespace violin::placement {
namespace {

// What is saved is what the evaluation says of a problem in which the link is two, over one more
// entity on the relay's host.
TEST(Relays, SaveWhatTheEvaluationSays) {
  std::size_t found = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(seed);
    const OwnedProblem owned = random_problem(seed, {.symmetric = seed % 2 == 0});
    RandomStream random(seed, "placement");
    Assignment placement;
    for (const Entity& entity : owned->entities) {
      placement.push_back(
          entity.pinned().value_or(HostId{static_cast<std::uint32_t>(random() % owned->hosts())}));
    }
    for (const Relay& relay : worthwhile_relays(*owned, placement, 0.01)) {
      ++found;
      Problem split = *owned;
      const EntityId middle{static_cast<std::uint32_t>(split.entities.size())};
      split.entities.push_back({"relay", {relay.over}, {}});
      const EntityId far = split.links[relay.link].ends[1];
      split.links[relay.link].ends[1] = middle;
      split.links.push_back({"second", {middle, far}});
      const auto second = static_cast<std::uint32_t>(split.links.size() - 1);
      for (Demand& demand : split.demands) {
        for (Receiver& receiver : demand.receivers) {
          std::vector<Hop> path;
          for (const Hop& hop : receiver.path) {
            if (hop.link == relay.link && hop.direction == 1) {
              path.push_back({second, 1});
            }
            path.push_back(hop);
            if (hop.link == relay.link && hop.direction == 0) {
              path.push_back({second, 0});
            }
          }
          receiver.path = path;
        }
      }
      check(split);
      Assignment with_relay = placement;
      with_relay.push_back(relay.over);
      const double before = evaluate(*owned, placement).cost;
      EXPECT_NEAR(before - evaluate(split, with_relay).cost, relay.saved, 1e-9 * before);
    }
  }
  EXPECT_GT(found, 100U);
}

}  // namespace
}  // namespace violin::placement
