#include "models/placement/mip/mip_solver.h"

#include "core/random.h"
#include "models/placement/evaluation.h"
#include "tests/models/placement/random_problem.h"

namespace violin::placement {
namespace {

using namespace std::chrono_literals;

constexpr double kExact = 1e-6;  // of the optimum

// A problem in which anything that the program has to express may be there.
OwnedProblem anything(std::uint64_t seed) {
  RandomStream random(seed, "anything");
  ProblemOptions options{.shape = static_cast<Shape>(seed % 4)};
  options.hosts = 3 + random() % 3;
  options.inner = 1 + random() % (options.hosts == 3 ? 5 : 4);
  options.symmetric = random.chance(0.3);
  options.constrained = random.chance(0.6);
  options.multicast = random.chance(0.3);
  for (double& weight : options.weights) {
    weight = random.chance(0.5) ? 0 : static_cast<double>(random() % 1000) / 100;
  }
  OwnedProblem owned = random_problem(seed, options);
  for (std::uint32_t a = 0; a < options.hosts; ++a) {
    for (std::uint32_t b = 0; b < options.hosts; ++b) {
      if (a != b && random.chance(0.3)) {
        owned.substrate->set_loss(HostId{a}, HostId{b}, 0.3 * random.uniform());
        owned.substrate->set_bandwidth(HostId{a}, HostId{b}, BitRate::kbps(500 + random() % 5000));
      }
      if (a != b && random.chance(0.03)) {
        owned->delays.set(a, b, std::nullopt);
      }
    }
  }
  return owned;
}

void expect_optimum(const OwnedProblem& owned) {
  const auto optimum = brute_force(*owned);
  if (!optimum) {
    EXPECT_THROW(MipSolver().solve(*owned, {}), Infeasible);
    return;
  }
  const auto answer = MipSolver().solve(*owned, {});
  ASSERT_TRUE(answer.has_value());
  const Evaluation evaluation = evaluate(*owned, answer->placement);
  EXPECT_TRUE(answer->feasible && evaluation.feasible());
  EXPECT_NEAR(evaluation.cost, optimum->cost, kExact * optimum->cost);
  EXPECT_LE(answer->bound, optimum->cost * (1 + 1e-12));
  EXPECT_GE(answer->bound, optimum->cost * (1 - kExact));
  const auto relaxed = lp_bound(*owned);
  EXPECT_LE(*relaxed, optimum->cost * (1 + 1e-12));
  EXPECT_GE(*relaxed, 0);
}

TEST(MipSolver, FindsAndProvesWhatTryingAllFinds) {
  for (std::uint64_t seed = 0; seed < 1500; ++seed) {
    SCOPED_TRACE(seed);
    expect_optimum(anything(seed));
  }
}

// Hosts hang at the routers of a random graph whose links are what the traffic shares.
TEST(MipSolver, SharesTheLinksOfARouterGraph) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(seed);
    RandomStream random(seed, "routers");
    const OwnedProblem owned = random_problem(seed, {.shape = static_cast<Shape>(seed % 4)});
    RouterGraph graph;
    for (std::uint32_t i = 0; i < owned->hosts(); ++i) {
      graph.add_router({"r" + std::to_string(i), {}, {}});
      if (i > 0) {
        graph.add_cable({.from = RouterId{i},
                         .to = RouterId{static_cast<std::uint32_t>(random() % i)},
                         .delay = 1ms,
                         .capacity = BitRate::kbps(1000 + random() % 9000)});
      }
    }
    owned.substrate->set_paths(RoutedPaths(graph, attachment_per_router(graph)));
    owned->delays = owned.substrate->delays();
    owned->weights = {1};
    at(owned->weights, Term::kBusiestLink) = 5;
    expect_optimum(owned);
  }
}

