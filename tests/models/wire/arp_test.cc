#include "models/wire/arp.h"

#include <gtest/gtest.h>

#include "core/random.h"
#include "tests/models/wire/octets.h"

namespace violin::wire {
namespace {

// RFC 826, "Packet format": ar$hrd, ar$pro, ar$hln, ar$pln, ar$op, ar$sha, ar$spa, ar$tha, ar$tpa.
const Octets kRequestOctets =
    octets("0001 0800 06 04 0001 02005e100001 0a000001 000000000000 0a000002");
const Octets kReplyOctets =
    octets("0001 0800 06 04 0002 02005e100002 0a000002 02005e100001 0a000001");
const ArpPacket kRequest{.operation = ArpPacket::Operation::kRequest,
                         .sender_mac = MacAddress(0x0200'5e10'0001),
                         .sender_ip = Ipv4Address(10, 0, 0, 1),
                         .target_mac = MacAddress(),
                         .target_ip = Ipv4Address(10, 0, 0, 2)};
const ArpPacket kReply{.operation = ArpPacket::Operation::kReply,
                       .sender_mac = MacAddress(0x0200'5e10'0002),
                       .sender_ip = Ipv4Address(10, 0, 0, 2),
                       .target_mac = MacAddress(0x0200'5e10'0001),
                       .target_ip = Ipv4Address(10, 0, 0, 1)};

Octets serialized(const ArpPacket& packet) {
  Octets out(ArpPacket::kSize);
  packet.serialize(out);
  return out;
}

TEST(ArpPacket, WritesTheLayoutOfRfc826) {
  EXPECT_EQ(serialized(kRequest), kRequestOctets);
  EXPECT_EQ(serialized(kReply), kReplyOctets);
}

TEST(ArpPacket, ReadsTheLayoutOfRfc826) {
  const auto request = ArpPacket::parse(kRequestOctets);
  const auto reply = ArpPacket::parse(kReplyOctets);
  ASSERT_TRUE(request && reply);
  EXPECT_EQ(*request, kRequest);
  EXPECT_EQ(*reply, kReply);
}

TEST(ArpPacket, IgnoresEthernetPadding) {
  Octets padded = kRequestOctets;
  padded.resize(46, 0xee);
  const auto parsed = ArpPacket::parse(padded);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(*parsed, kRequest);
}

struct Refusal {
  const char* name;
  std::size_t at;
  std::uint8_t value;
  friend void PrintTo(const Refusal& refusal, std::ostream* out) { *out << refusal.name; }
};
class ArpRefusal : public testing::TestWithParam<Refusal> {};

TEST_P(ArpRefusal, IsABadFrame) {
  Octets bytes = kRequestOctets;
  bytes[GetParam().at] = GetParam().value;
  const auto parsed = ArpPacket::parse(bytes);
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.reason(), Drop::kBadFrame);
}

INSTANTIATE_TEST_SUITE_P(
    ArpPacket, ArpRefusal,
    testing::Values(Refusal{"OtherHardware", 1, 6}, Refusal{"OtherProtocol", 3, 1},
                    Refusal{"HardwareAddressOfEight", 4, 8},
                    Refusal{"ProtocolAddressOfSixteen", 5, 16}, Refusal{"OperationZero", 7, 0},
                    Refusal{"ReverseRequest", 7, 3}, Refusal{"OperationBeyondAByte", 6, 1}),
    [](const auto& test) { return test.param.name; });

TEST(ArpPacket, RefusesOneThatIsCutOff) {
  for (std::size_t size = 0; size < ArpPacket::kSize; ++size) {
    EXPECT_FALSE(ArpPacket::parse(std::span(kRequestOctets).first(size))) << size;
  }
}

TEST(ArpPacket, RoundTripsEveryPacket) {
  constexpr std::uint64_t kSeed = 826;
  SCOPED_TRACE(testing::Message() << "seed " << kSeed);
  RandomStream random(kSeed, "arp");
  for (int i = 0; i < 10'000; ++i) {
    const ArpPacket packet{.operation = random.chance(0.5) ? ArpPacket::Operation::kRequest
                                                           : ArpPacket::Operation::kReply,
                           .sender_mac = MacAddress(random()),
                           .sender_ip = Ipv4Address(static_cast<std::uint32_t>(random())),
                           .target_mac = MacAddress(random()),
                           .target_ip = Ipv4Address(static_cast<std::uint32_t>(random()))};
    const auto parsed = ArpPacket::parse(serialized(packet));
    ASSERT_TRUE(parsed);
    ASSERT_EQ(*parsed, packet);
  }
}

}  // namespace
}  // namespace violin::wire
