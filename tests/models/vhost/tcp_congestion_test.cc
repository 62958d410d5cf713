// Window growth against RFC 5681's and RFC 9438's closed forms.
#include "models/vhost/tcp_congestion.h"

#include <gtest/gtest.h>

#include <cmath>
#include <optional>

#include "models/vhost/tcp_cubic.h"
#include "models/vhost/tcp_hystart.h"
#include "models/vhost/tcp_hystart_plus_plus.h"
#include "models/vhost/tcp_reno.h"

namespace violin {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t kMss = 1000;

TcpWindow window_of(std::int64_t segments) {
  return {.segment = kMss, .window = segments * kMss, .threshold = segments * kMss};
}

// Acknowledges one window of data in steps of `per_ack` segments within one round trip.
void one_round(TcpCongestionControl& control, TcpWindow& window, TimePoint& now, Duration rtt,
               std::int64_t per_ack) {
  const std::int64_t acks = window.window / kMss / per_ack;
  for (std::int64_t i = 0; i < acks; ++i) {
    now += rtt / acks;
    control.grow(window, {per_ack * kMss, rtt, now});
  }
}

double segments(const TcpWindow& window) { return static_cast<double>(window.window) / kMss; }

TEST(TcpInitialWindow, IsThatOfRfc6928) {
  EXPECT_EQ(initial_window(1460, 10), 14600);
  EXPECT_EQ(initial_window(536, 10), 5360);
  EXPECT_EQ(initial_window(4000, 10), 14600);
  EXPECT_EQ(initial_window(8960, 10), 17920);
}

TEST(TcpSlowStart, EndsAtTheThresholdAndHandsOnTheRest) {
  TcpWindow window{.segment = kMss, .window = 9500, .threshold = 10000};
  EXPECT_EQ(grow_in_slow_start(window, 2000, 2), 1500);
  EXPECT_EQ(window.window, 10000);
}

TEST(TcpReno, GrowsByOneSegmentARoundTripWhenItCountsBytes) {
  TcpReno reno(true);
  TcpWindow window = window_of(100);
  TimePoint now{};
  for (int i = 0; i < 50; ++i) {
    one_round(reno, window, now, 100ms, 2);
  }
  EXPECT_NEAR(segments(window), 150, 1.5);
}

TEST(TcpReno, GrowsByHalfASegmentARoundTripOtherwiseWithDelayedAcknowledgments) {
  TcpReno reno(false);
  TcpWindow window = window_of(100);
  TimePoint now{};
  for (int i = 0; i < 50; ++i) {
    one_round(reno, window, now, 100ms, 2);
  }
  EXPECT_NEAR(segments(window), 125, 1.5);
}

TEST(TcpReno, HalvesTheFlightButNotBelowTwoSegments) {  // RFC 5681 equation (4)
  TcpReno reno(true);
  const TcpWindow window = window_of(100);
  EXPECT_EQ(reno.threshold_after(TcpLoss::kFastRecovery, window, 80 * kMss, {}), 40 * kMss);
  EXPECT_EQ(reno.threshold_after(TcpLoss::kTimeout, window, 3 * kMss, {}), 2 * kMss);
}

// Falls from `before` segments and begins congestion avoidance at the threshold.
TcpWindow after_loss(TcpCubic& cubic, std::int64_t before) {
  TcpWindow window = window_of(before);
  window.threshold =
      cubic.threshold_after(TcpLoss::kFastRecovery, window, window.window, TimePoint{});
  window.window = window.threshold;
  return window;
}

// Section 4.2: W(t) = C (t - K)^3 + W_max with K = cbrt((W_max - cwnd) / C), in segments and
// seconds.
TEST(TcpCubic, FollowsTheCubicFunctionOfTime) {
  TcpCubic cubic;
  constexpr double kPlateau = 2000;
  TcpWindow window = after_loss(cubic, 2000);
  EXPECT_NEAR(segments(window), 1400, 1);  // beta = 0.7
  const double k = std::cbrt(kPlateau * 0.3 / 0.4);
  TimePoint now{};
  constexpr Duration kRtt = 100ms;
  for (int i = 0; i < 200; ++i) {
    one_round(cubic, window, now, kRtt, 2);
    const double t = to_seconds(now);
    const double expected = 0.4 * std::pow(t - k, 3) + kPlateau;
    ASSERT_NEAR(segments(window) / expected, 1, 0.01) << "t " << t;
  }
  EXPECT_NEAR(cubic.k(), k, 0.01);
  EXPECT_GT(segments(window), kPlateau);
}

// Section 4.3: where the cubic function is slower, the window grows by alpha a round trip, with
// alpha = 3 (1 - beta) / (1 + beta), so that it has Reno's mean.
TEST(TcpCubic, IsNotSlowerThanRenoOnShortPaths) {
  TcpCubic cubic;
  TcpWindow window = after_loss(cubic, 100);
  TimePoint now{};
  for (int i = 0; i < 30; ++i) {
    one_round(cubic, window, now, 10ms, 2);
  }
  EXPECT_NEAR(segments(window), 70 + 30 * 9.0 / 17, 1.5);
}

// The same: from the window before the loss on, by one segment a round trip.
TEST(TcpCubic, GrowsAsRenoBeyondTheWindowOfTheLoss) {
  TcpCubic cubic;
  TcpWindow window = after_loss(cubic, 20);
  TimePoint now{};
  const double rounds_to_plateau = 6 / (9.0 / 17);
  for (int i = 0; i < 41; ++i) {
    one_round(cubic, window, now, 5ms, 1);
  }
  EXPECT_NEAR(segments(window), 20 + (41 - rounds_to_plateau), 2.5);
}

TEST(TcpCubic, ASecondLossBelowTheFirstGivesWayFaster) {  // section 4.7
  TcpCubic cubic;
  after_loss(cubic, 100);
  EXPECT_DOUBLE_EQ(cubic.plateau(), 100);
  after_loss(cubic, 80);
  EXPECT_DOUBLE_EQ(cubic.plateau(), 80 * 1.7 / 2);
}

TEST(TcpCubic, AfterATimeoutTheStageBeginsAtItsOwnPlateau) {  // section 4.8
  TcpCubic cubic;
  TcpWindow window = window_of(100);
  window.threshold = cubic.threshold_after(TcpLoss::kTimeout, window, window.window, TimePoint{});
  EXPECT_EQ(window.threshold, 70 * kMss);
  window.window = window.threshold;
  cubic.grow(window, {kMss, 100ms, TimePoint{} + 1s});
  EXPECT_DOUBLE_EQ(cubic.plateau(), 70);
  EXPECT_DOUBLE_EQ(cubic.k(), 0);
}

TEST(TcpCubic, TimeWithoutDataDoesNotCount) {  // section 4.2
  TcpCubic cubic;
  TcpWindow window = after_loss(cubic, 2000);
  TimePoint now{};
  one_round(cubic, window, now, 100ms, 2);
  const double before = segments(window);
  cubic.on_idle(60s);
  now += 60s;
  one_round(cubic, window, now, 100ms, 2);
  EXPECT_LT(segments(window), before * 1.05);
}

class TcpHystartPlusPlusRounds : public ::testing::Test {
 protected:
  void round(Duration rtt) {
    for (int i = 0; i < 10; ++i) {
      hystart_.sample({rtt, at_, at_ + 100, {}}, {});
      at_ += 10;
    }
  }

