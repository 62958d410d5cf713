// The router as a station: RFC 1812 section 4.3, RFC 1122 section 3.2.2, RFC 1191.

#include "tests/models/vrouter/router_fixture.h"

namespace violin::router_test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class RouterIcmp : public RouterTest {
 protected:
  RouterIcmp() { know_stations(); }

  // The one ICMP error that was sent, out of the ingress interface, about `cause`.
  void expect_error(IcmpType type, std::uint8_t code, const Datagram& cause) {
    ASSERT_EQ(sent(), 1U);
    ASSERT_EQ(out_[0].size(), 1U);
    EXPECT_EQ(out_[0].ethernet().destination, station_mac(0));
    const Ipv4Header ip = out_[0].ip();
    EXPECT_EQ(ip.source, own(0));
    EXPECT_EQ(ip.destination, cause.source);
    EXPECT_EQ(ip.protocol, IpProtocol::kIcmp);
    EXPECT_EQ(ip.tos, 0xc0);  // RFC 1812 section 4.3.2.5: precedence 6
    EXPECT_EQ(out_[0].icmp().type, type);
    EXPECT_EQ(out_[0].icmp().code, code);
    const Frame original = cause.bare(kernel_.frames());
    const auto quote = out_[0].quote();
    ASSERT_GE(quote.size(), cause.header().size() + 8);
    EXPECT_TRUE(std::ranges::equal(quote, original.bytes().first(quote.size())));
  }
};

