// Parameters that change while frames wait, are serialised and fly.

#include <gtest/gtest.h>

#include <chrono>

#include "models/link/pipe.h"
#include "tests/models/link/traffic.h"

namespace violin::link_test {
namespace {

using namespace std::chrono_literals;
using Times = std::vector<Duration>;
using Numbers = std::vector<std::uint64_t>;

// 1000-byte frames, 1 ms each at 8 Mbit/s.
class PipeConfigure : public testing::Test {
 protected:
  void start(const PipeParameters& parameters, std::uint64_t frames) {
    pipe_ = std::make_unique<Pipe>(kernel_, "pipe", parameters);
    for (std::uint64_t i = 0; i < frames; ++i) {
      send(i);
    }
  }
  void send(std::uint64_t number) {
    Frame frame = numbered(kernel_, number, 1000);
    pipe_->transmit({&frame, 1}, sink_.port(), kernel_.now());
  }
  template <typename Change>
  void change_at(Duration when, Change change) {
    changes_.push_back(std::make_unique<At>(kernel_, when, [this, change] {
      PipeParameters parameters = pipe_->parameters();
      change(parameters);
      pipe_->configure(parameters, kernel_.now());
    }));
  }
  void expect_times(const Times& expected) {
    kernel_.run();
    EXPECT_EQ(sink_.times(), expected);
    EXPECT_TRUE(pipe_->ledger().balances(pipe_->queued()));
    EXPECT_EQ(kernel_.frames().live(), 0U);
  }

