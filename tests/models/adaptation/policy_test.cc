#include "models/adaptation/policy.h"

#include "core/random.h"
#include "models/adaptation/replay.h"
#include "tests/models/adaptation/changing_problem.h"

namespace violin::adaptation {
namespace {

using namespace std::chrono_literals;

ChangeOptions larger(std::uint64_t seed) {
  ChangeOptions options{.epochs = 12, .problem = {.hosts = 6, .inner = 4, .leaves = 5}};
  options.problem.constrained = seed % 2 == 0;
  options.problem.shape = static_cast<placement::Shape>(seed % 4);
  return options;
}

PolicyOptions eager(const Changing& changing) {
  PolicyOptions options{.prices = changing.prices, .horizon = 5s, .threshold = 1};
  options.prices.move /= 10;
  return options;
}

void carry_out(const std::vector<Move>& moves, Assignment& placement) {
  for (const Move& move : moves) {
    placement[to_index(move.entity)] = move.to;
  }
}

// What a policy starts from that has nothing left to gain.
Assignment settled(const Snapshot& snapshot, Assignment placement, double breach) {
  FollowPolicy follow(breach);
  carry_out(follow.decide(snapshot, placement, kRunStart), placement);
  return placement;
}

TEST(AdaptivePolicy, NeverMovesMoreThanItMayInAnyWindow) {
  std::size_t made = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(seed);
    const Changing changing = changing_problem(seed, larger(seed));
    auto options = eager(changing);
    options.most_moves = 1 + seed % 3;
    options.window = seed % 2 == 0 ? 0s : 3s;
    AdaptivePolicy policy(options);
    Assignment placement = changing.start;
    std::vector<TimePoint> moved;
    for (const Epoch& epoch : changing.epochs) {
      const auto moves = policy.decide(epoch.snapshot, placement, epoch.from);
      EXPECT_LE(moves.size(), options.most_moves);
      moved.insert(moved.end(), moves.size(), epoch.from);
      carry_out(moves, placement);
    }
    for (std::size_t i = options.most_moves; i < moved.size(); ++i) {
      EXPECT_GE(moved[i] - moved[i - options.most_moves], options.window);
    }
    made += moved.size();
  }
  EXPECT_GT(made, 400U);  // the limits were met
}

TEST(AdaptivePolicy, PinnedEntitiesStayAndNoMoveLeadsFromOrToAnyOtherHostThanItSays) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    SCOPED_TRACE(seed);
    const Changing changing = changing_problem(seed, larger(seed));
    AdaptivePolicy policy(eager(changing));
    const Plan plan = replay(changing.epochs, changing.start, policy);  // checks `from`
    for (std::size_t e = 0; e < changing.start.size(); ++e) {
      if (!changing.epochs[0].snapshot.movable(e)) {
        EXPECT_EQ(plan.back()[e], changing.start[e]);
      }
    }
  }
}

TEST(AdaptivePolicy, WhereNothingChangesAPlacementThatIsBestStays) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    SCOPED_TRACE(seed);
    const Changing changing = changing_problem(seed, larger(seed));
    const Snapshot& snapshot = changing.epochs[0].snapshot;
    Assignment placement = settled(snapshot, changing.start, changing.prices.breach);
    AdaptivePolicy policy(eager(changing));
    for (int t = 0; t < 30; ++t) {
      EXPECT_TRUE(policy.decide(snapshot, placement, kRunStart + t * 10min).empty());
    }
  }
}

TEST(AdaptivePolicy, WhereNothingChangesMovingEndsAndEachMoveLowersTheCost) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    SCOPED_TRACE(seed);
    const Changing changing = changing_problem(seed, larger(seed));
    const Snapshot& snapshot = changing.epochs[0].snapshot;
    Assignment placement = changing.start;
    AdaptivePolicy policy(eager(changing));
    double rate = PlacedCost(snapshot, placement, changing.prices.breach).rate();
    int last = 0;
    for (int t = 0; t < 300; ++t) {
      const auto moves = policy.decide(snapshot, placement, kRunStart + t * 1s);
      carry_out(moves, placement);
      const double now = PlacedCost(snapshot, placement, changing.prices.breach).rate();
      EXPECT_TRUE(moves.empty() || now < rate);
      rate = now;
      last = moves.empty() ? last : t;
    }
    EXPECT_LT(last, 150);
  }
}

TEST(AdaptivePolicy, SmoothingKeepsNoiseFromMovingAnything) {
  const placement::OwnedProblem owned =
      placement::random_problem(5, {.hosts = 4, .inner = 1, .leaves = 3, .demands = 6});
  Assignment placement{HostId{0}};
  for (std::size_t e = 1; e < owned->entities.size(); ++e) {
    placement.push_back(*owned->entities[e].pinned());
  }
  placement = settled(Snapshot(*owned), placement, 1e6);
  PolicyOptions options{.horizon = 1s, .threshold = 1, .count_debts = false};
  options.prices.move = 0.1 * PlacedCost(Snapshot(*owned), placement, 0).rate();
  AdaptivePolicy nervous(options);
  options.smoothing = 200s;
  AdaptivePolicy calm(options);
  EXPECT_TRUE(calm.decide(*owned, placement, kRunStart).empty());
  const DelayMatrix quiet = owned->delays;
  RandomStream random(5, "noise");
  int moved = 0;
  for (int t = 1; t < 500; ++t) {
    for (std::size_t pair = 0; pair < 16; ++pair) {
      const double factor = 0.5 + random.uniform();  // its mean is 1
      owned->delays.set(pair / 4, pair % 4,
                        from_seconds(factor * to_seconds(*quiet.at(pair / 4, pair % 4))));
    }
    moved += nervous.decide(*owned, placement, kRunStart + t * 1s).empty() ? 0 : 1;
    EXPECT_TRUE(calm.decide(*owned, placement, kRunStart + t * 1s).empty()) << t;
  }
  EXPECT_GT(moved, 20);
}

