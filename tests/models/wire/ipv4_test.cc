#include "models/wire/ipv4.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/random.h"
#include "tests/models/wire/octets.h"

namespace violin::wire {
namespace {

const Ipv4Address kSource(10, 0, 0, 1);
const Ipv4Address kDestination(10, 0, 0, 2);

struct Example {
  const char* name;
  const char* bytes;
  Ipv4Header header;
  friend void PrintTo(const Example& example, std::ostream* out) { *out << example.name; }
};

Ipv4Header with_options(Ipv4Header header, const char* options) {
  const Octets bytes = octets(options);
  header.options_size = static_cast<std::uint8_t>(bytes.size());
  std::copy(bytes.begin(), bytes.end(), header.options.begin());
  return header;
}

// The options of RFC 791 figure 8: code x, length 3; code x, length 4; no operation; code y, length
// 3; end. x is 158 (copied) and y is 30 (not copied), the experimental codes of RFC 4727.
constexpr const char* kFigure8Options = "9e03aa 9e04bbcc 01 1e03dd 00";

// RFC 791 appendix A with addresses for "source address" and "destination address".
std::vector<Example> rfc791_examples() {
  const Ipv4Header figure5{.total_length = 21,
                           .identification = 111,
                           .ttl = 123,
                           .protocol = IpProtocol::kIcmp,
                           .source = kSource,
                           .destination = kDestination};
  Ipv4Header figure6 = figure5;
  figure6.protocol = IpProtocol::kTcp;
  Ipv4Header figure7 = figure6;
  Ipv4Header figure8 = figure6;
  figure6.total_length = 276;
  figure6.more_fragments = true;
  figure7.total_length = 216;
  figure7.fragment_offset = 32;
  figure8.total_length = 576;
  return {
      {"Figure5", "45000015 006f0000 7b012b77 0a000001 0a000002", figure5},
      {"Figure6FirstFragment", "45000114 006f2000 7b060a73 0a000001 0a000002", figure6},
      {"Figure7SecondFragment", "450000d8 006f0020 7b062a8f 0a000001 0a000002", figure7},
      {"Figure8Options", "48000240 006f0000 7b0611e4 0a000001 0a000002 9e03aa9e 04bbcc01 1e03dd00",
       with_options(figure8, kFigure8Options)},
  };
}

class Rfc791Example : public testing::TestWithParam<Example> {};

TEST_P(Rfc791Example, IsWritten) {
  Octets out(GetParam().header.size(), 0xee);
  GetParam().header.serialize(out);
  EXPECT_EQ(out, octets(GetParam().bytes));
}

TEST_P(Rfc791Example, IsRead) {
  const auto parsed = Ipv4Header::parse(octets(GetParam().bytes), GetParam().header.total_length);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(*parsed, GetParam().header);
}

INSTANTIATE_TEST_SUITE_P(Ipv4Header, Rfc791Example, testing::ValuesIn(rfc791_examples()),
                         [](const auto& test) { return test.param.name; });

TEST(Ipv4Header, ReadsEveryFieldOfTheFigure) {
  // RFC 791 figure 4 with a different value in each field: DSCP 46, DF, protocol 17.
  Octets bytes = octets("45b80073 12344000 40110000 c0a80001 c0a800c7");
  mend_checksum(bytes, 10);
  const auto parsed = Ipv4Header::parse(bytes, 0x73);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->tos, 46 << 2);
  EXPECT_EQ(parsed->total_length, 115);
  EXPECT_EQ(parsed->payload_size(), 95U);
  EXPECT_EQ(parsed->identification, 0x1234);
  EXPECT_TRUE(parsed->dont_fragment);
  EXPECT_FALSE(parsed->is_fragment());
  EXPECT_EQ(parsed->ttl, 64);
  EXPECT_EQ(parsed->protocol, IpProtocol::kUdp);
  EXPECT_EQ(parsed->source, Ipv4Address(192, 168, 0, 1));
  EXPECT_EQ(parsed->destination, Ipv4Address(192, 168, 0, 199));
}

TEST(Ipv4Header, AcceptsEthernetPaddingBehindTheDatagram) {
  EXPECT_TRUE(Ipv4Header::parse(octets("45000015 006f0000 7b012b77 0a000001 0a000002"), 46));
}

TEST(Ipv4Header, AcceptsAFragmentThatEndsAt65535) {
  Octets bytes = octets("4500001f 006f1ffc 7b010000 0a000001 0a000002");  // 8188 * 8 + 31
  mend_checksum(bytes, 10);
  EXPECT_TRUE(Ipv4Header::parse(bytes, 31));
}

// Each has a right checksum, so that nothing but the named fault can be the reason.
struct Refusal {
  const char* name;
  const char* bytes;
  std::size_t packet_size;
  friend void PrintTo(const Refusal& refusal, std::ostream* out) { *out << refusal.name; }
};
class Ipv4Refusal : public testing::TestWithParam<Refusal> {};

TEST_P(Ipv4Refusal, IsABadHeader) {
  Octets bytes = octets(GetParam().bytes);
  if (bytes.size() >= Ipv4Header::kMinSize) {
    const std::size_t claimed = std::size_t{bytes[0]} % 16 * 4;
    mend_checksum(std::span(bytes).first(std::clamp<std::size_t>(claimed, 20, bytes.size())), 10);
  }
  const auto parsed = Ipv4Header::parse(bytes, GetParam().packet_size);
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.reason(), Drop::kBadHeader);
}

