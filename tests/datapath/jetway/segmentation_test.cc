#include "datapath/jetway/segmentation.h"

#include <gtest/gtest.h>

#include <sstream>

#include "core/pcapng.h"
#include "tests/core/tshark.h"
#include "tests/datapath/jetway/super_frame.h"

namespace violin {
namespace {

struct Case {
  std::string name;
  SuperFrame super_frame;
};

std::ostream& operator<<(std::ostream& out, const Case& c) { return out << c.name; }

const std::vector<Case> kCases = {
    {"Ipv4", {}},
    {"Ipv6", {.ipv6 = true, .segment_size = 1428}},
    {"Tagged", {.tagged = true}},
    {"WithIpOptions", {.ip_options = 8}},
    {"WithTheLargestHeaders", {.ip_options = 40, .tcp_options = 40, .segment_size = 536}},
    {"OfExactlyTwoSegments", {.payload = 2896}},
    {"OfOddSegments", {.payload = 1001, .segment_size = 333}},
    {"OfOneByteMoreThanASegment", {.payload = 1449}},
    {"ThatIsNotLongerThanASegment", {.payload = 100}},
    {"WithoutPayload", {.payload = 0}},
    {"AsLongAsIpAllows", {.payload = 65'535 - 52}},
};

class Segmentation : public ::testing::TestWithParam<Case> {
 protected:
  const SuperFrame& super_frame() const { return GetParam().super_frame; }
  std::vector<Frame> segments() {
    auto cut = cut_into_segments(make(super_frame(), pool_), pool_);
    EXPECT_TRUE(cut);
    return cut ? std::move(*cut) : std::vector<Frame>{};
  }
  FramePool pool_;
};

Octets octets(const Frame& frame) { return {frame.bytes().begin(), frame.bytes().end()}; }

std::string capture_of(const std::vector<Frame>& frames) {
  std::ostringstream out;
  PcapngWriter writer(out, "segments");
  const auto interface = writer.add_interface({.name = "segments", .description = {}, .mac = {}});
  for (const Frame& frame : frames) {
    writer.write(interface, frame, kRunStart, PcapngWriter::Direction::kOutbound);
  }
  writer.close(kRunStart);
  return out.str();
}

TEST_P(Segmentation, CarriesAllPayloadInOrderInFullSegments) {
  const auto cut = segments();
  const Octets whole = octets_of(super_frame());
  Octets payload;
  for (std::size_t i = 0; i < cut.size(); ++i) {
    const Octets bytes = octets(cut[i]);
    const std::size_t length = bytes.size() - super_frame().headers();
    EXPECT_LE(length, super_frame().segment_size);
    if (i + 1 < cut.size()) {
      EXPECT_EQ(length, super_frame().segment_size);
    }
    payload.insert(payload.end(), bytes.end() - static_cast<std::ptrdiff_t>(length), bytes.end());
    EXPECT_EQ(cut[i].offload(), FrameOffload{});
  }
  EXPECT_EQ(payload,
            Octets(whole.end() - static_cast<std::ptrdiff_t>(super_frame().payload), whole.end()));
}

// What another program reads in them.
TEST_P(Segmentation, GivesSegmentsThatTsharkFindsRight) {
  if (!Tshark::present()) {
    GTEST_SKIP() << "tshark is not installed";
  }
  const auto cut = segments();
  const std::string ip = super_frame().ipv6 ? "ipv6.plen" : "ip.len";
  const Tshark tshark(capture_of(cut));
  const auto lines = tshark.fields(
      {"tcp.checksum.status", "ip.checksum.status", "tcp.seq_raw", "ip.id", ip, "tcp.len"},
      "-o tcp.check_checksum:TRUE -o ip.check_checksum:TRUE");
  ASSERT_EQ(lines.size(), cut.size());
  std::size_t sent = 0;
  for (std::size_t i = 0; i < cut.size(); ++i) {
    const std::size_t length =
        std::min<std::size_t>(super_frame().segment_size, super_frame().payload - sent);
    std::ostringstream expected;
    expected << "1|" << (super_frame().ipv6 ? "" : "1") << '|'
             << super_frame().sequence + static_cast<std::uint32_t>(sent) << '|';
    if (!super_frame().ipv6) {
      char id[24];
      snprintf(id, sizeof id, "0x%04zx", (super_frame().identification + i) & 0xffff);
      expected << id;
    }
    expected << '|'
             << (super_frame().ipv6 ? 0 : super_frame().ip_size()) + super_frame().tcp_size() +
                    length
             << '|' << length;
    EXPECT_EQ(lines[i], expected.str());
    sent += length;
  }
}

INSTANTIATE_TEST_SUITE_P(Of, Segmentation, ::testing::ValuesIn(kCases),
                         [](const auto& c) { return c.param.name; });

std::vector<int> flags_of(std::uint8_t flags, std::size_t payload) {
  FramePool pool;
  const SuperFrame super_frame{.payload = payload, .flags = flags};
  const auto cut = cut_into_segments(make(super_frame, pool), pool);
  std::vector<int> result;
  for (const Frame& segment : *cut) {
    result.push_back(segment.bytes()[14 + 20 + 13]);
  }
  return result;
}

// RFC 9293 section 3.10.7.4 (FIN follows the data), 3.9.1.2 (PSH); RFC 3168 section 6.1.2 (CWR on
// the first packet after the reduction).
TEST(SegmentFlags, FinAndPshAreTheLastSegmentsAndCwrTheFirsts) {
  EXPECT_EQ(flags_of(0x99, 3 * 1448), (std::vector<int>{0x90, 0x10, 0x19}));
  EXPECT_EQ(flags_of(0x99, 1448), (std::vector<int>{0x99}));
  EXPECT_EQ(flags_of(0x50, 2 * 1448), (std::vector<int>{0x50, 0x50}));
}

TEST(SegmentFlags, PaddingBehindThePacketIsNotCarried) {
  FramePool pool;
  const SuperFrame super_frame{.payload = 2000};
  Frame frame = make(super_frame, pool);
  std::ranges::fill(frame.push_back(10), std::uint8_t{0xee});
  const auto cut = cut_into_segments(frame, pool);
  ASSERT_EQ(cut->size(), 2U);
  EXPECT_EQ((*cut)[1].size(), Bytes{super_frame.headers() + 2000 - 1448});
}

struct Refusal {
  std::string name;
  std::size_t at;
  std::uint8_t value;
  Drop reason;
};

// Into IPv4's header at 14 and TCP's at 34.
TEST(SegmentationRefuses, WhatIsMalformedOrNotTcp) {
  const std::vector<Refusal> refusals = {
      {"another type", 12, 0x09, Drop::kUnsupported},
      {"a group address as source", 6, 3, Drop::kBadFrame},
      {"IP version 5", 14, 0x55, Drop::kBadHeader},
      {"a wrong header checksum", 24, 0x77, Drop::kBadChecksum},
      {"a data offset below 5", 46, 0x40, Drop::kBadHeader},
  };
  FramePool pool;
  for (const Refusal& refusal : refusals) {
    Frame frame = make(SuperFrame{}, pool);
    frame.writable()[refusal.at] = refusal.value;
    const auto cut = cut_into_segments(frame, pool);
    ASSERT_FALSE(cut) << refusal.name;
    EXPECT_EQ(cut.reason(), refusal.reason) << refusal.name;
  }
}

TEST(SegmentationRefuses, APacketThatIsNotAllThere) {
  FramePool pool;
  for (const bool ipv6 : {false, true}) {
    Frame frame = make(SuperFrame{.ipv6 = ipv6}, pool);
    frame.truncate(frame.bytes().size() - 1);
    const auto cut = cut_into_segments(frame, pool);
    ASSERT_FALSE(cut);
    EXPECT_EQ(cut.reason(), Drop::kBadHeader);
  }
}

TEST(SegmentationRefuses, AHeaderThatIsCutOff) {
  FramePool pool;
  for (const bool ipv6 : {false, true}) {
    const SuperFrame super_frame{.ipv6 = ipv6, .payload = 0};
    const Octets whole = octets_of(super_frame);
    for (std::size_t n = 0; n < whole.size(); ++n) {
      Frame frame = pool.copy_of(std::span(whole).first(n));
      frame.set_offload({.segment_size = 100, .checksum_pending = true});
      EXPECT_FALSE(cut_into_segments(frame, pool)) << n;
      EXPECT_TRUE(complete_checksum(frame)) << n;
    }
  }
}

// A datagram whose checksum a card was to fill in: UDP and TCP, even and odd.
Octets pending_udp(const Octets& payload) {
  Octets out = {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0};
  const auto udp_length = static_cast<std::uint8_t>(8 + payload.size());
  Octets ip = {0x45, 0,  0, static_cast<std::uint8_t>(20 + udp_length),
               0,    1,  0, 0,
               64,   17, 0, 0,
               10,   0,  0, 1,
               10,   0,  0, 2};
  const auto checksum = static_cast<std::uint16_t>(~plain_sum(ip));
  ip[10] = static_cast<std::uint8_t>(checksum >> 8);
  ip[11] = static_cast<std::uint8_t>(checksum);
  out.insert(out.end(), ip.begin(), ip.end());
  const std::uint16_t sum = plain_sum({10, 0, 0, 1, 10, 0, 0, 2, 0, 17, 0, udp_length});
  const Octets udp = {0x12,
                      0x34,
                      0x56,
                      0x78,
                      0,
                      udp_length,
                      static_cast<std::uint8_t>(sum >> 8),
                      static_cast<std::uint8_t>(sum)};
  out.insert(out.end(), udp.begin(), udp.end());
  out.insert(out.end(), payload.begin(), payload.end());
  return out;
}

TEST(PendingChecksum, OfUdpIsTheOneOfRfc768) {
  FramePool pool;
  for (const Octets& payload : {Octets{}, Octets{1}, Octets{1, 2}, Octets{1, 2, 3}}) {
    Frame frame = pool.copy_of(pending_udp(payload));
    frame.set_offload({.checksum_pending = true});
    EXPECT_EQ(complete_checksum(frame), std::nullopt);
    EXPECT_EQ(frame.offload(), FrameOffload{});
    Octets covered = {10, 0, 0, 1,  10, 0,
                      0,  2, 0, 17, 0,  static_cast<std::uint8_t>(8 + payload.size())};
    const Octets bytes = octets(frame);
    covered.insert(covered.end(), bytes.begin() + 34, bytes.end());
    EXPECT_EQ(plain_sum(covered), 0xffff);
  }
}

// Two bytes that make the sum 0xffff: the checksum would be 0, which says that there is none.
TEST(PendingChecksum, OfUdpIsNeverZero) {
  FramePool pool;
  Octets covered = {10, 0, 0, 1, 10, 0, 0, 2, 0, 17, 0, 10, 0x12, 0x34, 0x56, 0x78, 0, 10};
  const auto missing = static_cast<std::uint16_t>(~plain_sum(covered));
  Frame frame = pool.copy_of(
      pending_udp({static_cast<std::uint8_t>(missing >> 8), static_cast<std::uint8_t>(missing)}));
  frame.set_offload({.checksum_pending = true});
  EXPECT_EQ(complete_checksum(frame), std::nullopt);
  EXPECT_EQ(frame.bytes()[40], 0xff);
  EXPECT_EQ(frame.bytes()[41], 0xff);
}

TEST(PendingChecksum, LeavesOtherHoldersOfTheBytesAlone) {
  FramePool pool;
  Frame frame = pool.copy_of(pending_udp({1, 2, 3}));
  frame.set_offload({.checksum_pending = true});
  const Frame other = frame.share();
  EXPECT_EQ(complete_checksum(frame), std::nullopt);
  EXPECT_EQ(octets(other), pending_udp({1, 2, 3}));
  EXPECT_TRUE(other.offload().checksum_pending);
}

TEST(PendingChecksum, LeavesCompleteFramesAlone) {
  FramePool pool;
  Frame frame = pool.copy_of(pending_udp({1, 2, 3}));
  EXPECT_EQ(complete_checksum(frame), std::nullopt);
  EXPECT_EQ(octets(frame), pending_udp({1, 2, 3}));
}

TEST(PendingChecksum, HasNoRoomBeyondTheFrame) {
  Octets bytes(20);
  EXPECT_TRUE(complete_checksum_at(bytes, 10, 8));
  EXPECT_FALSE(complete_checksum_at(bytes, 10, 9));
  EXPECT_FALSE(complete_checksum_at(bytes, 21, 0));
}

}  // namespace
}  // namespace violin