  TcpHystartPlusPlus hystart_;
  TcpPosition at_ = 1;
};

// RFC 9406 section 4.2: with a least RTT of 100 ms the threshold is 12.5 ms.
TEST_F(TcpHystartPlusPlusRounds, GrowsAtAQuarterOnceARoundIsSlowerThanTheLast) {
  round(100ms);
  round(110ms);
  EXPECT_EQ(hystart_.growth(4000), 4000);
  round(125ms);
  EXPECT_EQ(hystart_.growth(4000), 1000);
  EXPECT_FALSE(hystart_.take_finished());
  for (int i = 0; i < 5; ++i) {
    round(130ms);
  }
  round(130ms);
  EXPECT_TRUE(hystart_.take_finished());
}

TEST_F(TcpHystartPlusPlusRounds, TakesTheDecisionBackWhenTheDelayFallsAgain) {
  round(100ms);
  round(130ms);
  EXPECT_EQ(hystart_.growth(4000), 1000);
  round(100ms);
  EXPECT_EQ(hystart_.growth(4000), 4000);
}

// Ha and Rhee 2011 section 4: acknowledgments closely behind each other for half the least RTT (and
// half of what an aggregate may take, 1 ms here) say that the path is full.
class TcpHystartTest : public ::testing::Test {
 protected:
  static constexpr std::int64_t kSegment = 1448;