INSTANTIATE_TEST_SUITE_P(
    Ipv4Header, Ipv4Refusal,
    testing::Values(
        Refusal{"Nothing", "", 0},
        Refusal{"OneByteShort", "45000014 006f0000 7b010000 0a000001 0a0000", 20},
        Refusal{"Version5", "55000014 006f0000 7b010000 0a000001 0a000002", 20},
        Refusal{"Version6", "65000014 006f0000 7b010000 0a000001 0a000002", 20},
        Refusal{"HeaderOfFourWords", "44000014 006f0000 7b010000 0a000001 0a000002", 20},
        Refusal{"HeaderBeyondTheBytes", "46000018 006f0000 7b010000 0a000001 0a000002", 24},
        Refusal{"LengthBelowHeader", "45000013 006f0000 7b010000 0a000001 0a000002", 20},
        Refusal{"LengthBelowOptions", "46000017 006f0000 7b010000 0a000001 0a000002 00000000", 24},
        Refusal{"LengthBeyondPacket", "45000015 006f0000 7b010000 0a000001 0a000002", 20},
        Refusal{"ReservedFlag", "45000014 006f8000 7b010000 0a000001 0a000002", 20},
        Refusal{"FragmentBeyond65535", "45000020 006f1ffc 7b010000 0a000001 0a000002", 32}),
    [](const auto& test) { return test.param.name; });

TEST(Ipv4Header, RefusesAWrongChecksum) {
  for (const char* bytes : {"45000015 006f0000 7b012b78 0a000001 0a000002",
                            "45000015 006f0000 7a012b77 0a000001 0a000002",
                            "48000240 006f0000 7b0611e4 0a000001 0a000002 9e03aa9e 04bbcc01 "
                            "1e03de00"}) {
    const auto parsed = Ipv4Header::parse(octets(bytes), 576);
    ASSERT_FALSE(parsed) << bytes;
    EXPECT_EQ(parsed.reason(), Drop::kBadChecksum) << bytes;
  }
}

Ipv4Header random_header(RandomStream& random) {
  Ipv4Header header{.tos = static_cast<std::uint8_t>(random()),
                    .identification = static_cast<std::uint16_t>(random()),
                    .dont_fragment = random.chance(0.5),
                    .more_fragments = random.chance(0.5),
                    .fragment_offset = static_cast<std::uint16_t>(random() % 8000),
                    .ttl = static_cast<std::uint8_t>(random()),
                    .protocol = static_cast<IpProtocol>(random() % 256),
                    .source = Ipv4Address(static_cast<std::uint32_t>(random())),
                    .destination = Ipv4Address(static_cast<std::uint32_t>(random()))};
  header.options_size = static_cast<std::uint8_t>(random() % 11 * 4);
  for (std::size_t i = 0; i < header.options_size; ++i) {
    header.options[i] = static_cast<std::uint8_t>(random());
  }
  header.total_length = static_cast<std::uint16_t>(header.size() + random() % 1400);
  return header;
}

