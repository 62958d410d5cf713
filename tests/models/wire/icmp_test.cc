#include "models/wire/icmp.h"

#include <gtest/gtest.h>

#include "core/random.h"
#include "tests/models/wire/octets.h"

namespace violin::wire {
namespace {

// RFC 792, "Echo or Echo Reply Message": type 8, code 0, checksum, identifier, sequence, "abcde".
const Octets kEchoOctets = octets("08 00 bc03 1234 0001 6162636465");
// RFC 1191 section 4: type 3, code 4, checksum, unused, next-hop MTU 1500; then the header and 8
// bytes of the datagram.
const Octets kTooBigOctets =
    octets("03 04 66b5 0000 05dc 45000015 006f0000 7b01abcd 0a000001 0a000002 0102030405060708");

Octets serialized(const IcmpHeader& header, Octets message) {
  std::fill_n(message.begin(), IcmpHeader::kSize, std::uint8_t{0xee});
  header.serialize(message);
  return message;
}

TEST(IcmpHeader, WritesTheEchoOfRfc792) {
  IcmpHeader header{.type = IcmpType::kEchoRequest};
  header.set_echo(0x1234, 1);
  EXPECT_EQ(serialized(header, kEchoOctets), kEchoOctets);
}

TEST(IcmpHeader, ReadsTheEchoOfRfc792) {
  const auto parsed = IcmpHeader::parse(kEchoOctets);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->type, IcmpType::kEchoRequest);
  EXPECT_EQ(parsed->code, 0);
  EXPECT_EQ(parsed->identifier(), 0x1234);
  EXPECT_EQ(parsed->sequence(), 1);
}

TEST(IcmpHeader, WritesTheNextHopMtuOfRfc1191) {
  const IcmpHeader header{.type = IcmpType::kDestinationUnreachable,
                          .code = static_cast<std::uint8_t>(UnreachableCode::kFragmentationNeeded),
                          .rest = 1500};
  EXPECT_EQ(serialized(header, kTooBigOctets), kTooBigOctets);
}

TEST(IcmpHeader, ReadsTheNextHopMtuOfRfc1191) {
  const auto parsed = IcmpHeader::parse(kTooBigOctets);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->type, IcmpType::kDestinationUnreachable);
  EXPECT_EQ(parsed->code, 4);
  EXPECT_EQ(parsed->next_hop_mtu(), 1500);
}

TEST(IcmpHeader, CountsElidedBytesAsZero) {
  Octets whole = octets("08 00 0000 0007 0001");
  whole.resize(1000);
  mend_checksum(whole, 2);
  EXPECT_TRUE(IcmpHeader::parse(std::span(whole).first(8)));
}

TEST(IcmpHeader, RefusesFewerThanEightBytes) {
  for (std::size_t size = 0; size < IcmpHeader::kSize; ++size) {
    const auto parsed = IcmpHeader::parse(std::span(kEchoOctets).first(size));
    ASSERT_FALSE(parsed) << size;
    EXPECT_EQ(parsed.reason(), Drop::kBadHeader);
  }
}

TEST(IcmpHeader, RefusesAnyFlippedBit) {
  for (std::size_t bit = 0; bit < kEchoOctets.size() * 8; ++bit) {
    Octets bytes = kEchoOctets;
    bytes[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    const auto parsed = IcmpHeader::parse(bytes);
    ASSERT_FALSE(parsed) << "bit " << bit;
    EXPECT_EQ(parsed.reason(), Drop::kBadChecksum);
  }
}

TEST(IcmpHeader, RoundTripsEveryMessage) {
  constexpr std::uint64_t kSeed = 792;
  SCOPED_TRACE(testing::Message() << "seed " << kSeed);
  RandomStream random(kSeed, "icmp");
  for (int i = 0; i < 10'000; ++i) {
    const IcmpHeader header{.type = static_cast<IcmpType>(random() % 256),
                            .code = static_cast<std::uint8_t>(random()),
                            .rest = static_cast<std::uint32_t>(random())};
    Octets message(IcmpHeader::kSize + random() % 64);
    for (auto& byte : message) {
      byte = static_cast<std::uint8_t>(random());
    }
    header.serialize(message);
    ASSERT_EQ(checksum_by_definition(message), 0);
    const auto parsed = IcmpHeader::parse(message);
    ASSERT_TRUE(parsed);
    ASSERT_EQ(*parsed, header);
  }
}

}  // namespace
}  // namespace violin::wire
