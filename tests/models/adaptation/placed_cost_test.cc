#include "models/adaptation/placed_cost.h"

#include "core/random.h"
#include "models/placement/evaluation.h"
#include "tests/models/placement/random_problem.h"

namespace violin::adaptation {
namespace {

using placement::OwnedProblem;
using placement::ProblemOptions;
using placement::Term;

constexpr double kPrice = 1000;

OwnedProblem problem(std::uint64_t seed) {
  ProblemOptions options{.shape = static_cast<placement::Shape>(seed % 4)};
  options.symmetric = seed % 2 == 0;
  options.constrained = seed % 3 != 0;
  options.multicast = seed % 5 == 0;
  options.weights[static_cast<std::size_t>(Term::kDelay)] = 3;
  options.weights[static_cast<std::size_t>(Term::kLoss)] = seed % 4 == 1 ? 5 : 0;
  OwnedProblem made = placement::random_problem(seed, options);
  made.substrate->set_loss(HostId{0}, HostId{1}, 0.25);
  return made;
}

Assignment any_placement(const placement::Problem& problem, RandomStream& random) {
  Assignment placement;
  for (const placement::Entity& entity : problem.entities) {
    placement.push_back(
        entity.pinned().value_or(HostId{static_cast<std::uint32_t>(random() % problem.hosts())}));
  }
  return placement;
}

TEST(PlacedCost, IsWhatTheEvaluationSaysAndIsBreachedWhereThatNamesViolations) {
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    SCOPED_TRACE(seed);
    RandomStream random(seed, "placement");
    const OwnedProblem owned = problem(seed);
    const Assignment placement = any_placement(*owned, random);
    const auto judged = evaluate(*owned, placement);
    const PlacedCost placed(Snapshot(*owned), placement, 0);
    EXPECT_NEAR(placed.rate(), judged.cost, 1e-6 * (1 + judged.cost));
    EXPECT_EQ(placed.breach() > 0, !judged.feasible());
  }
}

TEST(PlacedCost, RatesAreThoseOfThePlacementsThatMovesMake) {
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    SCOPED_TRACE(seed);
    RandomStream random(seed, "moves");
    const OwnedProblem owned = problem(seed);
    const Snapshot snapshot(*owned);
    PlacedCost placed(snapshot, any_placement(*owned, random), kPrice);
    for (int step = 0; step < 5; ++step) {
      const std::size_t entity = random() % owned->entities.size();
      const std::size_t to = random() % owned->hosts();
      const double told = placed.rates(entity)[to];
      placed.move(entity, to);
      const PlacedCost anew(snapshot, placed.placement(), kPrice);
      EXPECT_NEAR(told, anew.rate(), 1e-9 * anew.rate());
      EXPECT_NEAR(placed.rate(), anew.rate(), 1e-9 * anew.rate());
      EXPECT_NEAR(placed.breach(), anew.breach(), 1e-9 * (1 + anew.breach()));
    }
  }
}

TEST(PlacedCost, AnEntityOnAHostThatIsDownBreaksOneConstraint) {
  const OwnedProblem owned = placement::random_problem(7, {.hosts = 3, .inner = 1, .leaves = 1});
  const HostId leaf = *owned->entities[1].pinned();
  const HostId inner{(static_cast<std::uint32_t>(leaf) + 1) % 3};
  owned.substrate->fail_host(inner);
  EXPECT_EQ(PlacedCost(Snapshot(*owned), {inner, leaf}, 0).breach(), 1);
  EXPECT_EQ(PlacedCost(Snapshot(*owned), {leaf, leaf}, 0).breach(), 0);
}

TEST(PlacedCost, ExcessIsTheShareOfTheLimitThatIsMissing) {
  const OwnedProblem owned = placement::random_problem(7, {.hosts = 3, .inner = 1, .leaves = 1});
  const HostId leaf = *owned->entities[1].pinned();
  owned->entities[0].memory = Bytes{30};
  owned->entities[1].memory = Bytes{20};
  owned.substrate->set_host_memory(leaf, Bytes{40});
  EXPECT_NEAR(PlacedCost(Snapshot(*owned), {leaf, leaf}, 0).breach(), 0.25, 1e-12);
}

}  // namespace
}  // namespace violin::adaptation
