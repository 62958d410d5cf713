#include "models/wire/tcp.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/random.h"
#include "tests/models/wire/octets.h"

namespace violin::wire {
namespace {

const Ipv4Address kSource(10, 0, 0, 1);
const Ipv4Address kDestination(10, 0, 0, 2);

Parsed<TcpHeader::WithSize> parse(std::span<const std::uint8_t> segment) {
  return TcpHeader::parse(segment, segment.size(), kSource, kDestination);
}

Octets serialized(const TcpHeader& header, const Octets& payload = {}) {
  Octets segment(header.size(), 0xee);
  segment.insert(segment.end(), payload.begin(), payload.end());
  header.serialize(segment, segment.size(), kSource, kDestination);
  return segment;
}

// A segment from what follows the checksum's field in order: the checksum is set by definition.
Octets segment_with(const char* text) {
  Octets segment = octets(text);
  Octets covered = octets("0a000001 0a000002 0006");
  covered.push_back(static_cast<std::uint8_t>(segment.size() >> 8));
  covered.push_back(static_cast<std::uint8_t>(segment.size()));
  covered.insert(covered.end(), segment.begin(), segment.end());
  mend_checksum(covered, 12 + 16);
  return {covered.begin() + 12, covered.end()};
}

struct Example {
  const char* name;
  const char* bytes;
  TcpHeader header;
  const char* payload;
  friend void PrintTo(const Example& example, std::ostream* out) { *out << example.name; }
};

std::vector<Example> examples() {
  TcpHeader syn{.source_port = 49153,
                .destination_port = 80,
                .sequence = 0x01020304,
                .syn = true,
                .window = 65535};
  syn.maximum_segment_size = 1460;
  syn.window_scale = 7;
  syn.sack_permitted = true;
  syn.timestamps = TcpTimestamps{.value = 10, .echo_reply = 0};
  TcpHeader data{.source_port = 80,
                 .destination_port = 49153,
                 .sequence = 0x11121314,
                 .acknowledgment = 0x01020305,
                 .ack = true,
                 .window = 0x7fff};
  TcpHeader sack = data;
  data.timestamps = TcpTimestamps{.value = 11, .echo_reply = 10};
  sack.sack_count = 2;
  sack.sack[0] = {.begin = 100, .end = 200};
  sack.sack[1] = {.begin = 300, .end = 400};
  return {
      // RFC 9293 figure 1; MSS (kind 2, length 4), window scale (RFC 7323: 3, 3), SACK permitted
      // (RFC 2018: 4, 2), timestamps (RFC 7323: 8, 10).
      {"SynWithEveryOption",
       "c001 0050 01020304 00000000 a002 ffff bf4c 0000 01 020405b4 030307 0402 "
       "080a 0000000a 00000000",
       syn, ""},
      // RFC 7323 appendix A: two no-operations align the timestamps.
      {"DataWithTimestamps",
       "0050 c001 11121314 01020305 8010 7fff 87bb 0000 0101080a 0000000b 0000000a 68690a", data,
       "68690a"},
      // RFC 2018 section 3: kind 5, length 8n + 2, then left and right edges.
      {"TwoSackBlocks",
       "0050 c001 11121314 01020305 a010 7fff 0000 0000 0101 0512 00000064 000000c8 "
       "0000012c 00000190",
       sack, ""},
  };
}

class TcpExample : public testing::TestWithParam<Example> {};

Octets golden(const Example& example) {
  const Octets bytes = octets(example.bytes);
  return bytes[16] == 0 && bytes[17] == 0 ? segment_with(example.bytes) : bytes;
}

TEST_P(TcpExample, IsWritten) {
  EXPECT_EQ(serialized(GetParam().header, octets(GetParam().payload)), golden(GetParam()));
}

TEST_P(TcpExample, IsRead) {
  const auto parsed = parse(golden(GetParam()));
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->header, GetParam().header);
  EXPECT_EQ(parsed->header_size + octets(GetParam().payload).size(), golden(GetParam()).size());
}

INSTANTIATE_TEST_SUITE_P(TcpHeader, TcpExample, testing::ValuesIn(examples()),
                         [](const auto& test) { return test.param.name; });

TEST(TcpHeader, PlacesEachFlagAsInRfc9293) {
  // Section 3.1: CWR ECE URG ACK PSH RST SYN FIN, from the high bit down.
  constexpr bool TcpHeader::*kFlags[] = {&TcpHeader::fin, &TcpHeader::syn, &TcpHeader::rst,
                                         &TcpHeader::psh, &TcpHeader::ack, &TcpHeader::urg,
                                         &TcpHeader::ece, &TcpHeader::cwr};
  for (unsigned bit = 0; bit < 8; ++bit) {
    TcpHeader header;
    header.*kFlags[bit] = true;
    const Octets segment = serialized(header);
    EXPECT_EQ(segment[13], 1U << bit);
    const auto parsed = parse(segment);
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->header, header);
  }
}

