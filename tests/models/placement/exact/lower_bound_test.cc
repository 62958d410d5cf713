#include "models/placement/exact/lower_bound.h"

#include <cmath>

#include "core/random.h"
#include "models/placement/evaluation.h"
#include "models/placement/exact/term_bounds.h"
#include "tests/models/placement/random_problem.h"

namespace violin::placement {
namespace {

Terms some_weights(RandomStream& random) {
  Terms weights{};
  for (double& weight : weights) {
    weight = random.chance(0.4) ? 100 * random.uniform() : 0;
  }
  return weights;
}

ProblemOptions some_options(std::uint64_t seed) {
  RandomStream random(seed, "options");
  ProblemOptions options{.shape = static_cast<Shape>(seed % 4), .hosts = 1 + random() % 4};
  options.inner = 1 + random() % 4;
  options.leaves = 1 + random() % 5;
  options.symmetric = random.chance(0.5);
  options.constrained = random.chance(0.5);
  options.multicast = random.chance(0.3);
  options.lossy = random.chance(0.3);
  options.gaps = random.chance(0.2) ? 0.2 : 0;
  options.weights = some_weights(random);
  return options;
}

TEST(LowerBound, NeverExceedsTheOptimum) {
  for (std::uint64_t seed = 0; seed < 2500; ++seed) {
    const OwnedProblem owned = random_problem(seed, some_options(seed));
    const auto optimum = brute_force(*owned);
    const double bound = lower_bound(*owned, {});
    EXPECT_TRUE(!optimum || bound <= optimum->cost) << seed << ": " << bound;
    EXPECT_GE(bound, -1e-6) << seed;
  }
}

// Where the topology is too wide for the dynamic program.
ProblemOptions wide(std::uint64_t seed) {
  return {.shape = Shape::kGraph,
          .hosts = 3,
          .inner = 7,
          .leaves = 10,
          .demands = 40,
          .symmetric = seed % 2 == 0,
          .constrained = seed % 3 == 0};
}

TEST(LowerBound, HoldsForTopologiesThatAreNoTree) {
  int wider = 0;
  double closed = 0;
  double gaps = 0;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const OwnedProblem owned = random_problem(seed, wide(seed));
    LowerBound bounding(*owned);
    if (bounding.exact()) {
      continue;
    }
    const auto optimum = brute_force(*owned);
    const double bound = lower_bound(*owned, {});
    if (optimum) {
      ++wider;
      EXPECT_LE(bound, optimum->cost) << seed;
      gaps += 1 - bound / optimum->cost;
      closed += bound >= optimum->cost * (1 - 1e-6) ? 1 : 0;
    }
  }
  RecordProperty("wider", wider);
  RecordProperty("mean_gap_ppm", static_cast<int>(1e6 * gaps / wider));
  RecordProperty("closed", static_cast<int>(closed));
  EXPECT_GT(wider, 20);
}

// On a forest the chains' bound is that of the linear relaxation, which is exact.
TEST(MessageBound, ReachesTheOptimumOfATree) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    const OwnedProblem owned = random_problem(
        seed,
        {.hosts = 6, .inner = 7, .symmetric = seed % 2 == 0, .gaps = seed % 3 == 0 ? 0.2 : 0});
    const PairCosts costs(owned->delays);
    const PairModel model = make_pair_model(*owned, costs);
    const auto optimum = DynamicProgram(model, costs).minimise(model.alone);
    MessageBound messages(model, costs);
    MessageBound::Result result{};
    for (int pass = 0; pass < 60; ++pass) {
      result = messages.pass(model.alone);
    }
    if (optimum.cost >= kFar / 2) {
      EXPECT_GE(result.bound, kFar / 2);
    } else {
      EXPECT_LE(result.bound, optimum.cost * (1 + 1e-12));
      EXPECT_GE(result.bound, optimum.cost * (1 - 1e-6));
    }
  }
}

// What a term is for any placement is at least its bound.
TEST(TermBounds, HoldForEveryTermAlone) {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    for (const Term term :
         {Term::kWorstDelay, Term::kWorstStretch, Term::kBusiestHost, Term::kBusiestLink}) {
      ProblemOptions options = some_options(seed);
      options.weights = {};
      at(options.weights, term) = 2;
      const OwnedProblem owned = random_problem(seed, options);
      const auto optimum = brute_force(*owned);
      const double bound = term_bounds(*owned, [] { return true; });
      EXPECT_TRUE(!optimum || bound <= optimum->cost) << seed;
    }
  }
}

// Pinned ends 0 and 2 with a detour over 1: 3 ms instead of 10 ms.
TEST(TermBounds, TakeTheShortestWayOverAnyHost) {
  using std::chrono_literals::operator""ms;
  DelayMatrix delays(3);
  delays.set(0, 1, 1ms);
  delays.set(1, 2, 2ms);
  delays.set(0, 2, 10ms);
  const Substrate substrate({{"a"}, {"b"}, {"c"}}, MeasuredPaths(delays));
  Problem problem(substrate);
  problem.entities = {{"a", {HostId{0}}, {}}, {"switch", {}, {}}, {"c", {HostId{2}}, {}}};
  problem.links = {{"left", {EntityId{0}, EntityId{1}}}, {"right", {EntityId{1}, EntityId{2}}}};
  problem.demands = {{"d", EntityId{0}, {{EntityId{2}, {{0, 0}, {1, 0}}}}, 1e6, 1}};
  problem.weights = {};
  at(problem.weights, Term::kWorstDelay) = 1;
  EXPECT_NEAR(term_bounds(problem, [] { return true; }), 3, 1e-9);
  at(problem.weights, Term::kWorstStretch) = 1;
  EXPECT_NEAR(term_bounds(problem, [] { return true; }), 3.3, 1e-9);
}

}  // namespace
}  // namespace violin::placement
