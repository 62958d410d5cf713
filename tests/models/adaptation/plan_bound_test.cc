#include "models/adaptation/plan_bound.h"

#include "models/adaptation/clairvoyant.h"
#include "tests/models/adaptation/changing_problem.h"

namespace violin::adaptation {
namespace {

constexpr std::size_t kPasses = 200;

TEST(PlanBound, IsNeverAboveTheBestPlan) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(seed);
    ChangeOptions options;
    options.problem.shape = static_cast<placement::Shape>(seed % 4);
    options.problem.constrained = seed % 2 == 0;
    options.problem.symmetric = seed % 3 == 0;
    options.problem.inner = seed % 10 == 0 ? 3 : 2;
    options.epochs = seed % 10 == 0 ? 2 : 4;
    const Changing changing = changing_problem(seed, options);
    const double optimum = brute_force(changing);
    for (const std::size_t passes : {std::size_t{1}, std::size_t{2}, kPasses}) {
      const double bound =
          bound_plans(changing.epochs, changing.start, changing.prices, passes).bound;
      EXPECT_LE(bound, optimum * (1 + 1e-9)) << passes << " passes";
    }
  }
}

TEST(PlanBound, IsTheOptimumOfOneEntity) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    ChangeOptions options{.problem = {.hosts = 4, .inner = 1, .leaves = 3}};
    options.problem.constrained = seed % 2 == 0;
    const Changing changing = changing_problem(seed, options);
    const Plan best = improve(changing.epochs, changing.start,
                              never_move(changing.epochs, changing.start), changing.prices);
    const double optimum = judge(changing.epochs, changing.start, best, changing.prices).total();
    const PlanBound found = bound_plans(changing.epochs, changing.start, changing.prices, kPasses);
    EXPECT_NEAR(found.bound, optimum, 1e-6 * optimum);
  }
}

// At one time, a tree of entities: messages along a tree are exact (Wainwright et al. 2005).
TEST(PlanBound, IsTheOptimumOfATreeAtOneTime) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    SCOPED_TRACE(seed);
    ChangeOptions options{.epochs = 1, .problem = {.hosts = 4, .inner = 3, .leaves = 4}};
    const Changing changing = changing_problem(seed, options);
    const double optimum = brute_force(changing);
    const PlanBound found = bound_plans(changing.epochs, changing.start, changing.prices, kPasses);
    EXPECT_NEAR(found.bound, optimum, 1e-6 * optimum);
  }
}

// Three on a host that has memory for one, where going elsewhere costs more than the breach.
TEST(PlanBound, IsNeverAboveTheCostOfACrowdThatStays) {
  const placement::OwnedProblem owned =
      placement::random_problem(1, {.hosts = 2, .inner = 3, .leaves = 1, .demands = 1});
  const HostId home = *owned->entities[3].pinned();
  owned->entities[3].memory = Bytes{};
  owned->demands = {};
  for (std::size_t e = 0; e < 3; ++e) {
    owned->entities[e].memory = Bytes{100};
  }
  owned.substrate->set_host_memory(home, Bytes{100});
  const Epochs epochs{{kRunStart, std::chrono::seconds(1), Snapshot(*owned)}};
  const Assignment start(4, home);
  const Prices prices{.breach = 10, .move = 100};
  EXPECT_DOUBLE_EQ(judge(epochs, start, never_move(epochs, start), prices).total(), 10 * 2);
  const double bound = bound_plans(epochs, start, prices, kPasses).bound;
  EXPECT_LE(bound, 10 * 2 * (1 + 1e-9));
  EXPECT_GE(bound, 10 * 2.0 / 3);  // a pairing of three sees one pair
}

// Access bandwidth apart, all that two entities can do to each other is in one edge.
TEST(PlanBound, CountsThatTwoMayNotFitOnOneHost) {
  int crowded = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(seed);
    ChangeOptions options{.epochs = 1, .problem = {.hosts = 3, .inner = 2, .constrained = true}};
    Changing changing = changing_problem(seed, options);
    for (Snapshot::Host& host : changing.epochs[0].snapshot.hosts) {
      host.limits[kUp] = host.limits[kDown] = std::numeric_limits<double>::infinity();
    }
    const double optimum = brute_force(changing);
    const PlanBound found = bound_plans(changing.epochs, changing.start, changing.prices, kPasses);
    EXPECT_NEAR(found.bound, optimum, 1e-6 * optimum);
    Changing roomy = changing;
    for (Snapshot::Host& host : roomy.epochs[0].snapshot.hosts) {
      host.limits.fill(std::numeric_limits<double>::infinity());
    }
    crowded += brute_force(roomy) < optimum ? 1 : 0;
  }
  EXPECT_GT(crowded, 20);
}

TEST(PlanBound, NoPassLowersIt) {
  const Changing changing = changing_problem(3, {.epochs = 6});
  double before = 0;
  for (std::size_t passes = 1; passes < 12; ++passes) {
    const double bound =
        bound_plans(changing.epochs, changing.start, changing.prices, passes).bound;
    EXPECT_GE(bound, before);
    before = bound;
  }
}

TEST(PlanBound, SuggestsAPlanThatCanBeJudged) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const Changing changing = changing_problem(seed, {});
    const PlanBound found = bound_plans(changing.epochs, changing.start, changing.prices, kPasses);
    EXPECT_GE(judge(changing.epochs, changing.start, found.plan, changing.prices).total(),
              found.bound * (1 - 1e-9));
  }
  EXPECT_EQ(bound_plans({}, {}, {}, 1).bound, 0);
}

}  // namespace
}  // namespace violin::adaptation
