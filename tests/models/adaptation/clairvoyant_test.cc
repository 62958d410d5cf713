#include "models/adaptation/clairvoyant.h"

#include "tests/models/adaptation/changing_problem.h"

namespace violin::adaptation {
namespace {

// All sequences of hosts, one by one.
double try_all(const Changing& changing, std::size_t entity) {
  const std::size_t n = changing.epochs[0].snapshot.hosts.size();
  double best = std::numeric_limits<double>::infinity();
  std::size_t sequences = 1;
  for (std::size_t t = 0; t < changing.epochs.size(); ++t) {
    sequences *= n;
  }
  for (std::size_t s = 0; s < sequences; ++s) {
    Plan plan(changing.epochs.size(), changing.start);
    std::size_t digits = s;
    for (Assignment& placement : plan) {
      placement[entity] = HostId{static_cast<std::uint32_t>(digits % n)};
      digits /= n;
    }
    best = std::min(best, judge(changing.epochs, changing.start, plan, changing.prices).total());
  }
  return best;
}

TEST(Clairvoyant, IsTheBestOfAllSequencesOfHostsForOneEntity) {
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    SCOPED_TRACE(seed);
    ChangeOptions options{.epochs = 5,
                          .problem = {.hosts = 3, .inner = 1, .leaves = 3},
                          .prices = {.breach = 1000, .transfer = BitRate::mbps(1)}};
    options.problem.constrained = seed % 2 == 0;
    options.problem.symmetric = seed % 3 == 0;
    options.prices.lost_frame = seed % 5 == 0 ? 0.1 : 0;
    const Changing changing = changing_problem(seed, options);
    if (!changing.epochs[0].snapshot.movable(0)) {
      continue;
    }
    const Plan plan = improve(changing.epochs, changing.start,
                              never_move(changing.epochs, changing.start), changing.prices);
    const double cost = judge(changing.epochs, changing.start, plan, changing.prices).total();
    EXPECT_NEAR(cost, try_all(changing, 0), 1e-9 * cost);
  }
}

TEST(Clairvoyant, IsNeverAboveWhereItBeganNorBelowTheOptimumForSeveralEntities) {
  for (std::uint64_t seed = 0; seed < 150; ++seed) {
    SCOPED_TRACE(seed);
    ChangeOptions options;
    options.problem.constrained = seed % 2 == 0;
    const Changing changing = changing_problem(seed, options);
    const Plan start = never_move(changing.epochs, changing.start);
    const Plan plan = improve(changing.epochs, changing.start, start, changing.prices);
    const double cost = judge(changing.epochs, changing.start, plan, changing.prices).total();
    const double never = judge(changing.epochs, changing.start, start, changing.prices).total();
    EXPECT_LE(cost, never);
    EXPECT_GE(cost, brute_force(changing) * (1 - 1e-9));
  }
}

TEST(Clairvoyant, PlansNothingForNoTime) {
  const Changing changing = changing_problem(1, {});
  EXPECT_TRUE(best_for(0, {}, changing.start, {}, changing.prices).empty());
  EXPECT_TRUE(improve({}, changing.start, {}, changing.prices).empty());
}

}  // namespace
}  // namespace violin::adaptation