TEST(Ipv4Header, RoundTripsEveryHeader) {
  constexpr std::uint64_t kSeed = 791;
  SCOPED_TRACE(testing::Message() << "seed " << kSeed);
  RandomStream random(kSeed, "ipv4");
  for (int i = 0; i < 20'000; ++i) {
    const Ipv4Header header = random_header(random);
    Octets bytes(header.size());
    header.serialize(bytes);
    ASSERT_EQ(checksum_by_definition(bytes), 0);
    const auto parsed = Ipv4Header::parse(bytes, header.total_length);
    ASSERT_TRUE(parsed);
    ASSERT_EQ(*parsed, header);
  }
}

TEST(Ipv4Header, RefusesToWriteWhatHasNoEncoding) {
  Octets out(60);
  EXPECT_THROW((Ipv4Header{.total_length = 20, .fragment_offset = 8192}.serialize(out)),
               std::logic_error);
  EXPECT_THROW((Ipv4Header{.total_length = 26, .options_size = 6}.serialize(out)),
               std::logic_error);
  EXPECT_THROW((Ipv4Header{.total_length = 64, .options_size = 44}.serialize(out)),
               std::logic_error);
}

TEST(DecrementTtl, KeepsTheChecksumRightForEveryTtl) {
  constexpr std::uint64_t kSeed = 1812;
  SCOPED_TRACE(testing::Message() << "seed " << kSeed);
  RandomStream random(kSeed, "ttl");
  for (unsigned ttl = 1; ttl < 256; ++ttl) {
    Ipv4Header header = random_header(random);
    header.ttl = static_cast<std::uint8_t>(ttl);
    Octets bytes(header.size());
    header.serialize(bytes);
    decrement_ttl(bytes);
    const auto parsed = Ipv4Header::parse(bytes, header.total_length);
    ASSERT_TRUE(parsed);
    --header.ttl;
    EXPECT_EQ(*parsed, header);
  }
}

TEST(DecrementTtl, RefusesATtlOfZero) {
  Octets bytes = octets("45000015 006f0000 00010000 0a000001 0a000002");
  EXPECT_THROW(decrement_ttl(bytes), std::logic_error);
}

Octets copied(const char* options) {
  Octets out(Ipv4Header::kMaxOptions);
  out.resize(copied_options(octets(options), out));
  return out;
}

TEST(CopiedOptions, KeepsThoseWithTheCopiedFlagAndPads) {
  EXPECT_EQ(copied(kFigure8Options), octets("9e03aa 9e04bbcc 00"));
}

TEST(CopiedOptions, LeavesOutRecordRouteAndTimestamp) {
  // RFC 791: record route is option 7, the timestamp 68; neither is copied.
  EXPECT_EQ(copied("0707040a000001 44080500 00000000 00"), Octets{});
}

TEST(CopiedOptions, KeepsSourceRouteAndRouterAlert) {
  // RFC 791: loose source route is 131; RFC 2113: router alert is 148.
  EXPECT_EQ(copied("8307040a000001 01 94040000"), octets("8307040a000001 94040000 00"));
}

TEST(CopiedOptions, StopsAtTheEndOfTheList) { EXPECT_EQ(copied("00 94040000 000000"), Octets{}); }

TEST(CopiedOptions, StopsAtAMalformedOption) {
  EXPECT_EQ(copied("94040000 9e00 94040000 0000"), octets("94040000"));
  EXPECT_EQ(copied("94040000 9e01 0000"), octets("94040000"));
  EXPECT_EQ(copied("94040000 9e05 aabb"), octets("94040000"));
  EXPECT_EQ(copied("94040000 0101019e"), octets("94040000"));
}

}  // namespace
}  // namespace violin::wire
