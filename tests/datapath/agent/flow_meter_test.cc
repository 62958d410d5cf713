#include "datapath/agent/flow_meter.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "models/wire/big_endian.h"
#include "models/wire/ethernet.h"
#include "models/wire/udp.h"

namespace violin {
namespace {

using namespace std::chrono_literals;
using Passing = FlowMeter::Passing;
using Bytes8 = std::vector<std::uint8_t>;

const Ipv4Address kSender(10, 0, 1, 2);
const Ipv4Address kReceiver(10, 0, 2, 3);
constexpr std::uint16_t kPort = 5201;

Bytes8 frame_of(wire::IpProtocol protocol, Ipv4Address from, Ipv4Address to,
                const Bytes8& segment) {
  Bytes8 bytes(34);
  wire::EthernetHeader{.destination = MacAddress(0x0200'0000'0001),
                       .source = MacAddress(0x0200'0000'0002)}
      .serialize(bytes);
  wire::Ipv4Header ip;
  ip.total_length = static_cast<std::uint16_t>(20 + segment.size());
  ip.protocol = protocol;
  ip.source = from;
  ip.destination = to;
  ip.serialize(std::span(bytes).subspan(14));
  bytes.insert(bytes.end(), segment.begin(), segment.end());
  return bytes;
}

// As iperf3 sends it: seconds, microseconds, number, zeros.
Bytes8 datagram(std::uint32_t number, std::size_t payload = 160, std::uint16_t port = kPort) {
  Bytes8 segment(wire::UdpHeader::kSize + payload);
  if (payload >= 12) {
    wire::store32(segment.data() + 8, 1'700'000'000);
    wire::store32(segment.data() + 12, number * 20'000);
    wire::store32(segment.data() + 16, number);
  }
  wire::UdpHeader{.source_port = 40'000,
                  .destination_port = port,
                  .length = static_cast<std::uint16_t>(segment.size())}
      .serialize(segment, kSender, kReceiver);
  return frame_of(wire::IpProtocol::kUdp, kSender, kReceiver, segment);
}

struct Segment {
  std::uint32_t sequence = 0;
  std::uint32_t payload = 0;
  std::uint32_t stamp = 0;
  bool syn = false;
  std::uint16_t source = 40'000;
};

Bytes8 segment(const Segment& s) {
  wire::TcpHeader tcp;
  tcp.source_port = s.source;
  tcp.destination_port = kPort;
  tcp.sequence = s.sequence;
  tcp.syn = s.syn;
  tcp.ack = !s.syn;
  tcp.timestamps = wire::TcpTimestamps{s.stamp, 0};
  Bytes8 bytes(tcp.size() + s.payload);
  tcp.serialize(bytes, bytes.size(), kSender, kReceiver);
  return frame_of(wire::IpProtocol::kTcp, kSender, kReceiver, bytes);
}

Bytes8 acknowledgment(std::uint32_t number) {
  wire::TcpHeader tcp;
  tcp.source_port = kPort;
  tcp.destination_port = 40'000;
  tcp.ack = true;
  tcp.acknowledgment = number;
  Bytes8 bytes(tcp.size());
  tcp.serialize(bytes, bytes.size(), kReceiver, kSender);
  return frame_of(wire::IpProtocol::kTcp, kReceiver, kSender, bytes);
}

class FlowMeterTest : public ::testing::Test {
 protected:
  void pass(Passing how, const Bytes8& frame, Duration at) {
    meter_.on_frame(how, frame, frame.size(), kRunStart + at);
  }
  void carry(const Bytes8& frame, Duration leaves, Duration reaches) {
    pass(Passing::kLeavesEnd, frame, leaves);
    pass(Passing::kReachesEnd, frame, reaches);
  }

  FlowMeter meter_;
  std::size_t udp_ = meter_.add({wire::IpProtocol::kUdp, {kSender}, kReceiver, kPort});
  std::size_t tcp_ = meter_.add({wire::IpProtocol::kTcp, {kSender}, kReceiver, kPort});
};

TEST_F(FlowMeterTest, TellsWhatArrivedAndAfterHowLong) {
  carry(datagram(1), 0ms, 50ms);
  pass(Passing::kLeavesEnd, datagram(2), 20ms);
  carry(datagram(3), 40ms, 92ms);
  const FlowMeasure measure = meter_.measure(udp_);
  EXPECT_EQ(measure.sent, 3U);
  EXPECT_EQ(measure.arrived, 2U);
  EXPECT_EQ(measure.lost(), 1U);
  EXPECT_EQ(measure.delay.min(), 50'000'000U);
  EXPECT_EQ(measure.delay.max(), 52'000'000U);
  EXPECT_EQ(measure.delays, (std::vector<Duration>{50ms, 52ms}));
}

TEST_F(FlowMeterTest, ADatagramArrivesOnce) {
  carry(datagram(1), 0ms, 50ms);
  pass(Passing::kReachesEnd, datagram(1), 60ms);
  EXPECT_EQ(meter_.measure(udp_).arrived, 1U);
  EXPECT_EQ(meter_.measure(udp_).delay.count(), 1U);
}

TEST_F(FlowMeterTest, DatagramsThatOvertakeEachOtherKeepTheirOwnDelays) {
  pass(Passing::kLeavesEnd, datagram(1), 0ms);
  carry(datagram(2), 0ms, 30ms);
  pass(Passing::kReachesEnd, datagram(1), 70ms);
  EXPECT_EQ(meter_.measure(udp_).delay.min(), 30'000'000U);
  EXPECT_EQ(meter_.measure(udp_).delay.max(), 70'000'000U);
}

TEST_F(FlowMeterTest, CountsFromTheFirstThatArrived) {
  pass(Passing::kLeavesEnd, datagram(1), 0ms);
  pass(Passing::kLeavesEnd, datagram(2), 20ms);
  carry(datagram(3), 40ms, 90ms);
  pass(Passing::kLeavesEnd, datagram(4), 60ms);
  const FlowMeasure measure = meter_.measure(udp_);
  EXPECT_EQ(measure.before_first, 2U);
  EXPECT_EQ(measure.sent, 2U);
  EXPECT_EQ(measure.lost(), 1U);
}

TEST_F(FlowMeterTest, IgnoresWhatBelongsToNoFlow) {
  carry(datagram(1, 160, kPort + 1), 0ms, 50ms);
  carry(datagram(1, 4), 0ms, 50ms);  // iperf3 begins with such a one
  carry(Bytes8(60), 0ms, 50ms);
  carry(Bytes8(5), 0ms, 50ms);
  EXPECT_EQ(meter_.measure(udp_).sent, 0U);
  EXPECT_EQ(meter_.measure(tcp_).sent, 0U);
}

TEST_F(FlowMeterTest, ATruncatedOrCorruptFrameIsNoneOfAFlow) {
  const Bytes8 whole = segment({.sequence = 1, .payload = 100});
  for (std::size_t size = 0; size < whole.size(); ++size) {
    Bytes8 cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    meter_.on_frame(Passing::kLeavesEnd, cut, size, kRunStart);
  }
  EXPECT_EQ(meter_.measure(tcp_).sent, 0U);
}

TEST_F(FlowMeterTest, EachTransmissionOfASegmentIsOneOfItsOwn) {
  carry(segment({.sequence = 1, .payload = 1000, .stamp = 1}), 0ms, 50ms);
  pass(Passing::kLeavesEnd, segment({.sequence = 1001, .payload = 1000, .stamp = 1}), 1ms);
  carry(segment({.sequence = 1001, .payload = 1000, .stamp = 200}), 200ms, 260ms);
  const FlowMeasure measure = meter_.measure(tcp_);
  EXPECT_EQ(measure.sent, 3U);
  EXPECT_EQ(measure.lost(), 1U);
  EXPECT_EQ(measure.delay.max(), 60'000'000U);
}

// 2000 bytes, acknowledged 200 ms after the SYN came: 80 kbit/s. Numbers wrap on the way.
TEST_F(FlowMeterTest, GoodputIsWhatTheReceiverAcknowledgedSinceTheSynCame) {
  const std::uint32_t initial = 0xffff'fc00;
  carry(segment({.sequence = initial, .syn = true}), 0ms, 50ms);
  pass(Passing::kLeavesEnd, acknowledgment(initial + 1), 50ms);
  pass(Passing::kLeavesEnd, acknowledgment(initial + 1001), 150ms);
  pass(Passing::kLeavesEnd, acknowledgment(initial + 2001), 250ms);
  pass(Passing::kLeavesEnd, acknowledgment(initial + 1001), 260ms);
  const FlowMeasure measure = meter_.measure(tcp_);
  EXPECT_EQ(measure.bytes(), 2000);
  EXPECT_DOUBLE_EQ(measure.goodput_bps(2000), 80'000);
  EXPECT_DOUBLE_EQ(measure.goodput_bps(1000), 80'000);
  EXPECT_DOUBLE_EQ(measure.goodput_bps(2001), 0);
}

TEST_F(FlowMeterTest, OfSeveralConnectionsTheOneWithMostDataIsMeasured) {
  carry(segment({.sequence = 1, .payload = 37, .source = 40'000}), 0ms, 50ms);
  for (std::uint32_t i = 0; i < 3; ++i) {
    carry(segment({.sequence = 1 + i * 1000, .payload = 1000, .source = 40'002}), 0ms, 50ms);
  }
  EXPECT_EQ(meter_.measure(tcp_).sent, 3U);
}

}  // namespace
}  // namespace violin
