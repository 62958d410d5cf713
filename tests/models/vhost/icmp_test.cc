// IPv4 input and ICMP at a host: RFC 792, RFC 1122 sections 3.2 and 3.3, RFC 1191.
#include <gtest/gtest.h>

#include "models/vhost/echo_socket.h"
#include "tests/models/vhost/testbed.h"

namespace violin {
namespace {

using namespace testbed;

constexpr std::uint16_t kFragmentationNeeded = 4;

struct WarmHost : LoneHost {
  explicit WarmHost(const VHostConfig& config = kDefaultVHostConfig) : LoneHost(config) {
    std::ignore = host.neighbors(port).add_static(ip("10.0.0.2"), MacAddress::local(2));
  }
  std::uint64_t drops(Drop reason) const { return host.ledger().drops(reason); }
};

std::vector<std::uint8_t> icmp(wire::IcmpHeader header, std::vector<std::uint8_t> body = {}) {
  body.insert(body.begin(), 8, 0);
  header.serialize(body);
  return body;
}

std::vector<std::uint8_t> echo_request(std::vector<std::uint8_t> data = {}) {
  wire::IcmpHeader header;
  header.set_echo(0x1234, 5);
  return icmp(header, std::move(data));
}

// The header of a datagram that the lone host sent, and 8 bytes of its payload.
std::vector<std::uint8_t> quote(wire::IpProtocol protocol, std::vector<std::uint8_t> payload,
                                Ipv4Address source = Ipv4Address{10, 0, 0, 1},
                                std::uint16_t total_length = 1500) {
  wire::Ipv4Header header;
  header.total_length = total_length;
  header.protocol = protocol;
  header.source = source;
  header.destination = ip("192.0.2.1");
  payload.insert(payload.begin(), 20, 0);
  header.serialize(payload);
  return payload;
}

TEST(VHostIcmp, EchoesTheDataToWhereItCameFrom) {
  WarmHost warm;
  warm.receive(Datagram{.protocol = wire::IpProtocol::kIcmp, .ttl = 3}.frame(
      warm.kernel, echo_request({1, 2, 3}), 100));
  ASSERT_EQ(warm.sent.frames.size(), 1U);
  const wire::Ipv4Header header = warm.sent.ipv4(0);
  EXPECT_EQ(header.source, ip("10.0.0.1"));
  EXPECT_EQ(header.destination, ip("10.0.0.2"));
  EXPECT_EQ(header.ttl, 64);
  EXPECT_EQ(header.total_length, 20 + 8 + 103);
  const auto reply = wire::IcmpHeader::parse(warm.sent.payload(0));  // checks the checksum
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->type, wire::IcmpType::kEchoReply);
  EXPECT_EQ(reply->code, 0);
  EXPECT_EQ(reply->identifier(), 0x1234);
  EXPECT_EQ(reply->sequence(), 5);
  EXPECT_EQ(warm.sent.payload(0)[10], 3);
  EXPECT_TRUE(warm.host.ledger().balances(0));
}

TEST(VHostIcmp, TellsThatAPortIsUnreachableQuotingTheDatagram) {
  WarmHost warm;
  const auto segment = udp_segment(4000, 5000, std::vector<std::uint8_t>(100, 0xab));
  warm.receive(Datagram{}.frame(warm.kernel, segment));
  ASSERT_EQ(warm.sent.frames.size(), 1U);
  const auto message = warm.sent.payload(0);
  const auto error = wire::IcmpHeader::parse(message);
  ASSERT_TRUE(error);
  EXPECT_EQ(error->type, wire::IcmpType::kDestinationUnreachable);
  EXPECT_EQ(error->code, 3);
  const auto quoted = wire::Ipv4Header::parse(message.subspan(8), 65535);
  ASSERT_TRUE(quoted);
  EXPECT_EQ(quoted->source, ip("10.0.0.2"));
  EXPECT_EQ(quoted->destination, ip("10.0.0.1"));
  EXPECT_TRUE(std::ranges::equal(message.subspan(28), segment));
  EXPECT_EQ(warm.drops(Drop::kNoListener), 1U);
  EXPECT_TRUE(warm.host.ledger().balances(0));
}

TEST(VHostIcmp, KeepsAnErrorWithin576Bytes) {
  WarmHost warm;
  warm.receive(Datagram{}.frame(warm.kernel, udp_segment(1, 2, std::vector<std::uint8_t>(1400))));
  ASSERT_EQ(warm.sent.frames.size(), 1U);
  EXPECT_EQ(warm.sent.ipv4(0).total_length, 576);
}

TEST(VHostIcmp, TellsThatAProtocolIsUnreachable) {
  WarmHost warm;
  warm.receive(Datagram{.protocol = wire::IpProtocol::kTcp}.frame(warm.kernel,
                                                                  std::vector<std::uint8_t>(20)));
  ASSERT_EQ(warm.sent.frames.size(), 1U);
  EXPECT_EQ(wire::IcmpHeader::parse(warm.sent.payload(0))->code, 2);
  EXPECT_EQ(warm.drops(Drop::kUnsupported), 1U);
}

struct Silence {
  const char* what;
  Datagram datagram;
  std::vector<std::uint8_t> payload;
};

class NoErrorIsSent : public testing::TestWithParam<Silence> {};

// RFC 1122 section 3.2.2.
TEST_P(NoErrorIsSent, About) {
  WarmHost warm;
  warm.receive(GetParam().datagram.frame(warm.kernel, GetParam().payload));
  warm.kernel.run();
  EXPECT_TRUE(warm.sent.frames.empty());
  EXPECT_EQ(warm.host.ledger().total_drops(), 1U);
}

const Ipv4Address kDirected{10, 0, 0, 255};
const std::vector<std::uint8_t> kToNobody = udp_segment(1, 2, {});

INSTANTIATE_TEST_SUITE_P(
    Rfc1122, NoErrorIsSent,
    testing::Values(
        Silence{"ALimitedBroadcast",
                {.destination = Ipv4Address(0xffffffff), .to = MacAddress::broadcast()},
                udp_segment(1, 2, {}, ip("10.0.0.2"), Ipv4Address(0xffffffff))},
        Silence{"ADirectedBroadcast",
                {.destination = kDirected, .to = MacAddress::broadcast()},
                udp_segment(1, 2, {}, ip("10.0.0.2"), kDirected)},
        Silence{"ABroadcastEchoRequest",
                {.protocol = wire::IpProtocol::kIcmp,
                 .destination = kDirected,
                 .to = MacAddress::broadcast()},
                echo_request()},
        Silence{"AnUnspecifiedSource",
                {.source = Ipv4Address{}},
                udp_segment(1, 2, {}, Ipv4Address{}, ip("10.0.0.1"))},
        Silence{"ABroadcastSource", {.source = kDirected}, kToNobody},
        Silence{"AMulticastSource", {.source = ip("224.0.0.9")}, kToNobody},
        Silence{"ALoopbackSource", {.source = ip("127.0.0.1")}, kToNobody},
        Silence{"AUnicastThatWasBroadcastOnTheLink", {.to = MacAddress::broadcast()}, kToNobody},
        Silence{"AnIcmpErrorForNobody",
                {.protocol = wire::IpProtocol::kIcmp},
                icmp({wire::IcmpType::kDestinationUnreachable, 1, 0},
                     quote(wire::IpProtocol::kUdp, std::vector<std::uint8_t>(8), ip("10.7.7.7")))},
        Silence{"AnUnknownIcmpType",
                {.protocol = wire::IpProtocol::kIcmp},
                icmp({static_cast<wire::IcmpType>(13), 0, 0})},
        Silence{"AnEchoReplyForNobody",
                {.protocol = wire::IpProtocol::kIcmp},
                icmp({wire::IcmpType::kEchoReply, 0, 0})}),
    [](const auto& test) { return test.param.what; });

struct Refused {
  const char* what;
  Datagram datagram;
  Drop reason;
};

class Ipv4Input : public testing::TestWithParam<Refused> {};

TEST_P(Ipv4Input, Drops) {
  WarmHost warm;
  warm.receive(GetParam().datagram.frame(warm.kernel, kToNobody));
  EXPECT_EQ(warm.drops(GetParam().reason), 1U);
  EXPECT_TRUE(warm.host.ledger().balances(0));
}

INSTANTIATE_TEST_SUITE_P(
    Rfc1122, Ipv4Input,
    testing::Values(
        Refused{"AnotherHostsAddress", {.destination = ip("10.0.0.3")}, Drop::kNotForUs},
        Refused{"AnotherStationsMac", {.to = MacAddress::local(9)}, Drop::kNotForUs},
        Refused{"AnotherSubnetsBroadcast",
                {.destination = ip("10.0.1.255"), .to = MacAddress::broadcast()},
                Drop::kNotForUs},
        Refused{"AMulticast", {.destination = ip("224.0.0.1")}, Drop::kNotForUs},
        Refused{"LoopbackFromTheWire", {.destination = ip("127.0.0.1")}, Drop::kNotForUs}),
    [](const auto& test) { return test.param.what; });

TEST(VHost, DropsEthernetThatItDoesNotSpeak) {
  WarmHost warm;
  const auto receive = [&](wire::EthernetHeader header) {
    Frame frame = warm.kernel.frames().make(60);
    std::ranges::fill(frame.writable(), std::uint8_t{0});
    header.serialize(frame.writable());
    warm.receive(std::move(frame));
  };
  const MacAddress us = MacAddress::local(1);
  const MacAddress them = MacAddress::local(2);
  receive({us, them, wire::EtherType::kIpv6, {}});
  EXPECT_EQ(warm.drops(Drop::kUnsupported), 1U);
  receive({us, them, wire::EtherType::kIpv4, wire::VlanTag{0, false, 7}});
  EXPECT_EQ(warm.drops(Drop::kVlan), 1U);
  receive({us, MacAddress::broadcast(), wire::EtherType::kIpv4, {}});
  EXPECT_EQ(warm.drops(Drop::kBadFrame), 1U);
  warm.receive(bytes(warm.kernel, {1, 2, 3}));
  EXPECT_EQ(warm.drops(Drop::kBadFrame), 2U);
}

TEST(VHost, AnswersAtATtlOfOneOrZero) {  // RFC 1122 section 3.2.1.7
  WarmHost warm;
  for (const std::uint8_t ttl : {std::uint8_t{0}, std::uint8_t{1}}) {
    warm.receive(Datagram{.protocol = wire::IpProtocol::kIcmp, .ttl = ttl}.frame(warm.kernel,
                                                                                 echo_request()));
  }
  EXPECT_EQ(warm.sent.frames.size(), 2U);
}

TEST(VHost, IsReachedAtEachAddressThroughAnyVNic) {  // the weak end system model
  WarmHost warm;
  warm.host.add_vnic(nic("eth1", 5, "10.5.0.1/24"));
  warm.receive(Datagram{.protocol = wire::IpProtocol::kIcmp, .destination = ip("10.5.0.1")}.frame(
      warm.kernel, echo_request()));
  ASSERT_EQ(warm.sent.frames.size(), 1U);
  EXPECT_EQ(warm.sent.ipv4(0).source, ip("10.5.0.1"));
}

TEST(VHost, TakesAPriorityTaggedFrame) {
  WarmHost warm;
  Frame frame =
      Datagram{.protocol = wire::IpProtocol::kIcmp}.frame(warm.kernel, echo_request({9, 9}));
  frame.pop_front(14);
  const wire::EthernetHeader tagged{MacAddress::local(1), MacAddress::local(2),
                                    wire::EtherType::kIpv4, wire::VlanTag{5, false, 0}};
  tagged.serialize(frame.push_front(18));
  warm.receive(std::move(frame));
  EXPECT_EQ(warm.sent.frames.size(), 1U);
}

TEST(UdpSocket, HearsErrorsAboutItsDatagramsOnly) {
  WarmHost warm;
  UdpRecorder ours;
  UdpRecorder others;
  UdpSocket socket(warm.host, ours, 4000);
  UdpSocket other(warm.host, others, 4001);
  warm.receive(Datagram{.protocol = wire::IpProtocol::kIcmp, .source = ip("198.51.100.1")}.frame(
      warm.kernel, icmp({wire::IcmpType::kTimeExceeded, 0, 0},
                        quote(wire::IpProtocol::kUdp, {0x0f, 0xa0, 0x82, 0x9a, 0, 9, 0, 0}))));
  ASSERT_EQ(ours.errors.size(), 1U);
  EXPECT_EQ(ours.errors[0].problem, IcmpProblem::time_exceeded(wire::TimeExceededCode::kTtl));
  EXPECT_EQ(ours.errors[0].reporter, ip("198.51.100.1"));
  EXPECT_EQ(ours.errors[0].destination, ip("192.0.2.1"));
  EXPECT_EQ(ours.errors[0].destination_port, 33434);
  EXPECT_TRUE(others.errors.empty());
  EXPECT_EQ(warm.host.ledger().consumed, 1U);
}

TEST(VHostIcmp, RefusesAnErrorWhoseQuoteIsTooShort) {
  WarmHost warm;
  warm.receive(Datagram{.protocol = wire::IpProtocol::kIcmp}.frame(
      warm.kernel, icmp({wire::IcmpType::kTimeExceeded, 0, 0},
                        quote(wire::IpProtocol::kUdp, {1, 2, 3, 4, 5, 6, 7}))));
  EXPECT_EQ(warm.drops(Drop::kBadHeader), 1U);
}

// What TCP would be told.
class TransportRecorder final : public TransportProtocol {
 public:
  explicit TransportRecorder(Ledger& ledger) : ledger_(ledger) {}
  void on_segment(const wire::Ipv4Header& header, Frame segment, TimePoint /*now*/) override {
    headers.push_back(header);
    sizes.push_back(segment.size());
    ledger_.consume(std::move(segment));
  }
  void on_icmp_error(wire::IcmpType type, std::uint8_t code, const wire::Ipv4Header& quoted,
                     std::span<const std::uint8_t> quoted_payload, std::uint32_t mtu,
                     TimePoint /*now*/) override {
    problems.push_back({type, code, mtu});
    destinations.push_back(quoted.destination);
    payload.assign(quoted_payload.begin(), quoted_payload.end());
  }
  std::uint64_t queued() const override { return 0; }
  void abandon(Drop reason) override { abandoned = reason; }