  Kernel kernel_;
  Recorder sink_;
  std::unique_ptr<Pipe> pipe_;
  std::vector<std::unique_ptr<At>> changes_;
};

const PipeParameters kPlain = {.rate = BitRate::mbps(8), .delay = ConstantDelay{10ms}};

TEST_F(PipeConfigure, ANewRateHoldsForWhatWaits) {
  start(kPlain, 4);
  change_at(1500us, [](PipeParameters& p) { p.rate = BitRate::mbps(4); });
  expect_times({11ms, 12ms, 14ms, 16ms});
}

TEST_F(PipeConfigure, WithoutARateAllThatWaitsFollowsTheFrameOnTheServer) {
  start(kPlain, 4);
  change_at(1500us, [](PipeParameters& p) { p.rate.reset(); });
  expect_times({11ms, 12ms, 12ms, 12ms});
}

TEST_F(PipeConfigure, ALongerDelayHoldsForWhatWaits) {
  start(kPlain, 3);
  change_at(1500us, [](PipeParameters& p) { p.delay = ConstantDelay{20ms}; });
  expect_times({11ms, 12ms, 23ms});
}

TEST_F(PipeConfigure, AShorterDelayKeepsTheOrder) {
  start(kPlain, 4);
  change_at(1500us, [](PipeParameters& p) { p.delay = ConstantDelay{0ms}; });
  expect_times({11ms, 12ms, 12ms, 12ms});
}

TEST_F(PipeConfigure, AShorterDelayOvertakesWhereReorderingIsAllowed) {
  start({.rate = BitRate::mbps(8), .delay = ConstantDelay{10ms}, .may_reorder = true}, 4);
  change_at(1500us, [](PipeParameters& p) { p.delay = ConstantDelay{0ms}; });
  expect_times({3ms, 4ms, 11ms, 12ms});
  EXPECT_EQ(sink_.numbers(), (Numbers{2, 3, 0, 1}));
}

TEST_F(PipeConfigure, AllowingReorderingLetsWhatWaitsOvertake) {
  start(kPlain, 4);
  change_at(1500us, [](PipeParameters& p) {
    p.delay = ConstantDelay{1ms};
    p.may_reorder = true;
  });
  expect_times({4ms, 5ms, 11ms, 12ms});
}

TEST_F(PipeConfigure, ForbiddingReorderingQueuesBehindAllInFlight) {
  start({.rate = BitRate::mbps(8), .delay = ConstantDelay{10ms}, .may_reorder = true}, 4);
  change_at(1500us, [](PipeParameters& p) {
    p.delay = ConstantDelay{0ms};
    p.may_reorder = false;
  });
  expect_times({11ms, 12ms, 12ms, 12ms});
  EXPECT_EQ(sink_.numbers(), (Numbers{0, 1, 2, 3}));
}

TEST_F(PipeConfigure, ASmallerQueueDropsFromTheTail) {
  start(kPlain, 6);
  change_at(1500us, [](PipeParameters& p) { p.queue.max_frames = 2; });
  expect_times({11ms, 12ms, 13ms, 14ms});
  EXPECT_EQ(pipe_->ledger().drops(Drop::kQueueFull), 2U);
  EXPECT_EQ(sink_.numbers(), (Numbers{0, 1, 2, 3}));
}

TEST_F(PipeConfigure, ASmallerQueueInBytesDropsFromTheTail) {
  start(kPlain, 6);
  change_at(1500us, [](PipeParameters& p) { p.queue.max_bytes = Bytes{2999}; });
  expect_times({11ms, 12ms, 13ms, 14ms});
}

TEST_F(PipeConfigure, ALargerQueueTakesMore) {
  start({.rate = BitRate::mbps(8), .queue = {.max_frames = 1}}, 2);
  change_at(500us, [](PipeParameters& p) { p.queue.max_frames = 2; });
  At more(kernel_, 500us, [&] {
    send(2);
    send(3);
  });
  expect_times({1ms, 2ms, 3ms});
}

TEST_F(PipeConfigure, LossHoldsForWhatWaits) {
  start(kPlain, 4);
  change_at(1500us, [](PipeParameters& p) { p.loss = BernoulliLoss{1}; });
  expect_times({11ms, 12ms});
  EXPECT_EQ(pipe_->ledger().drops(Drop::kRandomLoss), 2U);
}

TEST_F(PipeConfigure, AHigherOverheadHoldsForWhatComes) {
  start(kPlain, 2);
  change_at(500us, [](PipeParameters& p) { p.overhead = Bytes{1000}; });
  At more(kernel_, 600us, [&] { send(2); });
  expect_times({11ms, 12ms, 14ms});
}

TEST_F(PipeConfigure, GoingDownDropsTheQueueAndLetsTheFlightArrive) {
  start(kPlain, 4);
  change_at(1500us, [](PipeParameters& p) { p.up = false; });
  expect_times({11ms});
  EXPECT_EQ(pipe_->ledger().drops(Drop::kLinkDown), 3U);
  EXPECT_EQ(pipe_->statistics().busy, 1500us);
}

TEST_F(PipeConfigure, GoingDownCutsTheFlightWhereAskedTo) {
  start(kPlain, 4);
  change_at(1500us, [](PipeParameters& p) {
    p.up = false;
    p.down_cuts_flight = true;
    p.down = Drop::kHostDown;
  });
  expect_times({});
  EXPECT_EQ(pipe_->ledger().drops(Drop::kHostDown), 4U);
}

TEST_F(PipeConfigure, ComingUpBeginsWithAnIdleServer) {
  start(kPlain, 4);
  change_at(1500us, [](PipeParameters& p) { p.up = false; });
  change_at(1600us, [](PipeParameters& p) { p.up = true; });
  At more(kernel_, 1700us, [&] { send(9); });
  expect_times({11ms, 12700us});
}

TEST_F(PipeConfigure, CodelTakesOverAQueueThatStandsAlready) {
  start({.rate = BitRate::mbps(8), .queue = {.max_frames = {}}}, 500);
  change_at(1500us, [](PipeParameters& p) { p.queue.codel = CodelParameters{}; });
  kernel_.run();
  EXPECT_GT(pipe_->ledger().drops(Drop::kAqm), 0U);
  EXPECT_TRUE(pipe_->ledger().balances(0));
}

// What one concern draws is the same whatever the others do: the second half's losses are those of
// a pipe in which jitter, duplication and corruption never changed.
TEST(PipeRandomness, ConcernsDoNotDisturbEachOther) {
  const auto lost_numbers = [](bool disturb) {
    Kernel kernel(5);
    Recorder sink;
    Pipe pipe(kernel, "pipe", {.loss = BernoulliLoss{0.3}});
    for (std::uint64_t i = 0; i < 1000; ++i) {
      if (disturb && i == 500) {
        pipe.configure({.loss = BernoulliLoss{0.3},
                        .delay = UniformDelay{0ms, 5ms},
                        .duplication = 0.2,
                        .corruption = {0.5, true}},
                       kernel.now());
      }
      Frame frame = numbered(kernel, i);
      pipe.transmit({&frame, 1}, sink.port(), kernel.now());
    }
    kernel.run();
    return pipe.ledger().drops(Drop::kRandomLoss);
  };
  EXPECT_EQ(lost_numbers(false), lost_numbers(true));
}

TEST(PipeRandomness, JitterStaysTheSameWhenLossIsSwitchedOn) {
  const auto delays = [](const LossModel& loss) {
    Kernel kernel(6);
    Recorder sink;
    Pipe pipe(kernel, "pipe", {.loss = loss, .delay = UniformDelay{0ms, 5ms}, .may_reorder = true});
    for (std::uint64_t i = 0; i < 300; ++i) {
      Frame frame = numbered(kernel, i);
      pipe.transmit({&frame, 1}, sink.port(), kernel.now());
    }
    kernel.run();
    std::map<std::uint64_t, TimePoint> by_number;
    for (const Arrival& a : sink.arrivals) {
      by_number[a.number] = a.at;
    }
    return by_number;
  };
  const auto all = delays(NoLoss{});
  const auto some = delays(BernoulliLoss{0.5});
  ASSERT_EQ(all.size(), 300U);
  ASSERT_LT(some.size(), 200U);
  for (const auto& [number, at] : some) {
    EXPECT_EQ(all.at(number), at);
  }
}

TEST(PipeFingerprint, IsTheSameForTheSameSeedAndOnlyThen) {
  const auto run = [](std::uint64_t seed, bool swapped) {
    Kernel kernel(seed);
    Recorder sink;
    Pipe pipe(
        kernel, "pipe",
        {.rate = BitRate::mbps(100), .loss = BernoulliLoss{0.1}, .delay = UniformDelay{0ms, 5ms}});
    for (std::uint64_t i = 0; i < 300; ++i) {
      Frame frame = numbered(kernel, swapped && i < 2 ? 1 - i : i);
      pipe.transmit({&frame, 1}, sink.port(), kernel.now());
    }
    kernel.run();
    return pipe.fingerprint();
  };
  EXPECT_EQ(run(1, false), run(1, false));
  EXPECT_NE(run(1, false), run(2, false));
  EXPECT_NE(run(1, false), run(1, true));
}

}  // namespace
}  // namespace violin::link_test