  // Acknowledgments of one segment each, `spacing` apart, of one round; returns when slow start was
  // over, from the round's first.
  std::optional<Duration> round(Duration rtt, Duration spacing, int acknowledgments) {
    const TimePoint began = now_;
    const TcpPosition sent = at_ + kSegment * 1000;
    std::optional<Duration> over;
    for (int i = 0; i < acknowledgments && !over; ++i) {
      at_ += kSegment;
      hystart_.sample({rtt, at_, sent, now_}, window_);
      over = hystart_.take_finished() ? std::optional(now_ - began) : std::nullopt;
      now_ += spacing;
    }
    at_ = sent;
    return over;
  }

  TcpWindow window_{.segment = kSegment, .window = 20 * kSegment};
  TcpHystart hystart_;
  TcpPosition at_ = 1;
  TimePoint now_{};
};

TEST_F(TcpHystartTest, EndsSlowStartAfterATrainOfHalfTheRoundTrip) {
  EXPECT_EQ(round(100ms, 1ms, 90), std::optional<Duration>(51ms));
}

TEST_F(TcpHystartTest, AcknowledgmentsMoreThanTwoMillisecondsApartAreNoTrain) {
  EXPECT_EQ(round(100ms, 2500us, 100), std::nullopt);
}

TEST_F(TcpHystartTest, ATrainThatWasBrokenDoesNotGoOn) {
  round(100ms, 1ms, 10);
  at_ = 1 + kSegment * 10;  // the same round
  now_ += 5ms;
  EXPECT_EQ(round(100ms, 1ms, 90), std::nullopt);
}

TEST_F(TcpHystartTest, LeavesASmallWindowAlone) {
  window_.window = 15 * kSegment;
  EXPECT_EQ(round(100ms, 1ms, 90), std::nullopt);
}

// Of a least RTT of 100 ms an eighth, in the ninth sample of the round.
TEST_F(TcpHystartTest, EndsSlowStartWhenTheLeastDelayOfARoundHasGrownByAnEighth) {
  EXPECT_EQ(round(100ms, 3ms, 20), std::nullopt);
  EXPECT_EQ(round(112ms, 3ms, 20), std::nullopt);
  EXPECT_EQ(round(113ms, 3ms, 20), std::optional<Duration>(24ms));
}

TEST_F(TcpHystartTest, IsDoneUntilSlowStartBeginsAnew) {
  EXPECT_TRUE(round(100ms, 1ms, 90).has_value());
  EXPECT_FALSE(round(100ms, 1ms, 90).has_value());
  EXPECT_TRUE(hystart_.restart());
  EXPECT_TRUE(round(100ms, 1ms, 90).has_value());
}

TEST(TcpCubic, ExploresByAShareOfTheWindowARoundTripUntilTheFirstLoss) {
  TcpCubic cubic(0.05);
  TcpWindow window{.segment = 1000, .window = 100'000, .threshold = 100'000};
  TimePoint now{};
  for (int i = 0; i < 3; ++i) {
    const double before = segments(window);
    one_round(cubic, window, now, 100ms, 1);
    EXPECT_NEAR(segments(window) / before, 1.05, 0.002) << i;
  }
  window.threshold = cubic.threshold_after(TcpLoss::kFastRecovery, window, window.window, now);
  window.window = window.threshold;
  const double before = segments(window);
  one_round(cubic, window, now, 100ms, 1);
  // W_cubic one round trip after the loss (RFC 9438 section 4.2).
  EXPECT_LE(segments(window), std::max(cubic.cubic_window(0.2), before + 1) + 0.5);
}

}  // namespace
}  // namespace violin
