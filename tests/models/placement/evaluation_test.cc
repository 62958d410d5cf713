#include "models/placement/evaluation.h"

#include "core/random.h"
#include "models/placement/pairwise.h"
#include "tests/models/placement/random_problem.h"

namespace violin::placement {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::HasSubstr;

constexpr EntityId kA{0};
constexpr EntityId kSwitch{1};
constexpr EntityId kB{2};

// a (on h0) -- switch -- b (on h2); one way h0-h1 1 ms, h1-h2 2 ms, h0-h2 2 ms; back the double.
class ThreeHosts : public testing::Test {
 protected:
  ThreeHosts() {
    substrate_->set_loss(HostId{1}, HostId{2}, 0.5);
    problem_.entities = {
        {"a", {HostId{0}}, Bytes{10}}, {"switch", {}, Bytes{20}}, {"b", {HostId{2}}, Bytes{30}}};
    problem_.links = {{"left", {kA, kSwitch}}, {"right", {kSwitch, kB}}};
    problem_.demands = {{"there", kA, {{kB, {{0, 0}, {1, 0}}}}, 8e6, 1000},
                        {"back", kB, {{kA, {{1, 1}, {0, 1}}}}, 1e6, 100}};
    check(problem_);
  }

  static std::unique_ptr<Substrate> make_substrate() {
    DelayMatrix delays(3);
    const auto set = [&](std::size_t a, std::size_t b, Duration delay) {
      delays.set(a, b, delay);
      delays.set(b, a, 2 * delay);
    };
    set(0, 1, 1ms);
    set(1, 2, 2ms);
    set(0, 2, 2ms);
    std::vector<OverlayHost> hosts{{"h0"}, {"h1"}, {"h2"}};
    hosts[1].capacity = FrameRate{2000};
    hosts[1].memory = Bytes{15};
    hosts[1].access_up = BitRate::mbps(10);
    hosts[1].access_down = BitRate::mbps(8);
    return std::make_unique<Substrate>(hosts, MeasuredPaths(delays));
  }