class Overload : public testing::Test {
 protected:
  Overload() {
    for (std::size_t e = 1; e < problem_->entities.size(); ++e) {
      placement_.push_back(*problem_->entities[e].pinned());
    }
    placement_ = settled(Snapshot(*problem_), placement_, options_.prices.breach);
  }
  std::vector<Move> decide(AdaptivePolicy& policy) {
    return policy.decide(*problem_, placement_, kRunStart);
  }

  placement::OwnedProblem problem_ =
      placement::random_problem(5, {.hosts = 4, .inner = 1, .leaves = 3, .demands = 6});
  PolicyOptions options_{.prices = {.move = 1e4}};
  Assignment placement_{HostId{0}};
};

TEST_F(Overload, AnEntityLeavesAHostThatHasTooLittleCapacityLeft) {
  AdaptivePolicy policy(options_);
  EXPECT_TRUE(decide(policy).empty());
  problem_.substrate->set_host_capacity(placement_[0], FrameRate{1});
  const auto moves = decide(policy);
  ASSERT_EQ(moves.size(), 1U);
  EXPECT_EQ(moves[0].from, placement_[0]);
  EXPECT_NE(moves[0].to, placement_[0]);
}

TEST_F(Overload, AnEntityLeavesAHostThatFailsForOneThatIsUp) {
  AdaptivePolicy policy(options_);
  const HostId home = placement_[0];
  for (std::uint32_t h = 0; h < 4; ++h) {
    if (HostId{h} == home || h % 2 == static_cast<std::uint32_t>(home) % 2) {
      problem_.substrate->fail_host(HostId{h});
    }
  }
  const auto moves = decide(policy);
  ASSERT_EQ(moves.size(), 1U);
  EXPECT_TRUE(problem_.substrate->host_up(moves[0].to));
}

TEST_F(Overload, NothingMovesToWhereItWouldBeTooMuch) {
  AdaptivePolicy policy(options_);
  for (std::uint32_t h = 0; h < 4; ++h) {
    problem_.substrate->set_host_memory(HostId{h}, Bytes{1'000'000});
  }
  problem_->entities[0].memory = Bytes{900'000};
  const HostId best = decide(policy).empty() ? placement_[0] : HostId{9};
  EXPECT_EQ(best, placement_[0]);
  problem_.substrate->fail_host(placement_[0]);
  AdaptivePolicy free_choice(options_);
  const auto first = decide(free_choice);
  ASSERT_EQ(first.size(), 1U);
  problem_.substrate->set_host_memory(first[0].to, Bytes{100'000});
  AdaptivePolicy bound(options_);
  const auto second = decide(bound);
  ASSERT_EQ(second.size(), 1U);
  EXPECT_NE(second[0].to, first[0].to);
}

// Two that talk much with each other on one host, far from all others whom they serve: each alone
// would lose by leaving, both together gain.
TEST(AdaptivePolicy, MovesBothEndsOfALinkWhereNeitherAloneWouldGain) {
  DelayMatrix delays(2);
  delays.set(0, 1, 10ms);
  delays.set(1, 0, 10ms);
  const Substrate substrate({{"h0"}, {"h1"}}, MeasuredPaths(delays));
  placement::Problem problem(substrate);
  problem.entities = {{"s1", {}, {}}, {"s2", {}, {}}, {"user", {HostId{1}}, {}}};
  problem.links = {{"trunk", {EntityId{0}, EntityId{1}}}, {"port", {EntityId{1}, EntityId{2}}}};
  problem.demands = {{"trunk", EntityId{0}, {{EntityId{1}, {{0, 0}}}}, 1e9, 1},
                     {"port", EntityId{1}, {{EntityId{2}, {{1, 0}}}}, 1e6, 1}};
  const Assignment start{HostId{0}, HostId{0}, HostId{1}};
  PolicyOptions options{.most_moves = 1};
  AdaptivePolicy one(options);
  EXPECT_TRUE(one.decide(problem, start, kRunStart).empty());
  options.most_moves = 2;
  AdaptivePolicy two(options);
  EXPECT_EQ(two.decide(problem, start, kRunStart).size(), 2U);
}

TEST(AdaptivePolicy, BeginsAnewWhenEntitiesCome) {
  const Changing few = changing_problem(2, {});
  const Changing more = changing_problem(3, larger(2));
  AdaptivePolicy policy(eager(few));
  policy.decide(few.epochs[0].snapshot, few.start, kRunStart);
  AdaptivePolicy anew(eager(few));
  EXPECT_EQ(policy.decide(more.epochs[0].snapshot, more.start, kRunStart + 1h),
            anew.decide(more.epochs[0].snapshot, more.start, kRunStart + 1h));
}

TEST(FollowPolicy, LeavesNothingThatASingleMoveWouldGain) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    SCOPED_TRACE(seed);
    const Changing changing = changing_problem(seed, larger(seed));
    const Snapshot& snapshot = changing.epochs[0].snapshot;
    const PlacedCost placed(snapshot, settled(snapshot, changing.start, 1000), 1000);
    for (std::size_t e = 0; e < changing.start.size(); ++e) {
      if (snapshot.movable(e)) {
        EXPECT_GE(std::ranges::min(placed.rates(e)), placed.rate() * (1 - 1e-8));
      }
    }
  }
}

}  // namespace
}  // namespace violin::adaptation
