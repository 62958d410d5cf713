#include "datapath/jetway/policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <vector>

#include "models/wire/arp.h"
#include "models/wire/udp.h"

namespace violin {
namespace {

using ::testing::HasSubstr;
using wire::EtherType;
using wire::IpProtocol;
using Octets = std::vector<std::uint8_t>;

constexpr auto kOut = Crossing::kOutward;
constexpr auto kIn = Crossing::kInward;

// A frame by what rules ask of it.
struct Sketch {
  Ipv4Address source{10, 0, 1, 5};
  Ipv4Address destination{192, 0, 2, 7};
  IpProtocol protocol = IpProtocol::kTcp;
  std::uint16_t source_port = 40'000;
  std::uint16_t destination_port = 443;
  std::uint16_t fragment_offset = 0;
  MacAddress to = MacAddress::local(2);
  std::optional<wire::VlanTag> tag = std::nullopt;
};

Octets frame_of(const Sketch& sketch) {
  const wire::EthernetHeader ethernet{
      .destination = sketch.to, .source = MacAddress::local(1), .tag = sketch.tag};
  const wire::Ipv4Header ip{.total_length = 28,
                            .fragment_offset = sketch.fragment_offset,
                            .protocol = sketch.protocol,
                            .source = sketch.source,
                            .destination = sketch.destination};
  Octets bytes(ethernet.size() + 28);
  ethernet.serialize(bytes);
  ip.serialize(std::span(bytes).subspan(ethernet.size()));
  const auto transport = std::span(bytes).subspan(ethernet.size() + 20);
  wire::store16(&transport[0], sketch.source_port);
  wire::store16(&transport[2], sketch.destination_port);
  return bytes;
}

Octets arp_frame(Ipv4Address sender, Ipv4Address target) {
  Octets bytes(42);
  wire::EthernetHeader{.destination = MacAddress::broadcast(),
                       .source = MacAddress::local(1),
                       .type = EtherType::kArp}
      .serialize(bytes);
  wire::ArpPacket{.sender_mac = MacAddress::local(1), .sender_ip = sender, .target_ip = target}
      .serialize(std::span(bytes).subspan(14));
  return bytes;
}

Octets other_type(std::uint16_t type) {
  Octets bytes(60);
  wire::EthernetHeader{
      .destination = MacAddress::local(2), .source = MacAddress::local(1), .type = EtherType{type}}
      .serialize(bytes);
  return bytes;
}

bool passes(const std::string& rule, const Octets& frame, Crossing direction) {
  return JetwayPolicy({JetwayRule::parse(rule)}).allows(frame, frame.size(), direction);
}
bool passes(const std::string& rule, const Sketch& sketch, Crossing direction) {
  return passes(rule, frame_of(sketch), direction);
}

// The same flow's answer.
Sketch answer_to(Sketch sketch) {
  std::swap(sketch.source, sketch.destination);
  std::swap(sketch.source_port, sketch.destination_port);
  return sketch;
}

TEST(JetwayPolicy, LetsNothingPassWithoutRules) {
  const JetwayPolicy closed{std::vector<JetwayRule>{}};
  const Octets frame = frame_of({});
  EXPECT_FALSE(closed.allows(frame, frame.size(), kOut));
  EXPECT_FALSE(closed.allows(frame, frame.size(), kIn));
}

TEST(JetwayPolicy, LetsIpv4AndArpPassByDefaultAndNothingElse) {
  const JetwayPolicy policy;
  for (const Crossing direction : {kOut, kIn}) {
    const auto allows = [&](const Octets& frame) {
      return policy.allows(frame, frame.size(), direction);
    };
    EXPECT_TRUE(allows(frame_of({})));
    EXPECT_TRUE(allows(arp_frame({10, 0, 1, 5}, {10, 0, 1, 1})));
    EXPECT_FALSE(allows(other_type(0x86dd)));
    EXPECT_FALSE(allows(other_type(0x88cc)));
    EXPECT_FALSE(allows(frame_of({.protocol = IpProtocol::kUdp, .destination_port = 67})));
    EXPECT_FALSE(allows(frame_of({.protocol = IpProtocol::kUdp, .source_port = 67})));
    EXPECT_FALSE(allows(frame_of({.protocol = IpProtocol::kUdp, .destination_port = 68})));
    EXPECT_TRUE(allows(frame_of({.protocol = IpProtocol::kTcp, .destination_port = 67})));
  }
}

TEST(JetwayPolicy, NeverLetsReservedTaggedOrMalformedFramesPass) {
  EXPECT_FALSE(passes("any", Sketch{.to = MacAddress(0x0180'c200'0000)}, kOut));
  EXPECT_FALSE(passes("any", Sketch{.to = MacAddress(0x0180'c200'000f)}, kOut));
  EXPECT_TRUE(passes("any", Sketch{.to = MacAddress(0x0180'c200'0010)}, kOut));
  EXPECT_FALSE(passes("any", Sketch{.tag = wire::VlanTag{.vlan = 5}}, kOut));
  Octets broken = frame_of({});
  broken[20] ^= 1;  // covered by the header checksum
  EXPECT_FALSE(passes("any", broken, kOut));
  for (std::size_t n = 0; n < 34; ++n) {
    EXPECT_FALSE(passes("any", Octets(broken.begin(), broken.begin() + static_cast<int>(n)), kOut));
  }
}

TEST(JetwayPolicy, AnyIsForEveryEtherType) {
  EXPECT_TRUE(passes("any", other_type(0x86dd), kOut));
  EXPECT_FALSE(passes("ip", other_type(0x86dd), kOut));
  EXPECT_FALSE(passes("in any", other_type(0x86dd), kOut));
}

struct RuleCase {
  std::string rule;
  Sketch sketch;
  bool outward;  // whether it passes outward, and its answer inward
};

TEST(JetwayRule, MatchesWhatItNamesInBothDirections) {
  const std::vector<RuleCase> cases = {
      {"ip", {}, true},
      {"tcp", {}, true},
      {"udp", {}, false},
      {"icmp", {.protocol = IpProtocol::kIcmp}, true},
      {"igmp", {.protocol = IpProtocol::kIcmp}, false},
      {"ip inside 10.0.1.0/24", {}, true},
      {"ip inside 10.0.2.0/24", {}, false},
      {"ip outside 192.0.2.7/32", {}, true},
      {"ip outside 10.0.1.0/24", {}, false},
      {"tcp inside 10.0.1.0/24 outside 192.0.2.0/24:443", {}, true},
      {"tcp inside 10.0.1.0/24:40000 outside 192.0.2.0/24", {}, true},
      {"tcp inside 0.0.0.0/0:443", {}, false},
      {"tcp outside 0.0.0.0/0:40000", {}, false},
      {"udp outside 0.0.0.0/0:443", {}, false},
      {"udp outside 0.0.0.0/0:53", {.protocol = IpProtocol::kUdp, .destination_port = 53}, true},
      {"udp outside 0.0.0.0/0:67", {.protocol = IpProtocol::kUdp, .destination_port = 67}, true},
      {"tcp outside 0.0.0.0/0:443", {.fragment_offset = 100}, false},
      {"tcp", {.fragment_offset = 100}, true},
  };
  for (const RuleCase& c : cases) {
    EXPECT_EQ(passes(c.rule, c.sketch, kOut), c.outward) << c.rule;
    EXPECT_EQ(passes(c.rule, answer_to(c.sketch), kIn), c.outward) << c.rule << ", answer";
  }
}

TEST(JetwayRule, OfOneDirectionIsForThatAlone) {
  EXPECT_TRUE(passes("out tcp", Sketch{}, kOut));
  EXPECT_FALSE(passes("out tcp", answer_to({}), kIn));
  EXPECT_FALSE(passes("in tcp", Sketch{}, kOut));
  EXPECT_TRUE(passes("in tcp", answer_to({}), kIn));
}

TEST(JetwayRule, LetsTheArpOfItsAddressesPass) {
  const std::string rule = "tcp inside 10.0.1.0/24 outside 10.0.9.0/24:443";
  EXPECT_TRUE(passes(rule, arp_frame({10, 0, 1, 5}, {10, 0, 9, 1}), kOut));
  EXPECT_TRUE(passes(rule, arp_frame({10, 0, 9, 1}, {10, 0, 1, 5}), kIn));
  EXPECT_FALSE(passes(rule, arp_frame({10, 0, 9, 1}, {10, 0, 1, 5}), kOut));
  EXPECT_FALSE(passes(rule, arp_frame({10, 0, 1, 5}, {10, 0, 8, 1}), kOut));
}

TEST(JetwayPolicy, OfSubnetsLetsOnlyTheirAddressesOut) {
  const std::vector<Ipv4Prefix> subnets = {Ipv4Prefix({10, 0, 1, 0}, 24),
                                           Ipv4Prefix({10, 0, 2, 0}, 24)};
  const auto policy = JetwayPolicy::for_subnets(subnets);
  const auto allows = [&](Ipv4Address source, Ipv4Address destination, Crossing direction) {
    const Octets frame = frame_of({.source = source, .destination = destination});
    return policy.allows(frame, frame.size(), direction);
  };
  EXPECT_TRUE(allows({10, 0, 2, 9}, {8, 8, 8, 8}, kOut));
  EXPECT_FALSE(allows({10, 0, 3, 9}, {8, 8, 8, 8}, kOut));
  EXPECT_TRUE(allows({8, 8, 8, 8}, {10, 0, 1, 9}, kIn));
  EXPECT_FALSE(allows({8, 8, 8, 8}, {255, 255, 255, 255}, kIn));
}

TEST(JetwayRule, IsWrittenAsItIsRead) {
  for (const std::string text :
       {"ip", "any", "out tcp", "in udp inside 10.0.1.0/24:53", "icmp outside 192.0.2.0/24",
        "out tcp inside 10.0.1.0/24 outside 0.0.0.0/0:443"}) {
    EXPECT_EQ(to_string(JetwayRule::parse(text)), text);
  }
  EXPECT_EQ(JetwayRule::parse("  out   ip "), JetwayRule::parse("out"));
}

std::string complaint_about(const std::string& rule) {
  try {
    JetwayRule::parse(rule);
    return "";
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
}

TEST(JetwayRule, NamesTheWordThatItCannotRead) {
  EXPECT_THAT(complaint_about(""), HasSubstr("a rule such as"));
  EXPECT_THAT(complaint_about("upward tcp"), HasSubstr("\"upward\" where out, in, any"));
  EXPECT_THAT(complaint_about("tcp inside"), HasSubstr("a prefix such as"));
  EXPECT_THAT(complaint_about("tcp inside 10.0.1.5/24"),
              HasSubstr("\"10.0.1.5/24\" where a prefix"));
  EXPECT_THAT(complaint_about("tcp inside 10.0.1.0/24:99999"), HasSubstr("a port from 0 to 65535"));
  EXPECT_THAT(complaint_about("tcp inside 10.0.1.0/24:"), HasSubstr("a port from 0 to 65535"));
  EXPECT_THAT(complaint_about("ip inside 10.0.1.0/24:80"), HasSubstr("tcp or udp"));
}

}  // namespace
}  // namespace violin
