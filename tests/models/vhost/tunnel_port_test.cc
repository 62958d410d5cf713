// Level-2 frames through a level-1 network: RFC 7348 section 5, promise 7 (no MTU effect).
#include "models/vhost/tunnel_port.h"

#include <gtest/gtest.h>

#include "tests/models/vhost/testbed.h"

namespace violin {
namespace {

using namespace testbed;

constexpr std::uint32_t kVni = 0xabcdef;

// A tunnel between the two hosts, whose ends give what comes out to recorders.
struct Tunnel : TwoHosts {
  explicit Tunnel(std::uint32_t mtu = 1500) : TwoHosts(1ms, kDefaultVHostConfig, mtu) {
    std::ignore = a.neighbors(a_port).add_static(ip("10.0.0.2"), MacAddress::local(2));
    std::ignore = b.neighbors(b_port).add_static(ip("10.0.0.1"), MacAddress::local(1));
    a_tunnel.connect({&a_inner, {}});
    b_tunnel.connect({&b_inner, {}});
  }
  Frame level2(std::vector<std::uint8_t> payload, std::uint32_t elided = 0) {
    Frame frame = kernel.frames().copy_of(payload, elided);
    wire::EthernetHeader{
        MacAddress::local(1002), MacAddress::local(1001), wire::EtherType::kIpv4, {}}
        .serialize(frame.push_front(14));
    return frame;
  }
  bool all_balance() const {
    return balances() && a_end.ledger().balances(0) && b_end.ledger().balances(0) &&
           a_tunnel.ledger().balances(0) && b_tunnel.ledger().balances(0);
  }