TEST(TcpHeader, IgnoresReservedBits) {
  const auto parsed =
      parse(segment_with("c0010050 01020304 00000000 5f02ffff 00000000"));  // RFC 9293: MUST
  ASSERT_TRUE(parsed);
  EXPECT_TRUE(parsed->header.syn);
}

TEST(TcpHeader, ReadsAWindowScaleAbove14As14) {
  const auto parsed = parse(segment_with("c0010050 01020304 00000000 6002ffff 00000000 01 0303ff"));
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->header.window_scale, 14);  // RFC 7323 section 2.3
}

TEST(TcpHeader, SkipsUnknownOptionsAndStopsAtTheEndOfTheList) {
  // Kind 30 (MPTCP), MSS, end of list, then rubbish that would be malformed.
  const auto parsed = parse(
      segment_with("c0010050 01020304 00000000 8002ffff 00000000 1e04abcd 020405b4 00 080aff"));
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->header.maximum_segment_size, 1460);
  EXPECT_FALSE(parsed->header.timestamps);
  EXPECT_EQ(parsed->header_size, 32U);
}

TEST(TcpHeader, CountsElidedPayloadAsZero) {
  const TcpHeader header{.source_port = 1, .destination_port = 2, .ack = true};
  Octets whole(header.size() + 1000);
  header.serialize(whole, whole.size(), kSource, kDestination);
  Octets stored(header.size());
  header.serialize(stored, whole.size(), kSource, kDestination);
  EXPECT_TRUE(std::equal(stored.begin(), stored.end(), whole.begin()));
  EXPECT_TRUE(TcpHeader::parse(stored, whole.size(), kSource, kDestination));
}

struct Refusal {
  const char* name;
  const char* bytes;
  friend void PrintTo(const Refusal& refusal, std::ostream* out) { *out << refusal.name; }
};
class TcpRefusal : public testing::TestWithParam<Refusal> {};

TEST_P(TcpRefusal, IsABadHeader) {
  const auto parsed = parse(segment_with(GetParam().bytes));
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.reason(), Drop::kBadHeader);
}

INSTANTIATE_TEST_SUITE_P(
    TcpHeader, TcpRefusal,
    testing::Values(
        Refusal{"OneByteShort", "c0010050 01020304 00000000 5002ffff 000000"},
        Refusal{"OffsetOfFourWords", "c0010050 01020304 00000000 4002ffff 00000000"},
        Refusal{"OffsetBeyondTheBytes", "c0010050 01020304 00000000 6002ffff 00000000"},
        Refusal{"MssOfThree", "c0010050 01020304 00000000 6002ffff 00000000 02030500"},
        Refusal{"WindowScaleOfTwo", "c0010050 01020304 00000000 6002ffff 00000000 03020101"},
        Refusal{"SackPermittedOfThree", "c0010050 01020304 00000000 6002ffff 00000000 04030000"},
        Refusal{"SackWithoutBlocks", "c0010050 01020304 00000000 6010ffff 00000000 05020101"},
        Refusal{"SackOfHalfABlock",
                "c0010050 01020304 00000000 7010ffff 00000000 0506 00000001 0101"},
        Refusal{"TimestampsOfEight",
                "c0010050 01020304 00000000 7010ffff 00000000 0808 00000001 0000"},
        Refusal{"LengthOfZero", "c0010050 01020304 00000000 6002ffff 00000000 1e000000"},
        Refusal{"LengthOfOne", "c0010050 01020304 00000000 6002ffff 00000000 1e010000"},
        Refusal{"LengthBeyondTheHeader", "c0010050 01020304 00000000 6002ffff 00000000 1e050000"},
        Refusal{"LengthCutOff", "c0010050 01020304 00000000 6002ffff 00000000 01010102"}),
    [](const auto& test) { return test.param.name; });

