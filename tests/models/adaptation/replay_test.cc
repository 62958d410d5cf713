#include "models/adaptation/replay.h"

#include "models/placement/evaluation.h"
#include "tests/models/adaptation/changing_problem.h"

namespace violin::adaptation {
namespace {

using namespace std::chrono_literals;

TEST(Judge, NeverMovingCostsTheSumOfWhatEachEpochCosts) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    SCOPED_TRACE(seed);
    const placement::OwnedProblem owned = placement::random_problem(seed, {});
    Assignment start(owned->entities.size());
    for (std::size_t e = 0; e < start.size(); ++e) {
      start[e] = owned->entities[e].pinned().value_or(HostId{0});
    }
    Epochs epochs;
    double expected = 0;
    for (int t = 0; t < 5; ++t) {
      epochs.push_back({kRunStart + t * 3s, 3s, Snapshot(*owned)});
      expected += 3 * evaluate(*owned, start).cost;
      owned->delays.set(0, 1, 10ms * (t + 1));
    }
    const Outcome never = judge(epochs, start, never_move(epochs, start), {.move = 5});
    EXPECT_NEAR(never.total(), expected, 1e-9 * expected);
    EXPECT_EQ(never.moves, 0U);
    EXPECT_EQ(never.moving, 0);
    EXPECT_EQ(never.breached, 0s);
  }
}

TEST(Judge, CountsMovesTheirCostAndTheTimeOfBreaches) {
  const placement::OwnedProblem owned =
      placement::random_problem(4, {.hosts = 3, .inner = 1, .leaves = 1});
  const HostId leaf = *owned->entities[1].pinned();
  const HostId other{(static_cast<std::uint32_t>(leaf) + 1) % 3};
  const HostId down{(static_cast<std::uint32_t>(leaf) + 2) % 3};
  owned->entities[0].memory = Bytes{};
  owned.substrate->fail_host(down);
  const Epochs epochs{{kRunStart, 2s, Snapshot(*owned)}, {kRunStart + 2s, 3s, Snapshot(*owned)}};
  const Outcome outcome =
      judge(epochs, {other, leaf}, {{down, leaf}, {leaf, leaf}}, {.breach = 100, .move = 7});
  const double on_down = evaluate(*owned, {down, leaf}).cost;
  EXPECT_EQ(outcome.moves, 2U);
  EXPECT_DOUBLE_EQ(outcome.moving, 14);
  EXPECT_DOUBLE_EQ(outcome.operating, 2 * (on_down + 100));
  EXPECT_EQ(outcome.breached, 2s);
}

TEST(Observe, SeesTheTraceAsItIsWhenAPeriodBegins) {
  const placement::OwnedProblem owned = placement::random_problem(4, {});
  SubstrateTrace trace;
  trace.add(kRunStart + 10s, PairChange{HostId{0}, HostId{1}, 7ms, {}, {}});
  trace.add(kRunStart + 12s, CapacityChange{HostId{2}, FrameRate{123}});
  const Duration before = *owned->delays.at(0, 1);
  const Epochs epochs = observe(*owned, *owned.substrate, trace, 5s, kRunStart + 17s);
  ASSERT_EQ(epochs.size(), 4U);
  EXPECT_EQ(epochs[1].snapshot.delays.at(0, 1), before);
  EXPECT_EQ(epochs[2].snapshot.delays.at(0, 1), 7ms);
  EXPECT_GT(epochs[2].snapshot.hosts[2].limits[kFrames], 123);
  EXPECT_EQ(epochs[3].snapshot.hosts[2].limits[kFrames], 123);
  EXPECT_EQ(epochs[3].from, kRunStart + 15s);
  EXPECT_EQ(epochs[3].length, 2s);
}

TEST(Replay, RefusesAPolicyThatMovesWhatIsNotThere) {
  class Confused final : public Policy {
   public:
    using Policy::decide;
    std::vector<Move> decide(const Snapshot&, const Assignment& current, TimePoint) override {
      const HostId elsewhere{static_cast<std::uint32_t>(current[0]) + 1};
      return {{EntityId{0}, elsewhere, current[0]}};
    }
  } confused;
  const Changing changing = changing_problem(1, {});
  EXPECT_THROW(replay(changing.epochs, changing.start, confused), std::logic_error);
}

}  // namespace
}  // namespace violin::adaptation