TEST(MipSolver, BeginsFromAStart) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    const OwnedProblem owned = anything(seed);
    if (const auto optimum = brute_force(*owned)) {
      const auto answer = MipSolver().solve(*owned, {.start = optimum->placement});
      EXPECT_DOUBLE_EQ(evaluate(*owned, answer->placement).cost, optimum->cost);
      EXPECT_GE(answer->bound, optimum->cost * (1 - kExact));
    }
  }
}

TEST(MipSolver, InterruptedItTellsAProvenBound) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(seed);
    const OwnedProblem owned = random_problem(seed, {.shape = Shape::kGraph, .inner = 4});
    std::uint64_t left = 5 * seed;
    SolveOptions options;
    options.keep_going = [&] { return left > 0 && left-- > 0; };
    const auto answer = MipSolver().solve(*owned, options);
    const double optimum = brute_force(*owned)->cost;
    EXPECT_LE(answer->bound, optimum * (1 + 1e-12));
    EXPECT_TRUE(answer->feasible);  // nothing is constrained
  }
}

TEST(MipSolver, LeavesAloneWhatItCannotExpress) {
  const OwnedProblem owned = random_problem(1, {});
  at(owned->weights, Term::kWorstStretch) = 1;
  EXPECT_TRUE(MipSolver().solve(*owned, {}).has_value());
  owned->entities.back().allowed.clear();
  EXPECT_FALSE(MipSolver().solve(*owned, {}).has_value());
  EXPECT_FALSE(lp_bound(*owned).has_value());
  EXPECT_FALSE(MipSolver().solve(*random_problem(1, {.hosts = 600, .inner = 10}), {}).has_value());
}

// Both entities fill h0 but for two bytes too many, which a limit in millionths does not see.
TEST(MipSolver, AHairTooMuchIsTooMuch) {
  Substrate substrate({{"h0"}, {"h1"}}, MeasuredPaths(DelayMatrix::from_cells(2, {0, 9, 9, 0})));
  substrate.set_host_memory(HostId{0}, Bytes{1'000'000'000});
  Problem problem(substrate);
  problem.entities = {{"a", {}, Bytes{500'000'000}}, {"b", {}, Bytes{500'000'002}}};
  problem.links = {{"l", {EntityId{0}, EntityId{1}}}};
  problem.demands = {{"d", EntityId{0}, {{EntityId{1}, {{0, 0}}}}, 1e6, 1}};
  problem.entities[0].allowed = {HostId{0}};
  const auto apart = MipSolver().solve(problem, {});
  EXPECT_EQ(apart->placement, (Assignment{HostId{0}, HostId{1}}));
  problem.entities[1].allowed = {HostId{0}};
  EXPECT_THROW(MipSolver().solve(problem, {}), Infeasible);
  problem.entities[1].memory = Bytes{500'000'000};
  EXPECT_TRUE(MipSolver().solve(problem, {})->feasible);
}

struct ClaimCase {
  const char* what;
  Claim claim;
  double cost;
  double expected;
};

// The bound that is safe anyway is 80.
TEST(BelievedBound, IsTheSafeOneWhereTheClaimCannotBeTrue) {
  const std::vector<ClaimCase> cases{
      {"proven", {100, 100, 0}, 100, 100 - 1e-5},
      {"proven, with a rounded cost", {99, 99, 2}, 100, 99 - 1e-5},
      {"not proven", {100, 90, 0}, 100, 90 - 1e-5},
      {"worse than what is safe", {100, 70, 0}, 100, 80},
      {"it costs more than claimed", {99, 99, 0.5}, 100, 80},
      {"it costs less than claimed", {101, 101, 0}, 100, 80},
      {"a bound above what was found", {100, 101, 0}, 100, 80},
      {"nothing is above the cost", {100, 100, 0}, 79, 79},
  };
  for (const auto& [what, claim, cost, expected] : cases) {
    EXPECT_NEAR(believed_bound(claim, cost, 80), expected, 1e-9) << what;
  }
}

}  // namespace
}  // namespace violin::placement