  std::unique_ptr<Substrate> substrate_ = make_substrate();
  Problem problem_{*substrate_};
};

TEST_F(ThreeHosts, TermsAreThoseThatTheHeaderDefines) {
  const Evaluation on_h1 = evaluate(problem_, {HostId{0}, HostId{1}, HostId{2}});
  EXPECT_DOUBLE_EQ(at(on_h1.terms, Term::kNetwork), 8 * (1 + 2) + 1 * (4 + 2));
  EXPECT_DOUBLE_EQ(at(on_h1.terms, Term::kDelay), (3 + 6) / 2.0);
  EXPECT_DOUBLE_EQ(at(on_h1.terms, Term::kStretch), (3 / 2.0 + 6 / 4.0) / 2);
  EXPECT_NEAR(at(on_h1.terms, Term::kLoss), std::log(2.0) / 2, 1e-7);
  EXPECT_DOUBLE_EQ(at(on_h1.terms, Term::kWorstDelay), 6);
  EXPECT_DOUBLE_EQ(at(on_h1.terms, Term::kWorstStretch), 1.5);
  EXPECT_DOUBLE_EQ(at(on_h1.terms, Term::kBusiestHost), 1100.0 / 2000);
  EXPECT_DOUBLE_EQ(at(on_h1.terms, Term::kBusiestLink), 0);  // no bandwidth is known
  EXPECT_DOUBLE_EQ(on_h1.cost, 30);
}

TEST_F(ThreeHosts, HostsAreUsedByFramesThatReachThemAndBitsThatLeaveThem) {
  const Evaluation on_h0 = evaluate(problem_, {HostId{0}, HostId{0}, HostId{2}});
  EXPECT_EQ(on_h0.hosts[0].entities, 2U);
  EXPECT_DOUBLE_EQ(on_h0.hosts[0].frames_per_second, 1000 + 100 + 100);  // switch twice, then a
  EXPECT_DOUBLE_EQ(on_h0.hosts[0].up_bits_per_second, 8e6);  // what stays inside does not count
  EXPECT_DOUBLE_EQ(on_h0.hosts[0].down_bits_per_second, 1e6);
  EXPECT_EQ(on_h0.hosts[0].memory, Bytes{30});
}

TEST_F(ThreeHosts, EveryBrokenConstraintIsTold) {
  problem_.apart = {{kA, kSwitch}};
  problem_.entities[1].allowed = {HostId{0}, HostId{1}};
  EXPECT_THAT(evaluate(problem_, {HostId{0}, HostId{0}, HostId{2}}).violations,
              testing::ElementsAre(HasSubstr("'a' and 'switch' are to be apart")));
  EXPECT_THAT(evaluate(problem_, {HostId{0}, HostId{2}, HostId{2}}).violations,
              testing::ElementsAre(HasSubstr("'switch' may not be on 'h2'")));
  const auto on_h1 = evaluate(problem_, {HostId{0}, HostId{1}, HostId{2}}).violations;
  EXPECT_THAT(on_h1,
              testing::ElementsAre(HasSubstr("memory of 15 B, but 20 are used"),
                                   HasSubstr("bandwidth down of 8000000 bit/s, but 9000000")));
}

TEST_F(ThreeHosts, AHostWithoutAWayToItBreaksTheDemand) {
  substrate_->set_paths(MeasuredPaths(DelayMatrix(3)));
  Problem cut(*substrate_);
  cut.entities = problem_.entities;
  cut.links = problem_.links;
  cut.demands = problem_.demands;
  EXPECT_THAT(evaluate(cut, {HostId{0}, HostId{0}, HostId{2}}).violations,
              Contains(HasSubstr("there is no way to 'b'")));
}

TEST_F(ThreeHosts, AMulticastGroupCrossesEachLinkOnce) {
  problem_.entities.push_back({"c", {HostId{2}}, {}});
  problem_.links.push_back({"third", {kSwitch, EntityId{3}}});
  problem_.demands = {
      {"group", kA, {{kB, {{0, 0}, {1, 0}}}, {EntityId{3}, {{0, 0}, {2, 0}}}}, 8e6, 1000}};
  check(problem_);
  const auto loads = link_loads(problem_);
  EXPECT_DOUBLE_EQ(loads[0][0].bits_per_second, 8e6);
  EXPECT_DOUBLE_EQ(loads[1][0].bits_per_second, 8e6);
  EXPECT_DOUBLE_EQ(loads[2][0].bits_per_second, 8e6);
}

TEST_F(ThreeHosts, CheckNamesWhatIsBroken) {
  problem_.demands[0].receivers[0].path = {{0, 0}};
  EXPECT_THROW(check(problem_), std::invalid_argument);
  problem_.demands.clear();
  problem_.entities[1].allowed = {HostId{1}, HostId{0}};
  EXPECT_THROW(check(problem_), std::invalid_argument);
  problem_.entities[1].allowed = {HostId{9}};
  EXPECT_THROW(check(problem_), std::invalid_argument);
  problem_.entities[1].allowed = {};
  at(problem_.weights, Term::kDelay) = -1;
  EXPECT_THROW(check(problem_), std::invalid_argument);
}

TEST_F(ThreeHosts, HopsThatLoseAllCountOneByOne) {
  substrate_->set_loss(HostId{0}, HostId{1}, 1);
  substrate_->set_loss(HostId{1}, HostId{2}, 1);
  problem_.weights = {};
  at(problem_.weights, Term::kLoss) = 1;
  const Assignment on_h1{HostId{0}, HostId{1}, HostId{2}};
  EXPECT_DOUBLE_EQ(evaluate(problem_, on_h1).cost, (200 + 0) / 2.0);
  EXPECT_DOUBLE_EQ(pairwise_cost(problem_, on_h1), 100);
}

TEST_F(ThreeHosts, AReceiverWithoutADirectWayHasNoStretch) {
  problem_.delays.set(0, 2, std::nullopt);
  problem_.weights = {};
  at(problem_.weights, Term::kStretch) = 1;
  const Assignment on_h1{HostId{0}, HostId{1}, HostId{2}};
  EXPECT_DOUBLE_EQ(evaluate(problem_, on_h1).cost, 6 / 4.0);
  EXPECT_DOUBLE_EQ(pairwise_cost(problem_, on_h1), 6 / 4.0);
}

TEST(Pairwise, IsTheWholeCostOfItsTerms) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    ProblemOptions options{.shape = static_cast<Shape>(seed % 4), .symmetric = seed % 3 == 0};
    options.multicast = seed % 5 == 0;
    options.lossy = seed % 2 == 0;
    options.gaps = seed % 7 == 0 ? 0.2 : 0;
    at(options.weights, Term::kDelay) = 2;
    at(options.weights, Term::kStretch) = 30;
    at(options.weights, Term::kLoss) = 70;
    const OwnedProblem owned = random_problem(seed, options);
    Assignment placement;
    RandomStream random(seed, "placement");
    for (const Entity& entity : owned->entities) {
      placement.push_back(
          entity.pinned().value_or(HostId{static_cast<std::uint32_t>(random() % owned->hosts())}));
    }
    const double cost = evaluate(*owned, placement).cost;
    EXPECT_NEAR(pairwise_cost(*owned, placement), cost, 1e-9 * cost);
  }
}

TEST(Pairwise, WhereThereIsNoDirectWayThereIsNoStretch) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    SCOPED_TRACE(seed);
    ProblemOptions options;
    at(options.weights, Term::kStretch) = 30;
    const OwnedProblem owned = random_problem(seed, options);
    const Demand& first = owned->demands.front();
    const HostId from = *owned->entity(first.source).pinned();
    const HostId to = *owned->entity(first.receivers.front().entity).pinned();
    if (from != to) {
      owned->delays.set(violin::to_index(from), violin::to_index(to), std::nullopt);
    }
    for (std::uint32_t h = 0; h < owned->hosts(); ++h) {
      Assignment placement;
      for (const Entity& entity : owned->entities) {
        placement.push_back(entity.pinned().value_or(HostId{h}));
      }
      const Evaluation evaluation = evaluate(*owned, placement);
      if (evaluation.feasible()) {
        EXPECT_NEAR(pairwise_cost(*owned, placement), evaluation.cost, 1e-9 * evaluation.cost);
      }
    }
  }
}

}  // namespace
}  // namespace violin::placement
