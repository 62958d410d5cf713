#include "models/wire/udp.h"

#include <gtest/gtest.h>

#include "core/random.h"
#include "tests/models/wire/octets.h"

namespace violin::wire {
namespace {

const Ipv4Address kSource(10, 0, 0, 1);
const Ipv4Address kDestination(10, 0, 0, 2);

// RFC 768: source port 1234, destination port 53, length 11, checksum, "abc".
const Octets kOddOctets = octets("04d2 0035 000b 226c 616263");
// Length 1008, all 1000 bytes of payload zero and elided.
const Octets kElidedOctets = octets("04d2 0035 03f0 df04");

Parsed<UdpHeader> parse(std::span<const std::uint8_t> segment) {
  return UdpHeader::parse(segment, segment.size(), kSource, kDestination);
}

Octets serialized(const UdpHeader& header, Octets segment) {
  std::fill_n(segment.begin(), UdpHeader::kSize, std::uint8_t{0xee});
  header.serialize(segment, kSource, kDestination);
  return segment;
}

TEST(UdpHeader, WritesTheLayoutOfRfc768) {
  const UdpHeader header{.source_port = 1234, .destination_port = 53, .length = 11};
  EXPECT_EQ(serialized(header, kOddOctets), kOddOctets);
}

TEST(UdpHeader, ReadsTheLayoutOfRfc768) {
  const auto parsed = parse(kOddOctets);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(*parsed, (UdpHeader{.source_port = 1234, .destination_port = 53, .length = 11}));
}

TEST(UdpHeader, CountsElidedPayloadAsZero) {
  const UdpHeader header{.source_port = 1234, .destination_port = 53, .length = 1008};
  EXPECT_EQ(serialized(header, kElidedOctets), kElidedOctets);
  const auto parsed = UdpHeader::parse(kElidedOctets, 1008, kSource, kDestination);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(*parsed, header);
}

TEST(UdpHeader, SendsAChecksumThatComputesToZeroAsAllOnes) {
  const Octets whole = octets("04d2 0035 000a ffff e6d0");
  const UdpHeader header{.source_port = 1234, .destination_port = 53, .length = 10};
  EXPECT_EQ(serialized(header, whole), whole);
  EXPECT_TRUE(parse(whole));
}

TEST(UdpHeader, AcceptsAnythingWithoutAChecksum) {
  EXPECT_TRUE(parse(octets("04d2 0035 000b 0000 99aabb")));
}

TEST(UdpHeader, IgnoresBytesBeyondItsLength) {
  Octets padded = kOddOctets;
  padded.resize(18, 0xee);
  EXPECT_TRUE(parse(padded));
}

TEST(UdpHeader, RefusesOneThatIsCutOff) {
  for (std::size_t size = 0; size < kOddOctets.size(); ++size) {
    const auto parsed = parse(std::span(kOddOctets).first(size));
    ASSERT_FALSE(parsed) << size;
    EXPECT_EQ(parsed.reason(), Drop::kBadHeader);
  }
}

TEST(UdpHeader, RefusesALengthBelowItsHeader) {
  const auto parsed = parse(octets("04d2 0035 0007 0000 616263"));
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.reason(), Drop::kBadHeader);
}

TEST(UdpHeader, RefusesAFlippedBitInHeaderOrPayload) {
  for (const std::size_t at : {0U, 3U, 6U, 7U, 8U, 10U}) {
    Octets bytes = kOddOctets;
    bytes[at] ^= 0x10;
    const auto parsed = parse(bytes);
    ASSERT_FALSE(parsed) << at;
    EXPECT_EQ(parsed.reason(), Drop::kBadChecksum);
  }
}

TEST(UdpHeader, RefusesADatagramForAnotherAddress) {
  const auto parsed =
      UdpHeader::parse(kOddOctets, kOddOctets.size(), kSource, Ipv4Address(10, 0, 0, 3));
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.reason(), Drop::kBadChecksum);
}

TEST(UdpHeader, RoundTripsEveryDatagram) {
  constexpr std::uint64_t kSeed = 768;
  SCOPED_TRACE(testing::Message() << "seed " << kSeed);
  RandomStream random(kSeed, "udp");
  for (int i = 0; i < 10'000; ++i) {
    Octets segment(UdpHeader::kSize + random() % 64);
    for (auto& byte : segment) {
      byte = static_cast<std::uint8_t>(random());
    }
    const std::size_t size = segment.size() + random() % 1400;
    const UdpHeader header{.source_port = static_cast<std::uint16_t>(random()),
                           .destination_port = static_cast<std::uint16_t>(random()),
                           .length = static_cast<std::uint16_t>(size)};
    const Ipv4Address source(static_cast<std::uint32_t>(random()));
    const Ipv4Address destination(static_cast<std::uint32_t>(random()));
    header.serialize(segment, source, destination);
    const auto parsed = UdpHeader::parse(segment, size, source, destination);
    ASSERT_TRUE(parsed);
    ASSERT_EQ(*parsed, header);
  }
}

}  // namespace
}  // namespace violin::wire
