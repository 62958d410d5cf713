#include "models/placement/search/baselines.h"

#include <limits>
#include <stdexcept>

#include "models/placement/evaluation.h"
#include "models/placement/pairwise.h"
#include "tests/models/placement/random_problem.h"

namespace violin::placement {
namespace {

using testing::Each;

double cost_of(std::string_view name, const Problem& problem, std::uint64_t seed = 1) {
  return evaluate(problem, baseline(name, problem, seed).value()).cost;
}

TEST(Baselines, GreedyIsOptimalForOneFreeEntity) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    SCOPED_TRACE(seed);
    const auto owned =
        random_problem(seed, {.inner = 1, .symmetric = seed % 2 == 0, .weights = {1, 3, 20}});
    const double optimum = brute_force(*owned)->cost;
    EXPECT_NEAR(cost_of("greedy", *owned), optimum, 1e-6 * optimum);
  }
}

TEST(Baselines, GreedyTakesTheBestHostThatKeepsTheConstraints) {
  int constrained = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(seed);
    const auto owned = random_problem(seed, {.inner = 1, .constrained = true});
    for (std::uint32_t h = 0; h < owned->hosts(); ++h) {
      owned.substrate->set_host_access(HostId{h}, std::nullopt, std::nullopt);
    }
    if (const auto optimum = brute_force(*owned)) {
      const auto placement = baseline("greedy", *owned, 1).value();
      EXPECT_THAT(evaluate(*owned, placement).violations, testing::IsEmpty());
      EXPECT_NEAR(pairwise_cost(*owned, placement), optimum->cost, 1e-6 * optimum->cost);
      Problem relaxed = *owned;
      for (std::uint32_t h = 0; h < owned->hosts(); ++h) {
        owned.substrate->set_host_memory(HostId{h}, std::nullopt);
        owned.substrate->set_host_capacity(HostId{h}, std::nullopt);
      }
      relaxed.entities[0].allowed.clear();
      constrained += cost_of("greedy", relaxed) < optimum->cost * (1 - 1e-6) ? 1 : 0;
    }
  }
  EXPECT_GT(constrained, 20);  // constraints did matter
}

TEST(Baselines, SingleHostIsTheBestOfThem) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    SCOPED_TRACE(seed);
    const auto owned = random_problem(seed, {.shape = static_cast<Shape>(seed % 4)});
    double best = std::numeric_limits<double>::infinity();
    for (std::uint32_t h = 0; h < owned->hosts(); ++h) {
      Assignment together;
      for (const Entity& entity : owned->entities) {
        together.push_back(entity.pinned().value_or(HostId{h}));
      }
      best = std::min(best, evaluate(*owned, together).cost);
    }
    EXPECT_NEAR(cost_of("single-host", *owned), best, 1e-6 * best);
  }
}

TEST(Baselines, RandomDrawsEachHostEquallyOften) {
  const auto owned = random_problem(1, {.inner = 1});
  std::vector<int> drawn(owned->hosts());
  constexpr int kDraws = 5000;
  for (std::uint64_t seed = 0; seed < kDraws; ++seed) {
    ++drawn[violin::to_index(baseline("random", *owned, seed).value()[0])];
  }
  const int mean = kDraws / static_cast<int>(owned->hosts());
  EXPECT_THAT(drawn, Each(testing::AllOf(testing::Gt(mean - 150), testing::Lt(mean + 150))));
  EXPECT_EQ(baseline("random", *owned, 7), baseline("random", *owned, 7));
}

TEST(Baselines, EachLeavesPinnedAndForbiddenHostsAlone) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    SCOPED_TRACE(seed);
    const auto owned = random_problem(seed, {.shape = Shape::kGraph, .constrained = true});
    for (const std::string_view name : kBaselines) {
      if (const auto placement = baseline(name, *owned, seed)) {
        EXPECT_THAT(evaluate(*owned, *placement).violations,
                    Each(testing::Not(testing::HasSubstr("may not be on"))));
      }
    }
  }
}

// Two pinned ends on the equator at 0 and 90 degrees east, hosts every 15 degrees.
class Equator : public testing::Test {
 protected:
  static std::vector<OverlayHost> hosts(bool with_positions) {
    std::vector<OverlayHost> hosts;
    for (int i = 0; i <= 6; ++i) {
      OverlayHost host{"east" + std::to_string(15 * i)};
      if (with_positions || i > 0) {
        host.position = Coordinates{0, 15.0 * i};
      }
      hosts.push_back(host);
    }
    return hosts;
  }

  static std::optional<Assignment> place(bool with_positions, double there, double back) {
    const Substrate substrate(hosts(with_positions), MeasuredPaths(DelayMatrix(7)));
    Problem problem(substrate);
    problem.entities = {{"a", {HostId{0}}, {}}, {"switch", {}, {}}, {"b", {HostId{6}}, {}}};
    problem.links = {{"left", {EntityId{0}, EntityId{1}}}, {"right", {EntityId{1}, EntityId{2}}}};
    problem.demands = {{"left", EntityId{0}, {{EntityId{1}, {{0, 0}}}}, there, 1},
                       {"right", EntityId{2}, {{EntityId{1}, {{1, 1}}}}, back, 1}};
    check(problem);
    return baseline("centroid", problem, 1);
  }
};

TEST_F(Equator, TheCentroidIsInTheMiddle) { EXPECT_EQ(place(true, 1e6, 1e6)->at(1), HostId{3}); }

TEST_F(Equator, TheCentroidIsNearerToTheLargerDemand) {
  EXPECT_EQ(place(true, 2e6, 1e6)->at(1), HostId{2});  // atan(1/2) is 27 degrees
  EXPECT_EQ(place(true, 1e6, 9e6)->at(1), HostId{6});  // atan(9) is 84 degrees
}

TEST_F(Equator, WithoutCoordinatesThereIsNoCentroid) {
  EXPECT_EQ(place(false, 1e6, 1e6), std::nullopt);
}

TEST(Baselines, AnUnknownNameIsRefused) {
  const auto owned = random_problem(1, {});
  EXPECT_THROW(baseline("best", *owned, 1), std::invalid_argument);
}

}  // namespace
}  // namespace violin::placement
