// What a connection does with arriving data: order, acknowledgments, SACK blocks, windows.
#include <gtest/gtest.h>

#include "tests/models/vhost/tcp_script.h"

namespace violin {
namespace {

using namespace std::chrono_literals;
using tcp_test::Script;
using tcp_test::Seg;

Seg data(std::int64_t seq, std::uint32_t len) {
  return {.flags = "A", .seq = seq, .ack = 1, .len = len};
}
Seg ack(std::int64_t number, std::vector<TcpRange> sack = {}) {
  return {.flags = "A", .seq = 1, .ack = number, .sack = std::move(sack)};
}

TEST(TcpDelayedAck, OneSegmentWaitsForTheTimer) {  // RFC 9293 section 3.8.6.3
  Script s(Script::plain());
  s.establish().receive(data(1, 1460)).expect_nothing();
  s.wait(39ms).expect_nothing().wait(1ms).expect(ack(1461)).wait(1s).expect_nothing();
}

TEST(TcpDelayedAck, EverySecondFullSizeSegmentIsAcknowledgedAtOnce) {  // RFC 5681 section 4.2
  Script s(Script::plain());
  s.establish();
  for (int i = 0; i < 5; ++i) {
    s.receive(data(1 + 2920 * i, 1460)).expect_nothing();
    s.receive(data(1 + 2920 * i + 1460, 1460)).expect(ack(1 + 2920 * (i + 1))).expect_nothing();
  }
}

TEST(TcpDelayedAck, TravelsWithDataThatGoTheOtherWay) {
  Script s(Script::plain());
  s.establish()
      .receive(data(1, 1460))
      .send(10)
      .expect({.flags = "A", .seq = 1, .ack = 1461, .len = 10})
      .wait(100ms)
      .expect_nothing();
}

TEST(TcpDelayedAck, OutOfOrderDataAreAcknowledgedAtOnce) {  // RFC 5681 section 4.2
  Script s(Script::plain());
  s.establish().receive(data(1461, 1460)).expect(ack(1, {{1461, 2921}})).expect_readable(0);
}

TEST(TcpDelayedAck, DataThatFillAGapAreAcknowledgedAtOnce) {
  Script s(Script::plain());
  s.establish()
      .receive(data(1461, 1460))
      .expect(ack(1, {{1461, 2921}}))
      .receive(data(1, 1460))
      .expect(ack(2921))
      .expect_readable(2920);
}

TEST(TcpDelayedAck, DataThatHadArrivedAreAcknowledgedAtOnce) {
  Script s(Script::plain());
  s.establish().receive(data(1, 100)).wait(40ms).expect(ack(101));
  s.receive(data(1, 100)).expect(ack(101)).expect_readable(100);
}

// RFC 2018 section 5, case 1: the first 4 of 8 segments of 500 bytes arrive, the last 4 are lost.
TEST(TcpSack, WithoutOutOfOrderDataThereAreNoBlocks) {
  Script s(Script::plain());
  s.establish();
  for (int i = 0; i < 4; ++i) {
    s.receive(data(1 + 500 * i, 500));
  }
  s.wait(40ms);
  while (s.pending() > 1) {
    s.expect(ack(1 + 500 * (4 - static_cast<int>(s.pending()) + 1)));
    break;
  }
  EXPECT_EQ(s.connection().receiver().next(), 2001);
  EXPECT_FALSE(s.connection().receiver().has_sack_blocks());
}

// Case 2: the first segment is lost, the other 7 arrive. (The RFC counts from 5000.)
TEST(TcpSack, OneBlockGrowsWhileTheFirstSegmentIsMissing) {
  Script s(Script::plain());
  s.establish();
  for (int i = 1; i < 8; ++i) {
    s.receive(data(1 + 500 * i, 500)).expect(ack(1, {{501, 1 + 500 * (i + 1)}}));
  }
  s.expect_nothing();
}

// Case 3: the 2nd, 4th, 6th and 8th are lost; then the 4th arrives, then the 2nd.
TEST(TcpSack, TheBlockOfTheLatestSegmentComesFirst) {
  Script s(Script::plain());
  const auto nth = [](int n) { return data(1 + 500 * (n - 1), 500); };
  s.establish().receive(nth(1)).wait(40ms).expect(ack(501));
  s.receive(nth(3)).expect(ack(501, {{1001, 1501}}));
  s.receive(nth(5)).expect(ack(501, {{2001, 2501}, {1001, 1501}}));
  s.receive(nth(7)).expect(ack(501, {{3001, 3501}, {2001, 2501}, {1001, 1501}}));
  s.receive(nth(4)).expect(ack(501, {{1001, 2501}, {3001, 3501}}));
  s.receive(nth(2)).expect(ack(2501, {{3001, 3501}}));
}

TEST(TcpSack, IsNotSentToAPeerThatDidNotPermitIt) {
  Script s(Script::plain());
  s.establish(0xffff, false).receive(data(1461, 1460)).expect(ack(1));
}

TEST(TcpReceiveWindow, ShutsWhenNobodyReadsAndOpensAgainBySteps) {  // RFC 9293 section 3.8.6.2.2
  TcpConfig config = Script::plain();
  config.receive_buffer = Bytes{8 * 1460};
  Script s(config);
  s.establish();
  s.connection().set_manual_reading(true);
  for (int i = 0; i < 8; ++i) {
    s.receive(data(1 + 1460 * i, 1460));
  }
  s.wait(40ms);
  while (s.pending() > 1) {
    s.expect(ack(1 + 1460 * 2 * (5 - static_cast<int>(s.pending()))));
  }
  s.expect(ack(1 + 8 * 1460)).expect_nothing();
  s.read(100).expect_nothing();
  s.read(1360).expect(ack(1 + 8 * 1460));
  EXPECT_EQ(s.connection().receiver().edge() - s.connection().receiver().next(), 1460);
}

TEST(TcpReceiveWindow, DataBeyondAShutWindowAreRefusedAndAcknowledged) {
  TcpConfig config = Script::plain();
  config.receive_buffer = Bytes{1460};
  Script s(config);
  s.establish();
  s.connection().set_manual_reading(true);
  s.receive(data(1, 1460)).wait(40ms).forget_sent();
  s.receive(data(1461, 1)).expect(ack(1461)).expect_readable(1460);
  EXPECT_EQ(s.connection().receiver().readable(), 1460);
}

TEST(TcpReceiveWindow, SegmentsAreTrimmedToTheWindow) {
  TcpConfig config = Script::plain();
  config.receive_buffer = Bytes{2000};
  Script s(config);
  s.establish();
  s.connection().set_manual_reading(true);
  s.receive(data(1, 1460)).receive(data(1001, 1460)).expect_readable(2000);
}

TEST(TcpReceiveWindow, ItsRightEdgeNeverMovesBack) {
  TcpConfig config;
  config.receive_buffer = Bytes{1U << 20};
  TcpReceiver receiver(config);
  receiver.start();
  receiver.advertise(true);
  receiver.set_scale(receiver.wanted_scale());
  TcpPosition edge = 0;
  for (int i = 0; i < 2000; ++i) {
    const std::uint16_t field = receiver.advertise(false);
    const TcpPosition now = receiver.next() + (std::int64_t{field} << receiver.wanted_scale());
    EXPECT_GE(now, edge) << i;
    edge = now;
    const std::int64_t room = std::min<std::int64_t>(999, edge - receiver.next());
    if (room > 0) {
      receiver.on_data({receiver.next(), receiver.next() + room}, false);
    }
    if (i % 3 == 0) {
      receiver.read(std::min<std::int64_t>(receiver.readable(), 500), kRunStart);
    }
  }
}

TEST(TcpReceiveWindow, ItsScaleIsTheLeastThatTheBufferNeeds) {  // RFC 7323 section 2.3
  for (const auto& [buffer, shift] : std::vector<std::pair<std::uint64_t, int>>{
           {65535, 0}, {65536, 1}, {1U << 20, 5}, {1U << 30, 14}}) {
    TcpConfig config;
    config.receive_buffer = Bytes{buffer};
    EXPECT_EQ(TcpReceiver(config).wanted_scale(), buffer == (1U << 30) ? 14 : shift) << buffer;
  }
}

TEST(TcpDelayedAck, TheFirstSegmentsAreAcknowledgedOneByOne) {  // Linux's quick acknowledgments
  TcpConfig config = Script::plain();
  config.quick_acks = 16;
  Script s(config);
  s.establish();
  for (int i = 0; i < 16; ++i) {
    s.receive(data(1 + 1460 * i, 1460)).expect(ack(1 + 1460 * (i + 1)));
  }
  s.receive(data(1 + 1460 * 16, 1460)).expect_nothing();
  s.receive(data(1 + 1460 * 17, 1460)).expect(ack(1 + 1460 * 18)).expect_nothing();
}

void start(TcpReceiver& receiver) {
  receiver.start();
  receiver.advertise(true);
  receiver.set_scale(receiver.wanted_scale());
}

// Arrives in order and is read at once, `count` segments of 1460 bytes.
void take(TcpReceiver& receiver, int count, TimePoint now) {
  for (int i = 0; i < count; ++i) {
    receiver.advertise(false);
    receiver.on_data({receiver.next(), receiver.next() + 1460}, false);
    receiver.read(1460, now);
  }
}

std::int64_t offered(TcpReceiver& receiver) {
  receiver.advertise(false);
  return receiver.edge() - receiver.next();
}

// In the first round trip 30660 bytes are read, after the 10 segments that a sender begins with,
// 14600: the limit becomes 2 x 30660 + 16 x 1460 = 84680 bytes, and twice the growth's share of
// 1.1 more, 270976.
TEST(TcpReceiveWindow, GrowsWithWhatIsReadInARoundTrip) {
  TcpConfig config;
  config.quick_acks = 0;
  TcpReceiver receiver(config);
  start(receiver);
  EXPECT_EQ(offered(receiver), 65536);
  receiver.on_round_trip(100ms);
  take(receiver, 20, kRunStart + 99ms);
  take(receiver, 1, kRunStart + 100ms);
  EXPECT_EQ(offered(receiver), 65536);
  take(receiver, 1, kRunStart + 101ms);
  EXPECT_EQ(receiver.ack_need(), TcpReceiver::AckNeed::kNow);
  EXPECT_NEAR(static_cast<double>(offered(receiver)), 65536 + 2920, 64);
  take(receiver, 100, kRunStart + 102ms);
  EXPECT_NEAR(static_cast<double>(offered(receiver)), 270'976, 64);
}

TEST(TcpReceiveWindow, NeverGrowsBeyondTheBuffer) {
  TcpConfig config;
  config.receive_buffer = Bytes{100'000};
  TcpReceiver receiver(config);
  start(receiver);
  receiver.on_round_trip(1ms);
  for (int i = 1; i <= 100; ++i) {
    take(receiver, i, kRunStart + i * 1ms);
    EXPECT_LE(offered(receiver), 100'000) << i;
  }
}

TEST(TcpReceiveWindow, GrowsWithoutTimestampsToo) {
  TcpConfig config;
  TcpReceiver receiver(config);
  start(receiver);
  for (int i = 1; i <= 20; ++i) {
    take(receiver, 50, kRunStart + i * 100ms);
  }
  EXPECT_GT(offered(receiver), 2 * 50 * 1460);
}

}  // namespace
}  // namespace violin