TEST(TcpHeader, RefusesAnyFlippedBitOfHeaderOrPayload) {
  const Octets right = golden(examples()[1]);
  for (std::size_t bit = 0; bit < right.size() * 8; ++bit) {
    Octets bytes = right;
    bytes[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    ASSERT_FALSE(parse(bytes)) << "bit " << bit;
  }
}

TEST(TcpHeader, RefusesASegmentForAnotherAddress) {
  const auto parsed = TcpHeader::parse(golden(examples()[1]), golden(examples()[1]).size(), kSource,
                                       Ipv4Address(10, 0, 0, 3));
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.reason(), Drop::kBadChecksum);
}

TcpHeader random_header(RandomStream& random) {
  TcpHeader header{.source_port = static_cast<std::uint16_t>(random()),
                   .destination_port = static_cast<std::uint16_t>(random()),
                   .sequence = static_cast<std::uint32_t>(random()),
                   .acknowledgment = static_cast<std::uint32_t>(random()),
                   .syn = random.chance(0.5),
                   .ack = random.chance(0.5),
                   .window = static_cast<std::uint16_t>(random()),
                   .urgent_pointer = static_cast<std::uint16_t>(random())};
  if (random.chance(0.5)) {
    header.maximum_segment_size = static_cast<std::uint16_t>(random());
  }
  if (random.chance(0.5)) {
    header.window_scale = static_cast<std::uint8_t>(random() % 15);
  }
  header.sack_permitted = random.chance(0.5);
  if (random.chance(0.5)) {
    header.timestamps = TcpTimestamps{.value = static_cast<std::uint32_t>(random()),
                                      .echo_reply = static_cast<std::uint32_t>(random())};
  }
  for (std::uint64_t blocks = random() % 5; header.sack_count < blocks; ++header.sack_count) {
    header.sack[header.sack_count] = {.begin = static_cast<std::uint32_t>(random()),
                                      .end = static_cast<std::uint32_t>(random())};
    if (TcpHeader next = header; ++next.sack_count, next.size() > TcpHeader::kMaxSize) {
      header.sack[header.sack_count] = {};
      break;
    }
  }
  return header;
}

TEST(TcpHeader, RoundTripsEveryHeader) {
  constexpr std::uint64_t kSeed = 9293;
  SCOPED_TRACE(testing::Message() << "seed " << kSeed);
  RandomStream random(kSeed, "tcp");
  for (int i = 0; i < 20'000; ++i) {
    const TcpHeader header = random_header(random);
    const auto parsed = parse(serialized(header, Octets(random() % 8, 0x5a)));
    ASSERT_TRUE(parsed);
    ASSERT_EQ(parsed->header, header);
    ASSERT_EQ(parsed->header_size, header.size());
  }
}

TEST(TcpHeader, RefusesToWriteMoreThanFortyBytesOfOptions) {
  TcpHeader header;
  header.timestamps = TcpTimestamps{};
  header.sack_count = 4;  // 10 + 34
  Octets segment(80);
  EXPECT_THROW(header.serialize(segment, 80, kSource, kDestination), std::logic_error);
}

}  // namespace
}  // namespace violin::wire
