#include "models/link/pipe.h"

#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>

#include "tests/models/link/traffic.h"

namespace violin::link_test {
namespace {

using namespace std::chrono_literals;

class PipeTest : public testing::Test {
 protected:
  Pipe& make(const PipeParameters& parameters) {
    pipe_ = std::make_unique<Pipe>(kernel_, "pipe", parameters);
    return *pipe_;
  }
  void send(std::uint64_t number, std::size_t size = 1000, std::uint32_t port = 0) {
    Frame frame = numbered(kernel_, number, size);
    pipe_->transmit({&frame, 1}, sink_.port(port), kernel_.now());
  }
  void send_many(std::uint64_t count, std::size_t size = 1000) {
    for (std::uint64_t i = 0; i < count; ++i) {
      send(i, size);
    }
  }
  void run_to(Duration d) { kernel_.run_until(kRunStart + d); }
  void expect_balance() { EXPECT_TRUE(pipe_->ledger().balances(pipe_->queued())); }

  Kernel kernel_{42};
  Recorder sink_;
  std::unique_ptr<Pipe> pipe_;
};

using Times = std::vector<Duration>;
using Numbers = std::vector<std::uint64_t>;

TEST_F(PipeTest, DeliversAtOnceWithoutRateAndDelay) {
  make({});
  send(7);
  kernel_.run();
  EXPECT_EQ(sink_.times(), Times{0ms});
  EXPECT_EQ(pipe_->ledger().in, 1U);
  EXPECT_EQ(pipe_->ledger().out, 1U);
  expect_balance();
}

TEST_F(PipeTest, AddsSerialisationAndDelay) {
  make({.rate = BitRate::mbps(8), .delay = ConstantDelay{10ms}});  // 1000 bytes take 1 ms
  send_many(3);
  kernel_.run();
  EXPECT_EQ(sink_.times(), (Times{11ms, 12ms, 13ms}));
}

TEST_F(PipeTest, DelayNeverCapsRate) {
  make({.rate = BitRate::gbps(1), .delay = ConstantDelay{1s}});
  send_many(1000);
  kernel_.run();
  EXPECT_EQ(sink_.times().back(), 1s + 8ms);
}

TEST_F(PipeTest, CountsOverheadOnTheWire) {
  make({.rate = BitRate::mbps(8), .overhead = Bytes{24}});
  send_many(2, 976);
  kernel_.run();
  EXPECT_EQ(sink_.times(), (Times{1ms, 2ms}));
  EXPECT_EQ(pipe_->statistics().bytes, Bytes{2000});
}

TEST_F(PipeTest, ChargesEachFrameItsCost) {
  make({.rate = BitRate::mbps(8), .per_frame = 500us});
  send_many(2);
  kernel_.run();
  EXPECT_EQ(sink_.times(), (Times{1500us, 3ms}));
}

TEST_F(PipeTest, KeepsOneEventPerFrameHop) {
  make({.rate = BitRate::mbps(8), .queue = {.max_frames = {}}, .delay = ConstantDelay{10ms}});
  send_many(1000);
  kernel_.run();
  EXPECT_EQ(kernel_.events(), 1000U);
  EXPECT_EQ(sink_.arrivals.size(), 1000U);
}

TEST_F(PipeTest, DeliversFramesThatAreDueTogetherAsOneBurst) {
  make({.delay = ConstantDelay{1ms}});
  send_many(5);
  kernel_.run();
  EXPECT_EQ(kernel_.events(), 1U);
  EXPECT_EQ(sink_.numbers(), (Numbers{0, 1, 2, 3, 4}));
  EXPECT_EQ(sink_.arrivals[0].burst, 5U);
}

TEST_F(PipeTest, SplitsABurstWhereTheContinuationChanges) {
  make({.delay = ConstantDelay{1ms}});
  send(0, 100, 1);
  send(1, 100, 1);
  send(2, 100, 2);
  send(3, 100, 1);
  kernel_.run();
  EXPECT_EQ(sink_.numbers(), (Numbers{0, 1, 2, 3}));
  const std::vector<std::size_t> bursts = {2, 2, 1, 1};
  const std::vector<std::uint32_t> ports = {1, 1, 2, 1};
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(sink_.arrivals[i].burst, bursts[i]);
    EXPECT_EQ(sink_.arrivals[i].port, PortIndex{ports[i]});
  }
}

TEST_F(PipeTest, CarriesBurstsOfAnyLength) {
  make({.delay = ConstantDelay{1ms}});
  send_many(1000);
  kernel_.run();
  EXPECT_EQ(sink_.arrivals.size(), 1000U);
  EXPECT_EQ(sink_.times().back(), 1ms);
}

TEST_F(PipeTest, DropsFromTheTailBeyondItsFrameLimit) {
  make({.rate = BitRate::mbps(8), .queue = {.max_frames = 3}});
  send_many(6);  // one on the server, three wait
  EXPECT_EQ(pipe_->ledger().drops(Drop::kQueueFull), 2U);
  EXPECT_EQ(pipe_->waiting_frames(kernel_.now()), 3U);
  kernel_.run();
  EXPECT_EQ(sink_.numbers(), (Numbers{0, 1, 2, 3}));
  EXPECT_EQ(pipe_->statistics().most_frames, 3U);
}

TEST_F(PipeTest, DropsFromTheTailBeyondItsByteLimit) {
  make({.rate = BitRate::mbps(8),
        .overhead = Bytes{10},
        .queue = {.max_frames = {}, .max_bytes = Bytes{2100}}});
  send(0, 990);
  send(1, 990);
  send(2, 990);
  send(3, 91);  // 2101 bytes would wait
  send(4, 90);
  EXPECT_EQ(pipe_->waiting_bytes(kernel_.now()), Bytes{2100});
  kernel_.run();
  EXPECT_EQ(sink_.numbers(), (Numbers{0, 1, 2, 4}));
  EXPECT_EQ(pipe_->statistics().most_bytes, Bytes{2100});
}

TEST_F(PipeTest, FreesAPlaceBeforeAnArrivalAtTheSameTime) {
  make({.rate = BitRate::mbps(8), .queue = {.max_frames = 1}, .delay = ConstantDelay{1s}});
  send_many(2);
  At later(kernel_, 1ms, [&] { send(2); });
  kernel_.run();
  EXPECT_EQ(sink_.numbers(), (Numbers{0, 1, 2}));
}

TEST_F(PipeTest, CountsOverflowUnderTheReasonThatItWasGiven) {
  make({.rate = BitRate::mbps(8), .queue = {.max_frames = 0, .overflow = Drop::kHostOverload}});
  send_many(3);
  EXPECT_EQ(pipe_->ledger().drops(Drop::kHostOverload), 2U);
}

TEST_F(PipeTest, DropsWhatHasNoContinuation) {
  make({});
  Frame frame = numbered(kernel_, 1);
  pipe_->transmit({&frame, 1}, Attachment{}, kernel_.now());
  EXPECT_EQ(pipe_->ledger().drops(Drop::kDetached), 1U);
  EXPECT_FALSE(frame);
  expect_balance();
}

TEST_F(PipeTest, LosesFramesAfterTheyHaveOccupiedTheWire) {
  make({.rate = BitRate::mbps(8), .loss = BernoulliLoss{1}});
  send(0);
  run_to(1ms - 1ns);
  EXPECT_EQ(pipe_->queued(), 1U);
  run_to(1ms);
  EXPECT_EQ(pipe_->queued(), 0U);
  EXPECT_EQ(pipe_->ledger().drops(Drop::kRandomLoss), 1U);
  EXPECT_EQ(pipe_->statistics().busy, 1ms);
}

TEST_F(PipeTest, LosesItsShareOfFrames) {
  make({.rate = BitRate::gbps(1), .queue = {.max_frames = {}}, .loss = BernoulliLoss{0.1}});
  send_many(100'000);
  kernel_.run();
  const double lost = static_cast<double>(pipe_->ledger().drops(Drop::kRandomLoss));
  EXPECT_NEAR(lost / 100'000, 0.1, 4 * std::sqrt(0.09 / 100'000));
  expect_balance();
}

TEST_F(PipeTest, KeepsOrderUnderJitter) {
  make({.rate = BitRate::mbps(800), .queue = {.max_frames = {}}, .delay = UniformDelay{1ms, 9ms}});
  send_many(10'000);
  kernel_.run();
  ASSERT_EQ(sink_.arrivals.size(), 10'000U);
  EXPECT_TRUE(std::ranges::is_sorted(sink_.numbers()));
  EXPECT_TRUE(std::ranges::is_sorted(sink_.times()));
}

TEST_F(PipeTest, ReordersWhenAskedTo) {
  make({.rate = BitRate::mbps(800),
        .queue = {.max_frames = {}},
        .delay = UniformDelay{1ms, 9ms},
        .may_reorder = true});
  send_many(10'000);
  kernel_.run();
  ASSERT_EQ(sink_.arrivals.size(), 10'000U);
  EXPECT_FALSE(std::ranges::is_sorted(sink_.numbers()));
  EXPECT_TRUE(std::ranges::is_sorted(sink_.times()));
  // Each frame's own delay is what was drawn: all lie in the interval, their mean is its middle.
  double sum = 0;
  for (const Arrival& a : sink_.arrivals) {
    const Duration delay = a.at - kRunStart - (a.number + 1) * 10us;
    ASSERT_GE(delay, 1ms);
    ASSERT_LE(delay, 9ms);
    sum += to_seconds(delay);
  }
  EXPECT_NEAR(sum / 10'000, 5e-3, 4 * 8e-3 / std::sqrt(12.0 * 10'000));
  expect_balance();
}

TEST_F(PipeTest, DeliversDuplicatesBackToBack) {
  make({.duplication = 1});
  send_many(2);
  kernel_.run();
  EXPECT_EQ(sink_.numbers(), (Numbers{0, 0, 1, 1}));
  EXPECT_EQ(pipe_->ledger().replicated, 2U);
  expect_balance();
}

TEST_F(PipeTest, CarriesLongBurstsOfDuplicates) {
  make({.duplication = 1});
  send_many(500);
  kernel_.run();
  EXPECT_EQ(sink_.arrivals.size(), 1000U);
  expect_balance();
}

TEST_F(PipeTest, DropsCorruptedFramesAtTheReceivingEnd) {
  make({.delay = ConstantDelay{5ms}, .corruption = {.probability = 1}});
  send(0);
  run_to(4ms);
  EXPECT_EQ(pipe_->queued(), 1U);
  run_to(5ms);
  EXPECT_EQ(pipe_->ledger().drops(Drop::kCorrupted), 1U);
  EXPECT_TRUE(sink_.arrivals.empty());
  expect_balance();
}

TEST_F(PipeTest, FlipsOneBitOfThisHoldersCopyWhenAskedTo) {
  make({.corruption = {.probability = 1, .deliver = true}});
  Frame original = numbered(kernel_, 99);
  Frame shared = original.share();
  pipe_->transmit({&shared, 1}, sink_.port(), kernel_.now());
  kernel_.run();
  ASSERT_EQ(sink_.last_bytes.size(), original.bytes().size());
  int flipped = 0;
  for (std::size_t i = 0; i < sink_.last_bytes.size(); ++i) {
    flipped += std::popcount(static_cast<unsigned>(sink_.last_bytes[i] ^ original.bytes()[i]));
  }
  EXPECT_EQ(flipped, 1);
  EXPECT_EQ(number_of(original), 99U);
}

TEST_F(PipeTest, DropsEverythingWhileDown) {
  make({.up = false});
  send_many(3);
  kernel_.run();
  EXPECT_EQ(pipe_->ledger().drops(Drop::kLinkDown), 3U);
  expect_balance();
}

TEST_F(PipeTest, AbandonEndsWhatItHoldsAndLeavesItUsable) {
  make({.rate = BitRate::mbps(8), .delay = ConstantDelay{2500us}});
  send_many(6);
  run_to(2ms);
  pipe_->abandon(Drop::kHostDown);
  EXPECT_EQ(pipe_->queued(), 0U);
  EXPECT_EQ(pipe_->ledger().drops(Drop::kHostDown), 6U);
  EXPECT_EQ(pipe_->statistics().busy, 2ms);
  send(9);
  kernel_.run();
  EXPECT_EQ(sink_.numbers(), Numbers{9});
  EXPECT_EQ(sink_.times(), Times{5500us});
  expect_balance();
}

TEST_F(PipeTest, WithdrawEndsOnlyTheFramesOfThatSink) {
  for (const bool reorder : {false, true}) {
    SCOPED_TRACE(reorder);
    Kernel kernel;
    Recorder kept;
    Recorder gone;
    Pipe pipe(kernel, "pipe",
              {.rate = BitRate::mbps(8), .delay = ConstantDelay{2500us}, .may_reorder = reorder});
    for (std::uint64_t i = 0; i < 10; ++i) {
      Frame frame = numbered(kernel, i);
      pipe.transmit({&frame, 1}, i % 2 == 0 ? gone.port() : kept.port(), kernel.now());
    }
    kernel.run_until(kRunStart + 4500us);  // 0 arrived, 1 in flight, 4 on the server
    pipe.withdraw(gone, Drop::kDetached);
    EXPECT_EQ(pipe.ledger().drops(Drop::kDetached), 4U);
    EXPECT_TRUE(pipe.ledger().balances(pipe.queued()));
    kernel.run();
    EXPECT_EQ(gone.numbers(), Numbers{0});
    EXPECT_EQ(kept.numbers(), (Numbers{1, 3, 5, 7, 9}));
    // The server still takes its time for the withdrawn frame; those that waited make place.
    EXPECT_EQ(kept.times(), (Times{4500us, 6500us, 8500us, 9500us, 10500us}));
    EXPECT_TRUE(pipe.ledger().balances(pipe.queued()));
  }
}

TEST_F(PipeTest, RedirectTurnsWhatIsOnItsWay) {
  make({.rate = BitRate::mbps(8), .delay = ConstantDelay{1500us}});
  Recorder other;
  send_many(4);
  run_to(2600us);
  pipe_->redirect(sink_.port(), other.port(3));
  kernel_.run();
  EXPECT_EQ(sink_.numbers(), Numbers{0});
  EXPECT_EQ(other.numbers(), (Numbers{1, 2, 3}));
  EXPECT_EQ(other.arrivals[0].port, PortIndex{3});
}

TEST_F(PipeTest, MayBeDestroyedByWhatItDeliversTo) {
  class Destroyer : public FrameSink {
   public:
    explicit Destroyer(std::unique_ptr<Pipe>& pipe) : pipe_(pipe) {}
    void receive(PortIndex, std::span<Frame> burst, TimePoint) override {
      for (Frame& frame : burst) {
        frame.reset();
      }
      pipe_.reset();
    }

   private:
    std::unique_ptr<Pipe>& pipe_;
  };
  make({.rate = BitRate::mbps(8)});
  Destroyer destroyer(pipe_);
  for (std::uint64_t i = 0; i < 3; ++i) {
    Frame frame = numbered(kernel_, i);
    pipe_->transmit({&frame, 1}, {&destroyer, PortIndex{}}, kernel_.now());
  }
  kernel_.run();
  EXPECT_EQ(pipe_, nullptr);
  EXPECT_EQ(kernel_.frames().live(), 0U);
}

TEST_F(PipeTest, MayBeSentIntoByWhatItDeliversTo) {
  class Echo : public FrameSink {
   public:
    Echo(Pipe& pipe, Attachment to) : pipe_(pipe), to_(to) {}
    void receive(PortIndex, std::span<Frame> burst, TimePoint now) override {
      pipe_.transmit(burst, to_, now);
    }

   private:
    Pipe& pipe_;
    Attachment to_;
  };
  make({.rate = BitRate::mbps(8)});
  Echo echo(*pipe_, sink_.port());
  for (std::uint64_t i = 0; i < 3; ++i) {
    Frame frame = numbered(kernel_, i);
    pipe_->transmit({&frame, 1}, {&echo, PortIndex{}}, kernel_.now());
  }
  kernel_.run();
  EXPECT_EQ(sink_.times(), (Times{4ms, 5ms, 6ms}));
  expect_balance();
}

TEST_F(PipeTest, RefusesInvalidParametersAndThenChangesNothing) {
  EXPECT_THROW(make({.per_frame = -1ns}), std::invalid_argument);
  EXPECT_THROW(make({.overhead = Bytes{65'536}}), std::invalid_argument);
  EXPECT_THROW(make({.duplication = 1.5}), std::invalid_argument);
  EXPECT_THROW(make({.corruption = {.probability = -1}}), std::invalid_argument);
  const PipeParameters before = {.rate = BitRate::mbps(8)};
  make(before);
  EXPECT_THROW(pipe_->configure({.loss = BernoulliLoss{2}}, kernel_.now()), std::invalid_argument);
  EXPECT_EQ(pipe_->parameters(), before);
}

TEST_F(PipeTest, TellsTheParametersThatItWasGiven) {
  const std::vector<PipeParameters> all = {
      {},
      {.rate = BitRate::kbps(56), .per_frame = 1us, .overhead = Bytes{24}},
      {.queue = {.max_frames = {}, .max_bytes = Bytes{5}, .overflow = Drop::kHostOverload}},
      {.queue = {.codel = CodelParameters{}}, .delay = ConstantDelay{3ms}},
      {.loss = GilbertElliottLoss{.p = 0.1, .r = 0.2}, .delay = NormalDelay{5ms, 1ms}},
      {.may_reorder = true, .duplication = 0.1, .corruption = {0.2, true}},
      {.up = false, .down_cuts_flight = true, .down = Drop::kHostDown},
  };
  for (const PipeParameters& parameters : all) {
    EXPECT_EQ(make(parameters).parameters(), parameters);
  }
  for (const PipeParameters& parameters : all) {
    pipe_->configure(parameters, kernel_.now());
    EXPECT_EQ(pipe_->parameters(), parameters);
  }
}

TEST_F(PipeTest, CountsWhatItCarriedAndHowLongItWasBusy) {
  make({.rate = BitRate::mbps(8), .queue = {.max_frames = 2}});
  send_many(5, 500);
  At later(kernel_, 10ms, [&] { send(5, 1000); });
  kernel_.run();
  const PipeStatistics& statistics = pipe_->statistics();
  EXPECT_EQ(statistics.frames, 4U);
  EXPECT_EQ(statistics.bytes, Bytes{2500});
  EXPECT_EQ(statistics.busy, 2500us);
  EXPECT_EQ(statistics.most_frames, 2U);
  EXPECT_EQ(statistics.most_bytes, Bytes{1000});
}

// Together with the names an idle cable of two stays below 1 KiB.
TEST_F(PipeTest, IsSmallWhileIdle) { EXPECT_LE(2 * sizeof(Pipe), 832U); }

}  // namespace
}  // namespace violin::link_test