  TunnelEndpoint a_end{kernel, "a/tunnels", a};
  TunnelEndpoint b_end{kernel, "b/tunnels", b};
  TunnelPort a_tunnel{kernel, "ab/a", a_end, ip("10.0.0.2"), kVni};
  TunnelPort b_tunnel{kernel, "ab/b", b_end, ip("10.0.0.1"), kVni};
  Recorder a_inner;
  Recorder b_inner;
};

TEST(TunnelPort, CarriesAFrameUnchanged) {
  Tunnel net;
  Frame frame = net.level2({1, 2, 3}, 500);
  const std::vector<std::uint8_t> before(frame.bytes().begin(), frame.bytes().end());
  net.a_tunnel.receive({}, {&frame, 1}, net.kernel.now());
  net.kernel.run();
  ASSERT_EQ(net.b_inner.frames.size(), 1U);
  EXPECT_TRUE(std::ranges::equal(net.b_inner.frames[0].bytes(), before));
  EXPECT_EQ(net.b_inner.frames[0].elided(), 500U);
  EXPECT_EQ(net.a_tunnel.ledger().in, 1U);
  EXPECT_EQ(net.a_tunnel.ledger().consumed, 1U);
  EXPECT_EQ(net.b_tunnel.ledger().originated, 1U);
  EXPECT_EQ(net.b_tunnel.ledger().out, 1U);
  EXPECT_TRUE(net.all_balance());
}

TEST(TunnelPort, LeavesTheBytesOfAFloodedFrameToItsOtherHolders) {
  Tunnel net;
  Frame frame = net.level2({1, 2, 3});
  Frame other = frame.share();
  net.a_tunnel.receive({}, {&frame, 1}, net.kernel.now());
  EXPECT_EQ(wire::EthernetHeader::parse(other.bytes())->destination, MacAddress::local(1002));
  EXPECT_EQ(other.size(), Bytes{17});
}

TEST(TunnelPort, SpeaksVxlan) {
  Tunnel net;
  Recorder wire_tap;
  net.a.unplug(net.a_port);
  net.a.plug(net.a_port, {&wire_tap, {}});
  std::ignore = net.a.neighbors(net.a_port).add_static(ip("10.0.0.2"), MacAddress::local(2));
  Frame frame = net.level2({1});
  net.a_tunnel.receive({}, {&frame, 1}, net.kernel.now());
  ASSERT_EQ(wire_tap.frames.size(), 1U);
  const auto segment = wire_tap.payload(0);
  const auto udp = wire::UdpHeader::parse(segment, segment.size(), ip("10.0.0.1"), ip("10.0.0.2"));
  ASSERT_TRUE(udp);
  EXPECT_EQ(udp->destination_port, 4789);
  EXPECT_GE(udp->source_port, 49152);  // RFC 7348 section 5: the dynamic range
  const std::vector<std::uint8_t> vxlan = {0x08, 0, 0, 0, 0xab, 0xcd, 0xef, 0};
  EXPECT_TRUE(std::ranges::equal(segment.subspan(8, 8), vxlan));
}

TEST(TunnelPort, CarriesFullSizeFramesOverASmallerMtu) {
  Tunnel net(600);
  for (const std::uint32_t payload : {1500U, 9000U}) {
    Frame frame = net.level2({}, payload);
    net.a_tunnel.receive({}, {&frame, 1}, net.kernel.now());
  }
  net.kernel.run();
  ASSERT_EQ(net.b_inner.frames.size(), 2U);
  EXPECT_EQ(net.b_inner.frames[0].size(), Bytes{1514});
  EXPECT_EQ(net.b_inner.frames[1].size(), Bytes{9014});
  EXPECT_TRUE(net.a_inner.frames.empty());  // nor ICMP
  EXPECT_TRUE(net.all_balance());
}

TEST(TunnelPort, RefusesFramesBeyondADatagram) {
  Tunnel net;
  Frame frame = net.level2({}, 65'500);
  net.a_tunnel.receive({}, {&frame, 1}, net.kernel.now());
  EXPECT_EQ(net.a_tunnel.ledger().drops(Drop::kOversize), 1U);
  EXPECT_TRUE(net.all_balance());
}

TEST(TunnelPort, KeepsTunnelsOfDifferentVnisApart) {
  Tunnel net;
  TunnelPort a_second(net.kernel, "second/a", net.a_end, ip("10.0.0.2"), 7);
  TunnelPort b_second(net.kernel, "second/b", net.b_end, ip("10.0.0.1"), 7);
  Recorder inner;
  b_second.connect({&inner, {}});
  Frame frame = net.level2({1});
  a_second.receive({}, {&frame, 1}, net.kernel.now());
  net.kernel.run();
  EXPECT_EQ(inner.frames.size(), 1U);
  EXPECT_TRUE(net.b_inner.frames.empty());
}

TEST(TunnelEndpoint, DropsWhatComesUnderAnUnknownVni) {
  Tunnel net;
  TunnelPort stranger(net.kernel, "stranger", net.a_end, ip("10.0.0.2"), kVni + 1);
  Frame frame = net.level2({1});
  stranger.receive({}, {&frame, 1}, net.kernel.now());
  net.kernel.run();
  EXPECT_TRUE(net.b_inner.frames.empty());
  EXPECT_EQ(net.b_end.ledger().drops(Drop::kUnknownPeer), 1U);
  EXPECT_TRUE(net.all_balance());
}

TEST(TunnelEndpoint, DropsWhatComesFromAStranger) {
  Tunnel net;
  // A good VXLAN datagram of the right VNI from a neighbor that is no peer.
  std::vector<std::uint8_t> payload(8 + 14);
  payload[0] = 0x08;
  payload[4] = 0xab;
  payload[5] = 0xcd;
  payload[6] = 0xef;
  const Ipv4Address stranger = ip("10.0.0.66");
  Frame frame =
      Datagram{.source = stranger, .destination = ip("10.0.0.2"), .to = MacAddress::local(2)}.frame(
          net.kernel, udp_segment(50000, 4789, payload, stranger, ip("10.0.0.2")));
  net.b.receive(net.b_port, {&frame, 1}, net.kernel.now());
  EXPECT_TRUE(net.b_inner.frames.empty());
  EXPECT_EQ(net.b_end.ledger().drops(Drop::kUnknownPeer), 1U);
}

TEST(TunnelEndpoint, DropsWhatIsNoVxlan) {
  Tunnel net;
  const auto send = [&](std::vector<std::uint8_t> payload) {
    Frame frame =
        Datagram{
            .source = ip("10.0.0.1"), .destination = ip("10.0.0.2"), .to = MacAddress::local(2)}
            .frame(net.kernel,
                   udp_segment(50000, 4789, std::move(payload), ip("10.0.0.1"), ip("10.0.0.2")));
    net.b.receive(net.b_port, {&frame, 1}, net.kernel.now());
  };
  std::vector<std::uint8_t> no_flag(22);
  no_flag[4] = 0xab;
  no_flag[5] = 0xcd;
  no_flag[6] = 0xef;
  send(no_flag);
  send({0x08, 0, 0, 0, 0xab, 0xcd, 0xef, 0, 1, 2, 3});  // no room for an Ethernet header
  send({});
  EXPECT_EQ(net.b_end.ledger().drops(Drop::kBadHeader), 3U);
  EXPECT_TRUE(net.b_inner.frames.empty());
  EXPECT_TRUE(net.b_end.ledger().balances(0));
}

TEST(TunnelEndpoint, ForgetsAPortThatGoes) {
  Tunnel net;
  { TunnelPort brief(net.kernel, "brief/b", net.b_end, ip("10.0.0.1"), 9); }
  TunnelPort sender(net.kernel, "brief/a", net.a_end, ip("10.0.0.2"), 9);
  Frame frame = net.level2({1});
  sender.receive({}, {&frame, 1}, net.kernel.now());
  net.kernel.run();
  EXPECT_EQ(net.b_end.ledger().drops(Drop::kUnknownPeer), 1U);
}

TEST(TunnelPort, RefusesAVniThatIsTakenOrTooLarge) {
  Tunnel net;
  EXPECT_THROW(TunnelPort(net.kernel, "x", net.a_end, ip("10.0.0.2"), kVni), std::invalid_argument);
  EXPECT_THROW(TunnelPort(net.kernel, "x", net.a_end, ip("10.0.0.2"), 1U << 24),
               std::invalid_argument);
}

}  // namespace
}  // namespace violin
