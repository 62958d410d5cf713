// Forwarding: RFC 1812 section 5.

#include <random>

#include "tests/models/vrouter/router_fixture.h"

namespace violin::router_test {
namespace {

using testing::ElementsAre;

class Forwarding : public RouterTest {
 protected:
  Forwarding() { know_stations(); }
};

TEST_F(Forwarding, SendsOutOfTheInterfaceOfTheLongestPrefixToItsNeighbor) {
  receive(Datagram{});
  ASSERT_EQ(out_[1].size(), 1U);
  EXPECT_EQ(out_[1].ethernet().destination, station_mac(1));
  EXPECT_EQ(out_[1].ethernet().source, own_mac(1));
  EXPECT_EQ(sent(), 1U);
}

TEST_F(Forwarding, ChangesNothingButTtlAndChecksumOfTheDatagram) {
  const Datagram sent{.tos = 0xb9};
  receive(sent);
  Ipv4Header expected = sent.header();
  expected.ttl = 63;
  EXPECT_EQ(out_[1].ip(), expected);  // parsed with its checksum
  EXPECT_TRUE(std::ranges::equal(out_[1].payload(), sent.stored()));
}

// RFC 1624: the case in which RFC 1071's update gave a wrong result is a checksum near 0xffff.
TEST_F(Forwarding, KeepsTheChecksumRightForEveryTtlAndIdentification) {
  for (std::uint32_t id = 0; id < 65536; id += 13) {
    receive(Datagram{.ttl = static_cast<std::uint8_t>(2 + id % 254),
                     .size = 0,
                     .identification = static_cast<std::uint16_t>(id)});
    ASSERT_EQ(out_[1].ip().identification, id);  // throws where the checksum is wrong
    out_[1].clear();
  }
}

TEST_F(Forwarding, UsesTheGatewayOfTheRoute) {
  router_.add_route(prefix("20.0.0.0/8"), station(2));
  receive(Datagram{.destination = Ipv4Address(20, 1, 2, 3)});
  ASSERT_EQ(out_[2].size(), 1U);
  EXPECT_EQ(out_[2].ethernet().destination, station_mac(2));
}

TEST_F(Forwarding, ElidedPayloadStaysElided) {
  receive(Datagram{.size = 8, .elided = 1000});
  EXPECT_EQ(out_[1].frames.at(0).elided(), 1000U);
  EXPECT_EQ(out_[1].ip().total_length, 1028U);
}

TEST_F(Forwarding, DoesNotTouchTheBytesOfOthersThatShareTheFrame) {
  const Frame original = Datagram{}.frame(kernel_.frames(), own_mac(0));
  const std::vector<std::uint8_t> before(original.bytes().begin(), original.bytes().end());
  receive(0, original.share());
  EXPECT_EQ(out_[1].size(), 1U);
  EXPECT_TRUE(std::ranges::equal(original.bytes(), before));
}

TEST_F(Forwarding, CutsTheEthernetPaddingOff) {
  Frame frame = Datagram{.size = 4}.frame(kernel_.frames(), own_mac(0));
  std::ranges::fill(frame.push_back(22), std::uint8_t{0xee});
  receive(0, std::move(frame));
  EXPECT_EQ(out_[1].frames.at(0).size(), Bytes{38});
}

TEST_F(Forwarding, TakesPriorityTaggedFramesAndSendsThemUntagged) {
  Frame frame = Datagram{}.bare(kernel_.frames());
  EthernetHeader{own_mac(0), station_mac(0), wire::EtherType::kIpv4, wire::VlanTag{5, false, 0}}
      .serialize(frame.push_front(EthernetHeader::kTaggedSize));
  receive(0, std::move(frame));
  EXPECT_EQ(out_[1].ethernet().tag, std::nullopt);
  EXPECT_EQ(out_[1].ip().ttl, 63);
}

TEST_F(Forwarding, SendsABurstAsOneBurstPerEgressInOrder) {
  std::vector<Frame> burst;
  for (std::uint16_t i = 0; i < 200; ++i) {
    burst.push_back(Datagram{.destination = station(1 + i % 2), .identification = i}.frame(
        kernel_.frames(), own_mac(0)));
  }
  router_.receive(PortIndex{0}, burst, kernel_.now());
  EXPECT_THAT(out_[1].bursts, ElementsAre(32, 32, 32, 4));
  EXPECT_THAT(out_[2].bursts, ElementsAre(32, 32, 32, 4));
  for (std::size_t i = 0; i < 100; ++i) {
    ASSERT_EQ(out_[1].ip(i).identification, 2 * i);
    ASSERT_EQ(out_[2].ip(i).identification, 2 * i + 1);
  }
}

// Frames that need the long way (options here) do not change places with those that do not.
TEST_F(Forwarding, KeepsTheOrderOfADestinationsFramesWhateverWayTheyTake) {
  std::vector<Frame> burst;
  for (std::uint16_t i = 0; i < 60; ++i) {
    Datagram datagram{.identification = i};
    if (i % 3 == 1) {
      datagram.options = {1, 1, 1, 0};
    }
    burst.push_back(datagram.frame(kernel_.frames(), own_mac(0)));
  }
  router_.receive(PortIndex{0}, burst, kernel_.now());
  ASSERT_EQ(out_[1].size(), 60U);
  for (std::size_t i = 0; i < 60; ++i) {
    ASSERT_EQ(out_[1].ip(i).identification, i);
  }
}

TEST_F(Forwarding, ForwardsOptionsUnchanged) {
  const std::vector<std::uint8_t> options = {0x94, 4, 0, 0, 68, 8, 9, 0, 0, 0, 0, 0};
  receive(Datagram{.options = options});
  const Ipv4Header seen = out_[1].ip();
  EXPECT_TRUE(std::ranges::equal(std::span(seen.options).first(seen.options_size), options));
}

// RFC 1812 section 5.2.4.2, RFC 791: the address of the interface by which it leaves.
TEST_F(Forwarding, RecordsTheRoute) {
  receive(Datagram{.options = {7, 7, 4, 0, 0, 0, 0, 0}});
  const Ipv4Header seen = out_[1].ip();
  EXPECT_THAT(std::span(seen.options).first(8), ElementsAre(7, 7, 8, 10, 0, 1, 1, 0));
}

TEST_F(Forwarding, DropsSourceRoutedDatagrams) {
  receive(Datagram{.options = {131, 7, 4, 10, 0, 2, 2, 0}});
  EXPECT_EQ(drops(Drop::kUnsupported), 1U);
  EXPECT_EQ(sent(), 0U);
}

struct Refused {
  const char* name;
  Drop reason;
  Datagram datagram;
};
void PrintTo(const Refused& refused, std::ostream* out) { *out << refused.name; }

class RefusedSilently : public Forwarding, public testing::WithParamInterface<Refused> {};

TEST_P(RefusedSilently, IsDroppedByItsReasonWithoutAnAnswer) {
  receive(GetParam().datagram);
  EXPECT_EQ(drops(GetParam().reason), 1U);
  EXPECT_EQ(sent(), 0U);
}

// RFC 1812 section 5.3.7 (martians), RFC 2644 (directed broadcasts), section 4.3.2.7.
INSTANTIATE_TEST_SUITE_P(
    Rfc1812, RefusedSilently,
    testing::Values(
        Refused{"SourceLoopback", Drop::kBadHeader, {.source = Ipv4Address(127, 0, 0, 1)}},
        Refused{"SourceThisNetwork", Drop::kBadHeader, {.source = Ipv4Address(0, 0, 0, 5)}},
        Refused{"SourceMulticast", Drop::kBadHeader, {.source = Ipv4Address(224, 0, 0, 5)}},
        Refused{"SourceBroadcast", Drop::kBadHeader, {.source = Ipv4Address(0xffff'ffff)}},
        Refused{"SourceClassE", Drop::kBadHeader, {.source = Ipv4Address(240, 0, 0, 5)}},
        Refused{"ToLoopback", Drop::kBadHeader, {.destination = Ipv4Address(127, 0, 0, 1)}},
        Refused{"ToThisNetwork", Drop::kBadHeader, {.destination = Ipv4Address(0, 0, 0, 5)}},
        Refused{"ToClassE", Drop::kBadHeader, {.destination = Ipv4Address(250, 0, 0, 5)}},
        Refused{"ToMulticast", Drop::kUnsupported, {.destination = Ipv4Address(239, 1, 1, 1)}},
        Refused{
            "ToDirectedBroadcast", Drop::kUnsupported, {.destination = Ipv4Address(10, 0, 1, 255)}},
        Refused{"ToLimitedBroadcast", Drop::kNoListener, {.destination = Ipv4Address(0xffff'ffff)}},
        Refused{"ToBroadcastOfTheIngressSubnet",
                Drop::kNoListener,
                {.destination = Ipv4Address(10, 0, 0, 255)}}),
    [](const auto& tested) { return std::string(tested.param.name); });

TEST_F(Forwarding, DropsFramesForOtherStations) {
  receive(0, Datagram{}.frame(kernel_.frames(), MacAddress::local(999)));
  EXPECT_EQ(drops(Drop::kNotForUs), 1U);
}

// RFC 1812 section 5.3.4.
TEST_F(Forwarding, NeverForwardsWhatCameByLinkLayerBroadcast) {
  receive(0, Datagram{}.frame(kernel_.frames(), MacAddress::broadcast()));
  EXPECT_EQ(drops(Drop::kNotForUs), 1U);
  EXPECT_EQ(sent(), 0U);
}

TEST_F(Forwarding, CountsMalformedFramesByReason) {
  Frame short_frame = kernel_.frames().make(10);
  std::ranges::fill(short_frame.writable(), std::uint8_t{0});
  receive(0, std::move(short_frame));
  EXPECT_EQ(drops(Drop::kBadFrame), 1U);

  Frame bad_checksum = Datagram{}.frame(kernel_.frames(), own_mac(0));
  bad_checksum.writable()[kLink + 10] ^= 1;
  receive(0, std::move(bad_checksum));
  EXPECT_EQ(drops(Drop::kBadChecksum), 1U);

  Frame version_6 = Datagram{}.frame(kernel_.frames(), own_mac(0));
  version_6.writable()[kLink] = 0x65;
  receive(0, std::move(version_6));
  EXPECT_EQ(drops(Drop::kBadHeader), 1U);

  Frame ipv6 = Datagram{}.bare(kernel_.frames());
  EthernetHeader{own_mac(0), station_mac(0), wire::EtherType::kIpv6, {}}.serialize(
      ipv6.push_front(kLink));
  receive(0, std::move(ipv6));
  EXPECT_EQ(drops(Drop::kUnsupported), 1U);

  Frame tagged = Datagram{}.bare(kernel_.frames());
  EthernetHeader{own_mac(0), station_mac(0), wire::EtherType::kIpv4, wire::VlanTag{0, false, 7}}
      .serialize(tagged.push_front(EthernetHeader::kTaggedSize));
  receive(0, std::move(tagged));
  EXPECT_EQ(drops(Drop::kVlan), 1U);
  EXPECT_EQ(sent(), 0U);
}

TEST_F(Forwarding, MayHairpinOutOfTheIngress) {
  receive(Datagram{.source = Ipv4Address(10, 0, 0, 9), .destination = station(0)});
  EXPECT_EQ(out_[0].ethernet().destination, station_mac(0));
}

class DirectedBroadcasts : public RouterTest {
 protected:
  DirectedBroadcasts() : RouterTest(config()) {}
  static const VRouterConfig& config() {
    static constexpr VRouterConfig kConfig{.announce_on_plug = false,
                                           .forward_directed_broadcasts = true};
    return kConfig;
  }
};

TEST_F(DirectedBroadcasts, AreBroadcastOnTheirSubnetWhereThatIsAllowed) {
  receive(Datagram{.destination = Ipv4Address(10, 0, 1, 255)});
  ASSERT_EQ(out_[1].size(), 1U);
  EXPECT_TRUE(out_[1].ethernet().destination.is_broadcast());
  EXPECT_EQ(out_[1].ip().ttl, 63);
}

TEST_F(DirectedBroadcasts, AreNeverAnsweredWithAnError) {
  receive(Datagram{.destination = Ipv4Address(10, 0, 1, 255), .ttl = 1});
  EXPECT_EQ(drops(Drop::kTtlExpired), 1U);
  EXPECT_EQ(sent(), 0U);
}

// What the router remembers of a destination never outlives a change of routes or neighbors.
TEST_F(Forwarding, FollowsEveryChangeOfRoutesAtOnce) {
  const Datagram datagram{.destination = Ipv4Address(20, 0, 0, 1)};
  router_.add_route(prefix("20.0.0.0/8"), station(1));
  receive(datagram);
  EXPECT_EQ(out_[1].size(), 1U);
  router_.add_route(prefix("20.0.0.0/24"), station(2));
  receive(datagram);
  EXPECT_EQ(out_[2].size(), 1U);
  EXPECT_TRUE(router_.remove_route(prefix("20.0.0.0/24")));
  receive(datagram);
  EXPECT_EQ(out_[1].size(), 2U);
  router_.add_neighbor(PortIndex{1}, station(1), MacAddress::local(0xabc));
  receive(datagram);
  EXPECT_EQ(out_[1].ethernet(2).destination, MacAddress::local(0xabc));
}

// The same stream through one router that remembers destinations and one that cannot: each frame
// comes after a change that lets everything remembered go.
TEST(ForwardingMemory, IsExactOverRandomStreams) {
  for (std::uint32_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    const auto below = [&random](unsigned n) { return static_cast<unsigned>(random()) % n; };
    Kernel kernel;
    std::array<std::array<Recorder, 3>, 2> out;
    VRouterConfig config{.announce_on_plug = false};
    VRouter remembers(kernel, "a", config);
    VRouter forgets(kernel, "b", config);
    const auto both = [&](auto&& action) {
      action(remembers, out[0]);
      action(forgets, out[1]);
    };
    both([](VRouter& router, auto& recorders) {
      for (std::uint8_t i = 0; i < 3; ++i) {
        const PortIndex port = router.add_interface(
            {std::to_string(i), MacAddress::local(i + 1U), {Ipv4Address(10, 0, i, 1), 24}});
        router.plug(port, {&recorders[i], PortIndex{0}});
        router.add_neighbor(port, Ipv4Address(10, 0, i, 2), MacAddress::local(0x100U + i));
      }
    });
    for (int step = 0; step < 100; ++step) {
      const Ipv4Prefix p(Ipv4Address(0x1400'0000 | below(256) << 8), 20 + below(5));
      const Ipv4Address gateway(10, 0, static_cast<std::uint8_t>(below(3)), 2);
      const unsigned kind = below(10);
      const Datagram datagram{.destination = Ipv4Address(0x1400'0001 | below(16) << 8)};
      both([&](VRouter& router, auto&) {
        if (kind == 0) {
          router.add_route(p, gateway);
        } else if (kind == 1) {
          router.remove_route(p);
        }
      });
      forgets.remove_route(Ipv4Prefix(Ipv4Address(1, 1, 1, 1), 32));
      both([&](VRouter& router, auto&) {
        Frame frame = datagram.frame(kernel.frames(), MacAddress::local(1));
        router.receive(PortIndex{0}, {&frame, 1}, kernel.now());
      });
      for (std::size_t i = 0; i < 3; ++i) {
        ASSERT_EQ(out[0][i].size(), out[1][i].size());
        ASSERT_TRUE(
            out[0][i].frames.empty() ||
            std::ranges::equal(out[0][i].frames.back().bytes(), out[1][i].frames.back().bytes()));
      }
    }
  }
}

}  // namespace
}  // namespace violin::router_test