  std::vector<wire::Ipv4Header> headers;
  std::vector<Bytes> sizes;
  std::vector<IcmpProblem> problems;
  std::vector<Ipv4Address> destinations;
  std::vector<std::uint8_t> payload;
  std::optional<Drop> abandoned;

 private:
  Ledger& ledger_;
};

TransportRecorder& install_tcp(VHost& host) {
  auto protocol = std::make_unique<TransportRecorder>(host.ledger());
  TransportRecorder& result = *protocol;
  host.install(wire::IpProtocol::kTcp, std::move(protocol));
  return result;
}

TEST(TransportProtocol, GetsSegmentsWithoutHeaderAndPadding) {
  WarmHost warm;
  TransportRecorder& tcp = install_tcp(warm.host);
  Frame frame = Datagram{.protocol = wire::IpProtocol::kTcp}.frame(warm.kernel,
                                                                   std::vector<std::uint8_t>(20));
  frame.push_back(6);  // to 60 bytes
  warm.receive(std::move(frame));
  ASSERT_EQ(tcp.sizes.size(), 1U);
  EXPECT_EQ(tcp.sizes[0], Bytes{20});
  EXPECT_EQ(tcp.headers[0].source, ip("10.0.0.2"));
  EXPECT_TRUE(warm.host.ledger().balances(0));
}

TEST(TransportProtocol, NeverSeesABroadcast) {
  WarmHost warm;
  TransportRecorder& tcp = install_tcp(warm.host);
  warm.receive(Datagram{
      .protocol = wire::IpProtocol::kTcp, .destination = kDirected, .to = MacAddress::broadcast()}
                   .frame(warm.kernel, std::vector<std::uint8_t>(20)));
  EXPECT_TRUE(tcp.sizes.empty());
  EXPECT_TRUE(warm.sent.frames.empty());
}

TEST(TransportProtocol, LearnsAPathMtuThatTheHostHasNoted) {
  WarmHost warm;
  warm.host.set_default_gateway(ip("10.0.0.2"));
  TransportRecorder& tcp = install_tcp(warm.host);
  EXPECT_EQ(warm.host.path_mtu(ip("192.0.2.1"), at(0s)), 1500U);
  const std::vector<std::uint8_t> ports = {1, 2, 3, 4, 5, 6, 7, 8};
  warm.receive(Datagram{.protocol = wire::IpProtocol::kIcmp, .source = ip("198.51.100.1")}.frame(
      warm.kernel, icmp({wire::IcmpType::kDestinationUnreachable, kFragmentationNeeded, 1280},
                        quote(wire::IpProtocol::kTcp, ports))));
  ASSERT_EQ(tcp.problems.size(), 1U);
  EXPECT_EQ(tcp.problems[0].code, kFragmentationNeeded);
  EXPECT_EQ(tcp.problems[0].rest, 1280U);
  EXPECT_EQ(tcp.destinations[0], ip("192.0.2.1"));
  EXPECT_EQ(tcp.payload, ports);
  EXPECT_EQ(warm.host.path_mtu(ip("192.0.2.1"), at(0s)), 1280U);
  EXPECT_EQ(warm.host.path_mtu(ip("192.0.2.1"), at(10min)), 1500U);
  EXPECT_EQ(warm.host.path_mtu(ip("192.0.2.9"), at(0s)), 1500U);
}

TEST(TransportProtocol, IsInstalledOnceAndAbandonedWithItsHost) {
  WarmHost warm;
  TransportRecorder& tcp = install_tcp(warm.host);
  EXPECT_EQ(warm.host.transport(wire::IpProtocol::kTcp), &tcp);
  EXPECT_EQ(warm.host.transport(wire::IpProtocol::kIgmp), nullptr);
  EXPECT_THROW(install_tcp(warm.host), std::logic_error);
  warm.host.abandon(Drop::kHostDown);
  EXPECT_EQ(tcp.abandoned, Drop::kHostDown);
}

TEST(VHost, DropsWhatIsTooLargeAndMayNotBeFragmented) {
  WarmHost warm;
  UdpRecorder receiver;
  UdpSocket socket(warm.host, receiver);
  socket.send_to(ip("10.0.0.2"), 9, bytes(warm.kernel, {}, 1472), warm.kernel.now(),
                 {.dont_fragment = true});
  EXPECT_EQ(warm.sent.frames.size(), 1U);  // 1500 bytes just fit
  EXPECT_TRUE(warm.sent.ipv4(0).dont_fragment);
  socket.send_to(ip("10.0.0.2"), 9, bytes(warm.kernel, {}, 1473), warm.kernel.now(),
                 {.dont_fragment = true});
  EXPECT_EQ(warm.sent.frames.size(), 1U);
  EXPECT_EQ(warm.drops(Drop::kFragmentationNeeded), 1U);
}

}  // namespace
}  // namespace violin
