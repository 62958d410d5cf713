#include "models/vhost/tcp_rtt.h"

#include <gtest/gtest.h>

namespace violin {
namespace {

using namespace std::chrono_literals;

// The limits of RFC 6298 with a clock of 1 ms.
constexpr TcpRtoEstimator::Limits kRfc{.initial = 1s, .min = 1s, .max = 60s, .margin = 1ms};
constexpr TcpRtoEstimator::Limits kNoFloor{.initial = 1s, .min = 0s, .max = 60s, .margin = 1ms};

TEST(TcpRto, IsOneSecondBeforeTheFirstSample) {  // (2.1)
  EXPECT_EQ(TcpRtoEstimator(kRfc).rto(), 1s);
}

TEST(TcpRto, AfterTheFirstSampleIsThreeTimesIt) {  // (2.2): R + 4 * R / 2
  TcpRtoEstimator rto(kRfc);
  rto.sample(800ms);
  EXPECT_EQ(rto.smoothed(), 800ms);
  EXPECT_EQ(rto.variation(), 400ms);
  EXPECT_EQ(rto.rto(), 2400ms);
}

// (2.3), by hand: RTTVAR = 3/4 * 400 + 1/4 * |800 - 400| = 400; SRTT = 7/8 * 800 + 1/8 * 400 = 750.
// Then RTTVAR = 3/4 * 400 + 1/4 * |750 - 750| = 300; SRTT = 750.
TEST(TcpRto, FurtherSamplesMoveItByEighthsAndQuarters) {
  TcpRtoEstimator rto(kRfc);
  rto.sample(800ms);
  rto.sample(400ms);
  EXPECT_EQ(rto.variation(), 400ms);
  EXPECT_EQ(rto.smoothed(), 750ms);
  EXPECT_EQ(rto.rto(), 2350ms);
  rto.sample(750ms);
  EXPECT_EQ(rto.variation(), 300ms);
  EXPECT_EQ(rto.rto(), 1950ms);
}

TEST(TcpRto, IsNeverBelowItsLeastValue) {  // (2.4)
  TcpRtoEstimator rto(kRfc);
  rto.sample(10ms);
  EXPECT_EQ(rto.rto(), 1s);
}

TEST(TcpRto, ExceedsTheSmoothedTimeByTheMarginWhenNothingVaries) {  // (2.3): max(G, K * RTTVAR)
  TcpRtoEstimator rto({.initial = 1s, .min = 200ms, .max = 60s, .margin = 200ms});
  for (int i = 0; i < 100; ++i) {
    rto.sample(100ms);
  }
  EXPECT_EQ(rto.rto(), 300ms);
}

TEST(TcpRto, DoublesWithEachExpirationUpToTheGreatest) {  // (5.5)
  TcpRtoEstimator rto(kRfc);
  for (const Duration expected : {2s, 4s, 8s, 16s, 32s, 60s, 60s}) {
    rto.back_off();
    EXPECT_EQ(rto.rto(), expected);
  }
}

TEST(TcpRto, ANewSampleEndsTheBackOff) {
  TcpRtoEstimator rto(kNoFloor);
  rto.sample(100ms);
  rto.back_off();
  EXPECT_EQ(rto.rto(), 600ms);
  rto.sample(100ms);
  EXPECT_EQ(rto.rto(), 100ms + 4 * 37500us);
}

TEST(TcpRto, IsThreeSecondsAfterALostHandshakeWithoutASample) {  // (5.7)
  TcpRtoEstimator rto(kRfc);
  rto.back_off();
  rto.restart_after_handshake_timeout();
  EXPECT_EQ(rto.rto(), 3s);
  rto.sample(800ms);
  rto.restart_after_handshake_timeout();
  EXPECT_EQ(rto.rto(), 2400ms);
}

// RFC 7323 appendix G: with n samples in a round trip, each counts for 1/n.
TEST(TcpRto, ManySamplesPerRoundTripWeighAsOne) {
  TcpRtoEstimator one(kNoFloor);
  TcpRtoEstimator many(kNoFloor);
  one.sample(100ms);
  many.sample(100ms);
  one.sample(140ms);
  for (int i = 0; i < 10; ++i) {
    many.sample(140ms, 10);
  }
  EXPECT_NEAR(to_seconds(many.smoothed()), to_seconds(one.smoothed()), 0.0005);
}

}  // namespace
}  // namespace violin
