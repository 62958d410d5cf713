// What a connection sends and when: windows, Nagle, the persist timer, loss recovery.
#include <gtest/gtest.h>

#include "tests/models/vhost/tcp_script.h"

namespace violin {
namespace {

using namespace std::chrono_literals;
using tcp_test::Script;
using tcp_test::Seg;

constexpr std::uint32_t kMss = 1460;

Seg data(std::int64_t number, std::uint32_t len = kMss) {
  return {.flags = "A", .seq = 1 + number * kMss, .ack = 1, .len = len};
}
Seg ack(std::int64_t segments, std::vector<TcpRange> sack = {}) {
  return {.flags = "A", .seq = 1, .ack = 1 + segments * kMss, .sack = std::move(sack)};
}
TcpRange segments(std::int64_t first, std::int64_t last) {  // inclusive
  return {1 + first * kMss, 1 + (last + 1) * kMss};
}

// Established, with `count` full-size segments sent and taken off the expectations.
void send_segments(Script& s, std::int64_t count) {
  s.send(count * kMss);
  for (std::int64_t i = 0; i < count; ++i) {
    s.expect(data(i));
  }
  s.expect_nothing();
}

TEST(TcpWindow, TheInitialWindowIsTenSegments) {  // RFC 6928
  Script s(Script::plain());
  s.establish().send(20 * kMss);
  for (int i = 0; i < 10; ++i) {
    s.expect(data(i));
  }
  s.expect_nothing();
}

TEST(TcpWindow, SlowStartSendsOneSegmentMorePerAcknowledgedSegment) {  // RFC 5681 section 3.1
  Script s(Script::plain());
  s.establish().send(40 * kMss).forget_sent();
  s.receive(ack(1)).expect(data(10)).expect(data(11)).expect_nothing();
  s.receive(ack(2)).expect(data(12)).expect(data(13)).expect_nothing();
}

TEST(TcpWindow, ThePeersWindowIsNeverExceeded) {
  Script s(Script::plain());
  s.establish(3 * kMss).send(10 * kMss);
  s.expect(data(0)).expect(data(1)).expect(data(2)).expect_nothing();
  s.receive({.flags = "A", .seq = 1, .ack = 1 + kMss, .win = 3 * kMss}).expect(data(3));
  s.expect_nothing();
}

TEST(TcpWindow, ARestartAfterIdleBeginsWithTheInitialWindow) {  // RFC 5681 section 4.1
  Script s(Script::plain());
  s.establish().send(30 * kMss).forget_sent();
  for (int i = 1; i <= 30; ++i) {
    s.receive(ack(i));
  }
  EXPECT_GE(s.connection().sender().window().window, 20 * kMss);
  s.forget_sent();
  s.wait(10s).send(30 * kMss);
  EXPECT_EQ(s.pending(), 10U);
}

TEST(TcpWindow, OneThatTheApplicationDoesNotUseDoesNotGrow) {  // RFC 7661
  Script s(Script::plain());
  s.establish();
  const std::int64_t before = s.connection().sender().window().window;
  for (int i = 0; i < 20; ++i) {
    s.send(kMss).expect(data(i)).receive(ack(i + 1));
  }
  EXPECT_EQ(s.connection().sender().window().window, before);
}

TEST(TcpNagle, ASmallSegmentWaitsForTheAcknowledgmentOfTheLast) {  // RFC 9293 section 3.7.4
  Script s(Script::plain());
  s.establish()
      .send(100)
      .expect({.flags = "A", .seq = 1, .ack = 1, .len = 100})
      .send(100)
      .send(100)
      .expect_nothing()
      .receive({.flags = "A", .seq = 1, .ack = 101})
      .expect({.flags = "A", .seq = 101, .ack = 1, .len = 200})
      .expect_nothing();
}

TEST(TcpNagle, SwitchedOffEverySegmentGoesAtOnce) {
  TcpConfig config = Script::plain();
  config.nagle = false;
  Script s(config);
  s.establish()
      .send(100)
      .expect({.flags = "A", .seq = 1, .ack = 1, .len = 100})
      .send(100)
      .expect({.flags = "A", .seq = 101, .ack = 1, .len = 100});
}

TEST(TcpPersist, AShutWindowIsProbedWithOneByteAndBackOff) {  // RFC 9293 section 3.8.6.1
  Script s(Script::plain());
  const Seg probe{.flags = "A", .seq = 1 + kMss, .ack = 1, .len = 1};
  const Seg shut{.flags = "A", .seq = 1, .ack = 1 + kMss, .win = 0};
  s.establish(kMss).send(3 * kMss).expect(data(0)).expect_nothing();
  s.receive(shut).expect_nothing();
  s.wait(200ms).expect(probe).receive(shut).expect_nothing();
  s.wait(399ms).expect_nothing().wait(1ms).expect(probe).receive(shut);
  s.wait(799ms).expect_nothing().wait(1ms).expect(probe).receive(shut);
  s.expect_nothing();
}

TEST(TcpPersist, AnOpenedWindowIsUsedAtOnceAndNothingIsMissing) {
  Script s(Script::plain());
  s.establish(kMss).send(3 * kMss).expect(data(0));
  s.receive({.flags = "A", .seq = 1, .ack = 1 + kMss, .win = 0});
  s.wait(200ms).expect({.flags = "A", .seq = 1 + kMss, .ack = 1, .len = 1});
  s.receive({.flags = "A", .seq = 1, .ack = 1 + kMss, .win = 10 * kMss})
      .expect({.flags = "A", .seq = 1 + kMss, .ack = 1, .len = 1});
  s.receive({.flags = "A", .seq = 1, .ack = 2 + kMss, .win = 10 * kMss});
  s.expect({.flags = "A", .seq = 2 + kMss, .ack = 1, .len = kMss});
}

TEST(TcpPersist, ProbesThatAreAnsweredNeverEndTheConnection) {
  TcpConfig config = Script::plain();
  config.max_retransmissions = 3;
  config.max_rto = 10s;
  Script s(config);
  s.establish(kMss).send(3 * kMss).expect(data(0));
  s.receive({.flags = "A", .seq = 1, .ack = 1 + kMss, .win = 0});
  for (int i = 0; i < 30; ++i) {
    s.wait(s.connection().deadline() - s.now());
    s.receive({.flags = "A", .seq = 1, .ack = 1 + kMss, .win = 0});
  }
  s.expect_state(TcpState::kEstablished);
}

TEST(TcpPersist, AnAcknowledgmentWhileProbingStaysInsideThePeersWindow) {
  Script s(Script::plain());
  s.establish(kMss).send(3 * kMss).expect(data(0));
  s.receive({.flags = "A", .seq = 1, .ack = 1 + kMss, .win = 0});
  s.wait(200ms).expect({.flags = "A", .seq = 1 + kMss, .ack = 1, .len = 1});
  s.receive({.flags = "A", .seq = 1, .ack = 1 + kMss, .len = 100, .win = 0})
      .wait(40ms)
      .expect({.flags = "A", .seq = 1 + kMss, .ack = 101});
}

TEST(TcpSillyWindow, ASmallOpeningIsNotUsedBeforeTheOverrideTimer) {  // RFC 9293 3.8.6.2.1
  Script s(Script::plain());
  s.establish(4 * kMss).send(6 * kMss);
  s.forget_sent();
  s.receive({.flags = "A", .seq = 1, .ack = 1 + 4 * kMss, .win = 100}).expect_nothing();
  s.wait(199ms).expect_nothing().wait(1ms).expect(data(4, 100));
}

// RFC 3042: the first two duplicate acknowledgments let one new segment out each.
TEST(TcpRecovery, LimitedTransmitSendsNewDataOnTheFirstTwoDuplicates) {
  Script s(Script::plain());
  s.establish().send(20 * kMss).forget_sent();
  s.receive(ack(0, {segments(1, 1)})).expect(data(10)).expect_nothing();
  s.receive(ack(0, {segments(1, 2)})).expect(data(11)).expect_nothing();
  EXPECT_EQ(s.connection().sender().phase(), TcpSender::Phase::kOpen);
}

TEST(TcpRecovery, TheThirdDuplicateSendsTheLostSegmentAgainAndHalvesTheWindow) {
  Script s(Script::plain());
  s.establish();
  send_segments(s, 10);
  s.receive(ack(0, {segments(1, 1)}))
      .receive(ack(0, {segments(1, 2)}))
      .expect_nothing()
      .receive(ack(0, {segments(1, 3)}))
      .expect(data(0))
      .expect_nothing();
  EXPECT_EQ(s.connection().sender().window().window, 5 * kMss);
  EXPECT_EQ(s.connection().sender().window().threshold, 5 * kMss);
}

// RFC 6675 section 5: the pipe counts what is neither SACKed nor lost, and what was sent again.
TEST(TcpRecovery, WithSackEveryHoleIsFilledWithinOneRoundTrip) {
  Script s(Script::plain());
  s.establish();
  send_segments(s, 10);
  // 0, 2 and 4 are lost.
  s.receive(ack(0, {segments(1, 1)}));
  s.receive(ack(0, {segments(3, 3), segments(1, 1)}));
  s.receive(ack(0, {segments(5, 5), segments(3, 3), segments(1, 1)})).expect(data(0));
  s.expect_nothing();  // 2 and 4 are not lost yet, so 7 are in flight; the window is 5
  s.receive(ack(0, {segments(5, 6), segments(3, 3), segments(1, 1)})).expect_nothing();
  s.receive(ack(0, {segments(5, 7), segments(3, 3), segments(1, 1)}));
  s.expect(data(2)).expect(data(4)).expect_nothing();  // beside these, 0, 8 and 9 are in flight
  s.receive(ack(0, {segments(5, 8), segments(3, 3), segments(1, 1)})).expect_nothing();
  s.receive(ack(0, {segments(5, 9), segments(3, 3), segments(1, 1)})).expect_nothing();
  s.receive(ack(10)).expect_nothing();
  EXPECT_EQ(s.connection().sender().phase(), TcpSender::Phase::kOpen);
  EXPECT_EQ(s.connection().sender().statistics().fast_recoveries, 1U);
  EXPECT_EQ(s.connection().sender().statistics().retransmissions, 3U);
}

// RFC 6675 section 4, NextSeg (4): the last segment is sent again once in a recovery, when there is
// nothing better to send and the first hole has been filled.
TEST(TcpRecovery, TheLastSegmentIsRescuedOnce) {
  Script s(Script::plain());
  s.establish();
  send_segments(s, 10);
  s.receive(ack(0, {segments(2, 2)}));
  s.receive(ack(0, {segments(2, 3)}));
  s.receive(ack(0, {segments(2, 4)})).expect(data(0)).expect_nothing();  // 1 is lost, too
  s.receive(ack(0, {segments(2, 5)})).receive(ack(0, {segments(2, 6)})).expect(data(1));
  s.receive(ack(0, {segments(2, 7)})).expect_nothing();
  s.receive(ack(8)).expect(data(9)).expect_nothing();
  s.receive(ack(9)).expect_nothing();
}

// RFC 6582 section 3.2: a partial acknowledgment sends the next hole, one a round trip.
TEST(TcpRecovery, WithoutSackAPartialAcknowledgmentSendsTheNextSegmentAgain) {
  Script s(Script::plain());
  s.establish(0xffff, false);
  send_segments(s, 10);
  s.receive(ack(0)).receive(ack(0)).expect_nothing().receive(ack(0)).expect(data(0));
  s.receive(ack(4)).expect(data(4)).expect_nothing();
  EXPECT_EQ(s.connection().sender().phase(), TcpSender::Phase::kRecovery);
  s.receive(ack(10)).expect_nothing();
  EXPECT_EQ(s.connection().sender().phase(), TcpSender::Phase::kOpen);
}

TEST(TcpRecovery, WithoutSackDuplicatesAfterRecoveryDoNotStartAnother) {  // RFC 6582 section 3.2
  Script s(Script::plain());
  s.establish(0xffff, false);
  send_segments(s, 10);
  s.receive(ack(0)).receive(ack(0)).receive(ack(0)).expect(data(0));
  s.receive(ack(10));
  s.send(5 * kMss).forget_sent();
  s.receive(ack(10)).receive(ack(10)).receive(ack(10)).receive(ack(10));
  EXPECT_EQ(s.connection().sender().statistics().fast_recoveries, 1U);
}

TEST(TcpRecovery, AWindowUpdateIsNoDuplicateAcknowledgment) {  // RFC 5681 section 2
  Script s(Script::plain());
  s.establish(0xff00, false);
  send_segments(s, 10);
  for (std::uint16_t i = 1; i < 6; ++i) {
    s.receive({.flags = "A", .seq = 1, .ack = 1, .win = static_cast<std::uint16_t>(0xff00 + i)});
  }
  s.expect_nothing();
  EXPECT_EQ(s.connection().sender().statistics().fast_recoveries, 0U);
}

TEST(TcpRecovery, ATimeoutStartsAgainFromOneSegment) {  // RFC 5681 section 3.1, RFC 6298 (5.4-5.6)
  Script s(Script::plain());
  s.establish();
  send_segments(s, 10);
  s.wait(200ms).expect(data(0)).expect_nothing();
  EXPECT_EQ(s.connection().sender().window().window, kMss);
  EXPECT_EQ(s.connection().sender().window().threshold, 5 * kMss);
  s.receive(ack(1)).expect(data(1)).expect(data(2)).expect_nothing();
  s.receive(ack(10)).expect_nothing();
  EXPECT_EQ(s.connection().sender().phase(), TcpSender::Phase::kOpen);
}

TEST(TcpRecovery, ATimeoutDoesNotResendWhatWasSacked) {  // RFC 6675 section 5.1
  Script s(Script::plain());
  s.establish();
  send_segments(s, 4);
  s.receive(ack(0, {segments(2, 2)})).expect_nothing();
  s.wait(200ms).expect(data(0));
  s.receive(ack(1, {segments(2, 2)})).expect(data(1)).expect(data(3)).expect_nothing();
}

TEST(TcpRecovery, TheThresholdFallsOnceHoweverOftenTheTimerExpires) {  // RFC 5681 section 3.1
  Script s(Script::plain());
  s.establish();
  send_segments(s, 10);
  s.wait(200ms).expect(data(0)).wait(400ms).expect(data(0)).wait(800ms).expect(data(0));
  EXPECT_EQ(s.connection().sender().window().threshold, 5 * kMss);
}

TEST(TcpSendBuffer, TakesWhatFitsAndTellsWhenThereIsRoomAgain) {
  TcpConfig config = Script::plain();
  config.send_buffer = Bytes{6 * kMss};
  Script s(config);
  s.establish().send(10 * kMss);
  EXPECT_EQ(s.taken(), 6 * kMss);
  EXPECT_FALSE(s.events().writable);
  s.receive(ack(6));
  EXPECT_TRUE(s.events().writable);
}

}  // namespace
}  // namespace violin