TEST_F(RouterIcmp, AnswersAnEchoRequestToAnyOfItsAddresses) {
  for (const Ipv4Address address : {own(0), own(1), own(2)}) {
    out_[0].clear();
    receive(Datagram{.destination = address,
                     .ttl = 1,
                     .protocol = IpProtocol::kIcmp,
                     .tos = 0x28,
                     .payload = icmp_message(IcmpType::kEchoRequest, 0, 0x1234'0007, 56)});
    ASSERT_EQ(out_[0].size(), 1U);
    const Ipv4Header ip = out_[0].ip();
    EXPECT_EQ(ip.source, address);
    EXPECT_EQ(ip.destination, station(0));
    EXPECT_EQ(ip.ttl, 64);
    EXPECT_EQ(ip.tos, 0x28);  // RFC 1812 section 4.3.2.5: that of the request
    const auto expected = icmp_message(IcmpType::kEchoReply, 0, 0x1234'0007, 56);
    EXPECT_TRUE(std::ranges::equal(out_[0].payload(), expected));
  }
  EXPECT_EQ(router_.ledger().consumed, 3U);
  EXPECT_EQ(router_.ledger().originated, 3U);
}

TEST_F(RouterIcmp, EchoesElidedPayload) {
  receive(Datagram{.destination = own(0),
                   .protocol = IpProtocol::kIcmp,
                   .elided = 1000,
                   .payload = icmp_message(IcmpType::kEchoRequest, 0, 1, 0)});
  EXPECT_EQ(out_[0].ip().total_length, 1028U);
  EXPECT_EQ(out_[0].frames[0].elided(), 1000U);
}

TEST_F(RouterIcmp, DropsAnEchoRequestWithAWrongChecksum) {
  auto message = icmp_message(IcmpType::kEchoRequest, 0, 1, 8);
  message.back() ^= 1;
  receive(Datagram{.destination = own(0), .protocol = IpProtocol::kIcmp, .payload = message});
  EXPECT_EQ(drops(Drop::kBadChecksum), 1U);
  EXPECT_EQ(sent(), 0U);
}

// RFC 1122 section 3.2.2.6 allows to ignore them; smurf attacks are the reason to.
TEST_F(RouterIcmp, DoesNotAnswerABroadcastEchoRequest) {
  receive(0, Datagram{.destination = Ipv4Address(10, 0, 0, 255),
                      .protocol = IpProtocol::kIcmp,
                      .payload = icmp_message(IcmpType::kEchoRequest, 0, 1, 8)}
                 .frame(kernel_.frames(), MacAddress::broadcast()));
  EXPECT_EQ(sent(), 0U);
  EXPECT_EQ(drops(Drop::kUnsupported), 1U);
}

TEST_F(RouterIcmp, ConsumesEchoRepliesAndErrorsToItself) {
  for (const IcmpType type :
       {IcmpType::kEchoReply, IcmpType::kDestinationUnreachable, IcmpType::kTimeExceeded}) {
    receive(Datagram{.destination = own(0),
                     .protocol = IpProtocol::kIcmp,
                     .payload = icmp_message(type, 0, 0, 28)});
  }
  EXPECT_EQ(router_.ledger().consumed, 3U);
  EXPECT_EQ(sent(), 0U);
}

TEST_F(RouterIcmp, DiscardsUnknownTypesInSilence) {
  receive(Datagram{.destination = own(0),
                   .protocol = IpProtocol::kIcmp,
                   .payload = icmp_message(static_cast<IcmpType>(42), 0, 0, 8)});
  EXPECT_EQ(drops(Drop::kUnsupported), 1U);
  EXPECT_EQ(sent(), 0U);
}

TEST_F(RouterIcmp, AnswersATtlOfOneOrZeroWithTimeExceeded) {
  for (std::uint8_t ttl = 0; ttl <= 1; ++ttl) {
    out_[0].clear();
    const Datagram cause{.ttl = ttl};
    receive(cause);
    expect_error(IcmpType::kTimeExceeded, 0, cause);
  }
  EXPECT_EQ(drops(Drop::kTtlExpired), 2U);
}

TEST_F(RouterIcmp, AnswersWhatHasNoRouteWithNetworkUnreachable) {
  const Datagram cause{.destination = Ipv4Address(99, 1, 2, 3)};
  receive(cause);
  expect_error(IcmpType::kDestinationUnreachable, 0, cause);
  EXPECT_EQ(drops(Drop::kNoRoute), 1U);
}

TEST_F(RouterIcmp, AnswersUdpToItselfWithPortUnreachable) {
  const Datagram cause{.destination = own(2)};
  receive(cause);
  expect_error(IcmpType::kDestinationUnreachable, 3, cause);
  EXPECT_EQ(drops(Drop::kNoListener), 1U);
}

TEST_F(RouterIcmp, AnswersOtherProtocolsToItselfWithProtocolUnreachable) {
  const Datagram cause{.destination = own(0), .protocol = static_cast<IpProtocol>(89)};
  receive(cause);
  expect_error(IcmpType::kDestinationUnreachable, 2, cause);
  EXPECT_EQ(drops(Drop::kUnsupported), 1U);
}

TEST_F(RouterIcmp, TellsTheNextHopMtuWhereDontFragmentIsSet) {
  set_mtu(1, 600);
  const Datagram cause{.size = 8, .elided = 1000, .dont_fragment = true};
  receive(cause);
  ASSERT_EQ(out_[0].size(), 1U);
  EXPECT_EQ(out_[0].icmp().type, IcmpType::kDestinationUnreachable);
  EXPECT_EQ(out_[0].icmp().code, 4);
  EXPECT_EQ(out_[0].icmp().next_hop_mtu(), 600);
  EXPECT_EQ(drops(Drop::kFragmentationNeeded), 1U);
  EXPECT_EQ(out_[1].size(), 0U);
}

TEST_F(RouterIcmp, ForwardsWhatJustFitsTheMtu) {
  set_mtu(1, 600);
  receive(Datagram{.size = 580, .dont_fragment = true});
  EXPECT_EQ(out_[1].size(), 1U);
}

TEST_F(RouterIcmp, PointsAtAMalformedOption) {
  const Datagram cause{.options = {1, 1, 7, 40}};
  receive(cause);
  expect_error(IcmpType::kParameterProblem, 0, cause);
  EXPECT_EQ(out_[0].icmp().rest >> 24, 22U);  // the third byte behind the header's 20
  EXPECT_EQ(drops(Drop::kBadHeader), 1U);
}

// RFC 1812 section 4.3.2.3: at most 576 bytes with all headers.
TEST_F(RouterIcmp, QuotesAsMuchAsFitsAnErrorOf576Bytes) {
  const Datagram small{.ttl = 1, .size = 100};
  receive(small);
  EXPECT_EQ(out_[0].ip(0).total_length, 20 + 8 + 120);
  const Datagram large{.ttl = 1, .size = 1200};
  receive(large);
  EXPECT_EQ(out_[0].ip(1).total_length, 576);
  const Datagram elided{.ttl = 1, .size = 16, .elided = 1200};
  receive(elided);
  EXPECT_EQ(out_[0].ip(2).total_length, 576);
  EXPECT_EQ(out_[0].frames[2].elided(), 576U - 20 - 8 - 36);
}

TEST_F(RouterIcmp, NumbersTheDatagramsThatItOriginates) {
  receive(Datagram{.ttl = 1});
  receive(Datagram{.ttl = 1});
  EXPECT_NE(out_[0].ip(0).identification, out_[0].ip(1).identification);
}

struct NoError {
  const char* name;
  Datagram cause;
};
void PrintTo(const NoError& tested, std::ostream* out) { *out << tested.name; }

class NoErrorIsSent : public RouterIcmp, public testing::WithParamInterface<NoError> {};

TEST_P(NoErrorIsSent, AboutIt) {
  receive(GetParam().cause);
  EXPECT_EQ(router_.ledger().total_drops(), 1U);
  EXPECT_EQ(sent(), 0U);
}

// RFC 1812 section 4.3.2.7.
INSTANTIATE_TEST_SUITE_P(
    Rfc1812, NoErrorIsSent,
    testing::Values(
        NoError{"AnIcmpError",
                {.ttl = 1,
                 .protocol = IpProtocol::kIcmp,
                 .payload = icmp_message(IcmpType::kTimeExceeded, 0, 0, 28)}},
        NoError{"ALaterFragment", {.ttl = 1, .fragment_offset = 8}},
        NoError{"AMulticast", {.destination = Ipv4Address(224, 0, 1, 1), .ttl = 1}},
        NoError{"ADirectedBroadcast", {.destination = Ipv4Address(10, 0, 1, 255), .ttl = 1}},
        NoError{"SourceBroadcastOfASubnet", {.source = Ipv4Address(10, 0, 0, 255), .ttl = 1}},
        NoError{"SourceZero", {.source = Ipv4Address(), .destination = Ipv4Address(10, 0, 0, 1)}},
        NoError{"SourceClassE", {.source = Ipv4Address(245, 0, 0, 1), .ttl = 1}}),
    [](const auto& tested) { return std::string(tested.param.name); });

TEST_F(RouterIcmp, SendsAnErrorAboutAnEchoRequest) {
  const Datagram cause{.ttl = 1,
                       .protocol = IpProtocol::kIcmp,
                       .payload = icmp_message(IcmpType::kEchoRequest, 0, 0, 28)};
  receive(cause);
  expect_error(IcmpType::kTimeExceeded, 0, cause);
}

TEST_F(RouterIcmp, SendsNoErrorAboutWhatCameByLinkLayerBroadcast) {
  receive(0, Datagram{.destination = own(0)}.frame(kernel_.frames(), MacAddress::broadcast()));
  EXPECT_EQ(sent(), 0U);
}

class RateLimitedIcmp : public RouterTest {
 protected:
  RateLimitedIcmp() : RouterTest(config()) { know_stations(); }
  static const VRouterConfig& config() {
    static constexpr VRouterConfig kConfig{
        .icmp_errors = FrameRate{10}, .icmp_error_burst = 5, .announce_on_plug = false};
    return kConfig;
  }
};

// RFC 1812 section 4.3.2.8.
TEST_F(RateLimitedIcmp, SendsAtMostTheConfiguredRateOfErrors) {
  for (int ms = 0; ms < 10'000; ++ms) {
    kernel_.run_until(kRunStart + milliseconds(ms));
    receive(Datagram{.ttl = 1});
  }
  EXPECT_EQ(out_[0].size(), 5U + 99U);
  EXPECT_EQ(drops(Drop::kTtlExpired), 10'000U);
}

TEST_F(RateLimitedIcmp, DoesNotLimitEchoReplies) {
  for (int i = 0; i < 100; ++i) {
    receive(Datagram{.destination = own(0),
                     .protocol = IpProtocol::kIcmp,
                     .payload = icmp_message(IcmpType::kEchoRequest, 0, 1, 8)});
  }
  EXPECT_EQ(out_[0].size(), 100U);
}

// --- what is attached to the router

class Daemon final : public LocalDelivery {
 public:
  void deliver(ReceivedDatagram& datagram, TimePoint /*now*/) override {
    seen.push_back(datagram.header);
    groups.push_back(datagram.group);
    if (takes) {
      datagram.packet.frame.reset();
    }
  }
  bool takes = true;
  std::vector<Ipv4Header> seen;
  std::vector<bool> groups;
};

TEST_F(RouterIcmp, HandsAnAttachedProtocolOver) {
  Daemon daemon;
  router_.attach(IpProtocol::kUdp, &daemon);
  const Datagram datagram{.destination = own(1)};
  receive(datagram);
  ASSERT_EQ(daemon.seen.size(), 1U);
  EXPECT_EQ(daemon.seen[0], datagram.header());
  EXPECT_EQ(router_.ledger().consumed, 1U);
  router_.attach(IpProtocol::kUdp, nullptr);
  receive(datagram);
  EXPECT_EQ(daemon.seen.size(), 1U);
}

TEST_F(RouterIcmp, AnswersForAListenerThatLeavesADatagram) {
  Daemon daemon;
  daemon.takes = false;
  router_.attach(IpProtocol::kUdp, &daemon);
  const Datagram cause{.destination = own(0)};
  receive(cause);
  expect_error(IcmpType::kDestinationUnreachable, 3, cause);
}

TEST_F(RouterIcmp, HandsMulticastOfAnAttachedProtocolOver) {
  Daemon daemon;
  const auto ospf = static_cast<IpProtocol>(89);
  router_.attach(ospf, &daemon);
  receive(0, Datagram{.destination = Ipv4Address(224, 0, 0, 5), .ttl = 1, .protocol = ospf}.frame(
                 kernel_.frames(), MacAddress(0x0100'5e00'0005)));
  ASSERT_EQ(daemon.seen.size(), 1U);
  EXPECT_TRUE(daemon.groups[0]);
}

TEST_F(RouterIcmp, HandsIcmpOtherThanEchoRequestsToItsListener) {
  Daemon daemon;
  router_.attach(IpProtocol::kIcmp, &daemon);
  receive(Datagram{.destination = own(0),
                   .protocol = IpProtocol::kIcmp,
                   .payload = icmp_message(IcmpType::kEchoReply, 0, 5, 8)});
  EXPECT_EQ(daemon.seen.size(), 1U);
  receive(Datagram{.destination = own(0),
                   .protocol = IpProtocol::kIcmp,
                   .payload = icmp_message(IcmpType::kEchoRequest, 0, 5, 8)});
  EXPECT_EQ(daemon.seen.size(), 1U);
  EXPECT_EQ(out_[0].size(), 1U);
}

TEST_F(RouterIcmp, OriginatesDatagramsByItsRoutes) {
  router_.originate(Datagram{.source = own(1), .destination = station(1)}.bare(kernel_.frames()),
                    kernel_.now());
  EXPECT_EQ(out_[1].ip().ttl, 64);
  EXPECT_EQ(out_[1].ethernet().destination, station_mac(1));
  router_.originate(
      Datagram{.source = own(1), .destination = Ipv4Address(99, 0, 0, 1)}.bare(kernel_.frames()),
      kernel_.now());
  EXPECT_EQ(drops(Drop::kNoRoute), 1U);
  EXPECT_EQ(router_.ledger().originated, 2U);
}

TEST_F(RouterIcmp, DeliversToItselfWhatItOriginatesForItself) {
  Daemon daemon;
  router_.attach(IpProtocol::kUdp, &daemon);
  router_.originate(Datagram{.source = own(1), .destination = own(2)}.bare(kernel_.frames()),
                    kernel_.now());
  EXPECT_EQ(daemon.seen.size(), 1U);
}

}  // namespace
}  // namespace violin::router_test
