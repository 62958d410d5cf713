// UDP between hosts: RFC 768, RFC 1122 section 4.1, RFC 826.
#include <gtest/gtest.h>

#include "models/vhost/udp_socket.h"
#include "tests/models/vhost/testbed.h"

namespace violin {
namespace {

using namespace testbed;

TEST(UdpSocket, DeliversADatagramWithItsSourceAfterArp) {
  TwoHosts net(1ms);
  UdpRecorder at_b;
  UdpRecorder at_a;
  UdpSocket server(net.b, at_b, 5001);
  UdpSocket client(net.a, at_a);
  client.send_to(ip("10.0.0.2"), 5001, bytes(net.kernel, {1, 2, 3}, 97), net.kernel.now());
  net.kernel.run();
  ASSERT_EQ(at_b.arrivals.size(), 1U);
  EXPECT_EQ(at_b.arrivals[0].source, ip("10.0.0.1"));
  EXPECT_EQ(at_b.arrivals[0].source_port, client.port());
  EXPECT_EQ(at_b.arrivals[0].stored, (std::vector<std::uint8_t>{1, 2, 3}));
  EXPECT_EQ(at_b.arrivals[0].size, 100U);
  EXPECT_EQ(at_b.arrivals[0].when, at(3ms));  // ARP request, ARP reply, datagram
  EXPECT_TRUE(net.balances());
}

TEST(UdpSocket, SendsTheSameBytesByItsPathAsByTheLongWay) {
  LoneHost lone;
  UdpRecorder receiver;
  UdpSocket socket(lone.host, receiver, 4000);
  lone.receive(arp_from_neighbor(lone.kernel, wire::ArpPacket::Operation::kRequest));
  ASSERT_EQ(lone.sent.frames.size(), 1U);  // the reply
  const std::vector<std::uint8_t> content = {0xde, 0xad, 0xbe, 0xef, 0x05};
  socket.send_to(ip("10.0.0.2"), 53, bytes(lone.kernel, content, 1000), lone.kernel.now());
  ASSERT_EQ(lone.sent.frames.size(), 2U);
  EXPECT_EQ(lone.sent.ethernet(1).destination, MacAddress::local(2));
  EXPECT_EQ(lone.sent.ethernet(1).source, MacAddress::local(1));
  const wire::Ipv4Header header = lone.sent.ipv4(1);
  EXPECT_EQ(header.total_length, 20 + 8 + 1005);
  EXPECT_EQ(header.ttl, 64);
  EXPECT_EQ(header.source, ip("10.0.0.1"));
  EXPECT_EQ(header.destination, ip("10.0.0.2"));
  const auto udp =
      wire::UdpHeader::parse(lone.sent.payload(1), 1013, header.source, header.destination);
  ASSERT_TRUE(udp);
  EXPECT_EQ(*udp, (wire::UdpHeader{4000, 53, 1013}));
  std::vector<std::uint8_t> expected = {0, 0, 0, 0, 0, 0, 0, 0, 0xde, 0xad, 0xbe, 0xef, 0x05};
  wire::UdpHeader{4000, 53, 1013}.serialize(expected, header.source, header.destination);
  EXPECT_TRUE(std::ranges::equal(lone.sent.payload(1), expected));
}

TEST(UdpSocket, SendsAChecksumThatComputesToZeroAsAllOnes) {
  LoneHost lone;
  UdpRecorder receiver;
  UdpSocket socket(lone.host, receiver, 4000);
  lone.receive(arp_from_neighbor(lone.kernel, wire::ArpPacket::Operation::kRequest));
  // The payload word that makes the checksum of everything else come out as 0.
  std::vector<std::uint8_t> probe = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
  wire::UdpHeader{4000, 53, 10}.serialize(probe, ip("10.0.0.1"), ip("10.0.0.2"));
  socket.send_to(ip("10.0.0.2"), 53, bytes(lone.kernel, {probe[6], probe[7]}), lone.kernel.now());
  ASSERT_EQ(lone.sent.frames.size(), 2U);  // the ARP reply first
  const auto segment = lone.sent.payload(1);
  EXPECT_EQ(segment[6], 0xff);
  EXPECT_EQ(segment[7], 0xff);
}

TEST(UdpSocket, FollowsARouteThatChangesBetweenTwoDatagrams) {
  LoneHost lone;
  Recorder other;
  UdpRecorder receiver;
  UdpSocket socket(lone.host, receiver);
  lone.host.set_default_gateway(ip("10.0.0.254"));
  socket.send_to(ip("192.0.2.1"), 9, bytes(lone.kernel, {1}), lone.kernel.now());
  const PortIndex second = lone.host.add_vnic(nic("eth1", 9, "10.1.0.1/24"));
  lone.host.plug(second, {&other, {}});
  lone.host.add_route(prefix("192.0.2.0/24"), ip("10.1.0.254"));
  socket.send_to(ip("192.0.2.1"), 9, bytes(lone.kernel, {1}), lone.kernel.now());
  ASSERT_EQ(lone.sent.frames.size(), 1U);
  EXPECT_EQ(lone.sent.arp(0).target_ip, ip("10.0.0.254"));
  ASSERT_EQ(other.frames.size(), 1U);
  EXPECT_EQ(other.arp(0).target_ip, ip("10.1.0.254"));
  EXPECT_EQ(other.arp(0).sender_ip, ip("10.1.0.1"));
}

TEST(UdpSocket, RefusesAPortThatIsInUseNamingTheHost) {
  LoneHost lone;
  UdpRecorder receiver;
  UdpSocket socket(lone.host, receiver, 4000);
  try {
    UdpSocket again(lone.host, receiver, 4000);
    FAIL() << "bound twice";
  } catch (const std::invalid_argument& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("'h'"));
    EXPECT_THAT(error.what(), testing::HasSubstr("4000"));
  }
}

TEST(UdpSocket, GivesItsPortBackWhenItGoes) {
  LoneHost lone;
  UdpRecorder receiver;
  { UdpSocket socket(lone.host, receiver, 4000); }
  EXPECT_NO_THROW(UdpSocket(lone.host, receiver, 4000));
}

TEST(UdpSocket, TakesEphemeralPortsFromTheDynamicRange) {
  LoneHost lone;
  UdpRecorder receiver;
  UdpSocket first(lone.host, receiver);
  UdpSocket second(lone.host, receiver);
  EXPECT_GE(first.port(), 49152);  // RFC 6335 section 6
  EXPECT_NE(first.port(), second.port());
}

TEST(UdpSocket, HearsLimitedAndDirectedBroadcasts) {
  TwoHosts net;
  UdpRecorder at_b;
  UdpRecorder at_a;
  UdpSocket server(net.b, at_b, 7);
  UdpSocket client(net.a, at_a);
  client.send_to(ip("255.255.255.255"), 7, bytes(net.kernel, {1}), net.kernel.now());
  client.send_to(ip("10.0.0.255"), 7, bytes(net.kernel, {2}), net.kernel.now());
  net.kernel.run();
  ASSERT_EQ(at_b.arrivals.size(), 2U);
  EXPECT_EQ(at_b.arrivals[0].destination, ip("255.255.255.255"));
  EXPECT_EQ(at_b.arrivals[1].destination, ip("10.0.0.255"));
  EXPECT_EQ(at_b.arrivals[0].when, at(1ms));  // no ARP for a broadcast
}

TEST(UdpSocket, LearnsThatNobodyListensAtTheOtherEnd) {
  TwoHosts net;
  UdpRecorder at_a;
  UdpSocket client(net.a, at_a);
  client.send_to(ip("10.0.0.2"), 9999, bytes(net.kernel, {1}), net.kernel.now());
  net.kernel.run();
  ASSERT_EQ(at_a.errors.size(), 1U);
  EXPECT_EQ(at_a.errors[0].problem, IcmpProblem::unreachable(wire::UnreachableCode::kPort));
  EXPECT_EQ(at_a.errors[0].reporter, ip("10.0.0.2"));
  EXPECT_EQ(at_a.errors[0].destination, ip("10.0.0.2"));
  EXPECT_EQ(at_a.errors[0].destination_port, 9999);
  EXPECT_EQ(net.b.ledger().drops(Drop::kNoListener), 1U);
  EXPECT_TRUE(net.balances());
}

TEST(UdpSocket, LearnsThatArpHadNoAnswer) {
  LoneHost lone;
  UdpRecorder receiver;
  UdpSocket socket(lone.host, receiver);
  socket.send_to(ip("10.0.0.77"), 9, bytes(lone.kernel, {1}), lone.kernel.now());
  lone.kernel.run();
  EXPECT_EQ(lone.sent.frames.size(), kDefaultVHostConfig.neighbor.max_requests);
  ASSERT_EQ(receiver.errors.size(), 1U);
  EXPECT_EQ(receiver.errors[0].problem, IcmpProblem::unreachable(wire::UnreachableCode::kHost));
  EXPECT_EQ(receiver.errors[0].reporter, ip("10.0.0.1"));
  EXPECT_EQ(lone.host.ledger().drops(Drop::kNeighborUnresolved), 1U);
  EXPECT_TRUE(lone.host.ledger().balances(lone.host.queued()));
}

TEST(UdpSocket, CountsADatagramWithoutARoute) {
  LoneHost lone;
  UdpRecorder receiver;
  UdpSocket socket(lone.host, receiver);
  for (const auto* destination : {"192.0.2.1", "0.0.0.0", "240.0.0.1"}) {
    socket.send_to(ip(destination), 9, bytes(lone.kernel, {1}), lone.kernel.now());
  }
  EXPECT_EQ(lone.host.ledger().drops(Drop::kNoRoute), 3U);
  EXPECT_TRUE(lone.sent.frames.empty());
}

TEST(UdpSocket, ReachesItsOwnHostWithoutACable) {
  LoneHost lone;
  UdpRecorder server_side;
  UdpRecorder client_side;
  UdpSocket server(lone.host, server_side, 5);
  UdpSocket client(lone.host, client_side);
  client.send_to(ip("10.0.0.1"), 5, bytes(lone.kernel, {1}, 60000), lone.kernel.now());
  client.send_to(ip("127.0.0.1"), 5, bytes(lone.kernel, {2}), lone.kernel.now());
  EXPECT_TRUE(server_side.arrivals.empty());  // never inside the caller's send
  lone.kernel.run();
  ASSERT_EQ(server_side.arrivals.size(), 2U);
  EXPECT_EQ(server_side.arrivals[0].size, 60001U);
  EXPECT_EQ(server_side.arrivals[1].source, ip("127.0.0.1"));
  EXPECT_TRUE(lone.sent.frames.empty());
  EXPECT_TRUE(lone.host.ledger().balances(lone.host.queued()));
}

// A receiver that ends its own socket in the call.
class Suicidal final : public UdpReceiver {
 public:
  void on_datagram(UdpDatagram& d, TimePoint /*now*/) override {
    socket.reset();
    payload = d.take();
  }
  std::unique_ptr<UdpSocket> socket;
  Frame payload;
};

TEST(UdpSocket, MayBeDestroyedByWhatItReceives) {
  LoneHost lone;
  Suicidal receiver;
  receiver.socket = std::make_unique<UdpSocket>(lone.host, receiver, 5);
  lone.receive(Datagram{}.frame(lone.kernel, udp_segment(6, 5, {1, 2, 3})));
  ASSERT_TRUE(receiver.payload);
  EXPECT_EQ(receiver.payload.size(), Bytes{3});
  EXPECT_EQ(receiver.payload.bytes()[0], 1);
}

TEST(UdpDatagram, HidesEthernetPadding) {
  LoneHost lone;
  Suicidal receiver;
  receiver.socket = std::make_unique<UdpSocket>(lone.host, receiver, 5);
  Frame frame = Datagram{}.frame(lone.kernel, udp_segment(6, 5, {1, 2, 3}));
  std::ranges::fill(frame.push_back(15), std::uint8_t{0xaa});  // to 60 bytes
  lone.receive(std::move(frame));
  ASSERT_TRUE(receiver.payload);
  EXPECT_EQ(receiver.payload.size(), Bytes{3});
}

struct BadSegment {
  const char* what;
  std::vector<std::uint8_t> segment;
  Drop reason;
};

class UdpInput : public testing::TestWithParam<BadSegment> {};

TEST_P(UdpInput, IsDroppedForItsReason) {
  LoneHost lone;
  UdpRecorder receiver;
  UdpSocket socket(lone.host, receiver, 5);
  lone.receive(Datagram{}.frame(lone.kernel, GetParam().segment));
  EXPECT_TRUE(receiver.arrivals.empty());
  EXPECT_EQ(lone.host.ledger().drops(GetParam().reason), 1U);
  EXPECT_TRUE(lone.host.ledger().balances(0));
}

std::vector<std::uint8_t> damaged(std::size_t where) {
  std::vector<std::uint8_t> segment = udp_segment(6, 5, {1, 2, 3, 4});
  segment[where] ^= 0x40;
  return segment;
}

INSTANTIATE_TEST_SUITE_P(
    Bad, UdpInput,
    testing::Values(BadSegment{"Short", {0, 6, 0, 5, 0, 8, 0}, Drop::kBadHeader},
                    BadSegment{"LengthBelowEight", {0, 6, 0, 5, 0, 7, 0, 0}, Drop::kBadHeader},
                    BadSegment{"LengthBeyond", {0, 6, 0, 5, 0, 99, 0, 0}, Drop::kBadHeader},
                    BadSegment{"Payload", damaged(9), Drop::kBadChecksum},
                    BadSegment{"Port", damaged(1), Drop::kBadChecksum}),
    [](const auto& test) { return test.param.what; });

}  // namespace
}  // namespace violin
