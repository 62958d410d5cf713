#include "models/wire/checksum.h"

#include <gtest/gtest.h>

#include "core/random.h"
#include "tests/models/wire/octets.h"

namespace violin::wire {
namespace {

TEST(Checksum, FollowsTheExampleOfRfc1071) {
  // Section 3: the words 0001 f203 f4f5 f6f7 sum to ddf2.
  EXPECT_EQ(internet_checksum(octets("0001 f203 f4f5 f6f7")), 0xffff - 0xddf2);
}

TEST(Checksum, PadsAnOddLastByteWithZero) {
  EXPECT_EQ(internet_checksum(octets("0001 f2")), internet_checksum(octets("0001 f200")));
}

TEST(Checksum, OfNothingIsAllOnes) { EXPECT_EQ(internet_checksum({}), 0xffff); }

TEST(Checksum, IsZeroOverDataThatContainsARightOne) {
  EXPECT_EQ(internet_checksum(octets("0001 f203 f4f5 f6f7 220d")), 0);
}

TEST(Checksum, AgreesWithItsDefinitionAtEveryLengthAndAlignment) {
  constexpr std::uint64_t kSeed = 1071;
  SCOPED_TRACE(testing::Message() << "seed " << kSeed);
  RandomStream random(kSeed, "checksum");
  Octets bytes(9216 + 8);
  for (auto& byte : bytes) {
    byte = static_cast<std::uint8_t>(random());
  }
  for (std::size_t size = 0; size <= 9216; size = size < 300 ? size + 1 : size + 97) {
    for (std::size_t from = 0; from < 8; ++from) {
      const auto part = std::span(bytes).subspan(from, size);
      ASSERT_EQ(internet_checksum(part), checksum_by_definition(part)) << from << "+" << size;
    }
  }
}

TEST(Checksum, CarriesOutOfLongRunsOfOnes) {
  const Octets ones(65535, 0xff);
  EXPECT_EQ(internet_checksum(ones), checksum_by_definition(ones));
}

TEST(Checksum, AddsWordsAndSpansToTheSameSum) {
  ChecksumSum words;
  words.add16(0x0001);
  words.add32(0xf203f4f5);
  words.add16(0xf6f7);
  EXPECT_EQ(words.finish(), 0x220d);
  ChecksumSum spans;
  spans.add(octets("0001 f203"));
  spans.add(octets("f4f5 f6f7"));
  EXPECT_EQ(spans.finish(), 0x220d);
}

TEST(Checksum, CoversThePseudoHeaderInTheOrderOfRfc768) {
  ChecksumSum sum;
  sum.add_pseudo_header(Ipv4Address(10, 0, 0, 1), Ipv4Address(192, 168, 7, 9), 17, 0x1234);
  EXPECT_EQ(sum.finish(), checksum_by_definition(octets("0a000001 c0a80709 00 11 1234")));
}

TEST(UpdateChecksum, FollowsTheExampleOfRfc1624) {
  // Section 4: HC = dd2f, a word changes from 5555 to 3285, HC' = 0000 (equation 2 gives ffff).
  EXPECT_EQ(update_checksum(0xdd2f, 0x5555, 0x3285), 0x0000);
}

TEST(UpdateChecksum, AgreesWithComputingItAnew) {
  constexpr std::uint64_t kSeed = 1624;
  SCOPED_TRACE(testing::Message() << "seed " << kSeed);
  RandomStream random(kSeed, "update");
  for (int i = 0; i < 100'000; ++i) {
    Octets bytes(20);
    for (auto& byte : bytes) {
      byte = static_cast<std::uint8_t>(random());
    }
    const std::uint16_t checksum = checksum_by_definition(bytes);
    const auto before = static_cast<std::uint16_t>(bytes[8] << 8 | bytes[9]);
    const auto after = static_cast<std::uint16_t>(random());
    bytes[8] = static_cast<std::uint8_t>(after >> 8);
    bytes[9] = static_cast<std::uint8_t>(after);
    ASSERT_EQ(update_checksum(checksum, before, after), checksum_by_definition(bytes));
  }
}

}  // namespace
}  // namespace violin::wire
