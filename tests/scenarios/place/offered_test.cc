// Frame counts and sizes are worked out from RFC 791, 768, 792, 9293 and the Ethernet header.
#include "scenarios/place/offered.h"

namespace violin {
namespace {

using ::testing::DoubleNear;

scenario::Flow flow() {
  scenario::Flow flow;
  flow.set_name("f");
  return flow;
}

TEST(Offered, ADatagramIsOneFrameWithItsHeaders) {
  const OfferedFrames frames = frames_of({50, 160}, 1500);
  EXPECT_DOUBLE_EQ(frames.frames_per_second, 50);
  EXPECT_DOUBLE_EQ(frames.bits_per_second, 50 * 8 * (160 + 8 + 20 + 14));
}

TEST(Offered, ALongDatagramIsFragmented) {
  // 4008 bytes of IP payload: 1480 + 1480 + 1048, each with 34 bytes of headers.
  const OfferedFrames frames = frames_of({10, 4000}, 1500);
  EXPECT_DOUBLE_EQ(frames.frames_per_second, 30);
  EXPECT_DOUBLE_EQ(frames.bits_per_second, 10 * 8 * (4008 + 3 * 34));
}

TEST(Offered, ARateIsThatOfPayload) {
  scenario::Flow cbr = flow();
  cbr.mutable_cbr()->set_rate("64kbit/s");
  cbr.mutable_cbr()->set_size("160B");
  const auto offered = offered_by(cbr);
  EXPECT_DOUBLE_EQ(offered->there.datagrams_per_second, 50);
  EXPECT_FALSE(offered->back.has_value());
}

TEST(Offered, BurstsCountByTheirMean) {
  scenario::Flow bursts = flow();
  bursts.mutable_onoff()->set_rate("800kbit/s");
  bursts.mutable_onoff()->set_size("1000B");
  bursts.mutable_onoff()->set_on("1s");
  bursts.mutable_onoff()->set_off("3s");
  EXPECT_DOUBLE_EQ(offered_by(bursts)->there.datagrams_per_second, 25);
}

TEST(Offered, PingGoesThereAndBack) {
  scenario::Flow ping = flow();
  ping.mutable_ping()->set_interval("500ms");
  const auto offered = offered_by(ping);
  EXPECT_DOUBLE_EQ(offered->there.datagrams_per_second, 2);
  // 56 bytes of data, 8 of ICMP, 20 of IP, 14 of Ethernet.
  EXPECT_DOUBLE_EQ(frames_of(offered->there, 1500).bits_per_second, 2 * 8 * 98);
  EXPECT_DOUBLE_EQ(offered->back->datagrams_per_second, 2);
}

TEST(Offered, BulkCountsAsItsDemandWithAcknowledgements) {
  scenario::Flow bulk = flow();
  bulk.mutable_bulk();
  EXPECT_FALSE(offered_by(bulk).has_value());
  bulk.set_demand("11584kbit/s");  // 1000 segments of 1448 bytes
  const auto offered = offered_by(bulk);
  const OfferedFrames data = frames_of(offered->there, 1500);
  EXPECT_THAT(data.frames_per_second, DoubleNear(1000, 1e-6));
  EXPECT_THAT(data.bits_per_second, DoubleNear(1000 * 8 * 1514, 1e-3));
  const OfferedFrames acks = frames_of(*offered->back, 1500);
  EXPECT_THAT(acks.frames_per_second, DoubleNear(500, 1e-6));
  EXPECT_THAT(acks.bits_per_second, DoubleNear(500 * 8 * 66, 1e-3));
}

}  // namespace
}  // namespace violin
