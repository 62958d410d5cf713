#include "datapath/tunnel/segment.h"

#include <gtest/gtest.h>

#include <array>

#include "tests/datapath/tunnel/datagram_bytes.h"

namespace violin {
namespace {

using Octets = std::vector<std::uint8_t>;

// Written by hand from the picture in segment.h.
const char* const kHeader =
    "56 47 01 03 00 00 00 2a 01 02 03 04 05 06 07 08 "
    "18 00 00 00 00 00 00 01 00 00 00 00 00 00 01 00";
const SegmentHeader kProbe{.kind = SegmentKind::kProbe,
                           .tunnel = 42,
                           .token = 0x0102030405060708,
                           .epoch = 0x1800000000000001,
                           .sequence = 256};

TEST(SegmentHeader, IsWrittenAsItsPicture) {
  Octets bytes(SegmentHeader::kSize);
  kProbe.serialize(bytes.data());
  EXPECT_EQ(bytes, octets(kHeader));
}

TEST(SegmentHeader, IsReadAsItsPicture) {
  EXPECT_EQ(SegmentHeader::parse(octets(kHeader)), kProbe);
  EXPECT_EQ(SegmentHeader::parse(joined(octets(kHeader), {1, 2, 3})), kProbe);
}

TEST(SegmentHeader, AnotherMagicVersionOrKindIsNone) {
  const Octets good = octets(kHeader);
  for (const std::size_t at : {0U, 1U, 2U}) {
    Octets bad = good;
    bad[at] ^= 0x10;
    EXPECT_EQ(SegmentHeader::parse(bad), std::nullopt) << at;
  }
  Octets bad = good;
  bad[3] = 5;
  EXPECT_EQ(SegmentHeader::parse(bad), std::nullopt);
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_EQ(SegmentHeader::parse(std::span(good).first(size)), std::nullopt) << size;
  }
}

TEST(ChunkHeader, OfAWholeFrame) {
  const Octets bytes = octets("00 01 02 03 00 04 00 00 aa bb cc dd ee");
  const ChunkHeader header{.channel = ChannelId{0x10203}, .length = 4, .piece = std::nullopt};
  EXPECT_EQ(ChunkHeader::parse(bytes), header);
  Octets written(ChunkHeader::kSize);
  header.serialize(written.data());
  EXPECT_TRUE(std::ranges::equal(written, std::span(bytes).first(8)));
  ChunkHeader::serialize_whole(written.data(), header.channel, header.length);
  EXPECT_TRUE(std::ranges::equal(written, std::span(bytes).first(8)));
}

TEST(ChunkHeader, OfAPiece) {
  const Octets bytes = octets("00 00 00 07 00 02 00 01 00 00 00 09 00 00 05 dc 00 00 05 de aa bb");
  const ChunkHeader header{.channel = ChannelId{7},
                           .length = 2,
                           .piece = ChunkHeader::Piece{.frame = 9, .offset = 1500, .total = 1502}};
  EXPECT_EQ(ChunkHeader::parse(bytes), header);
  Octets written(ChunkHeader::kPieceSize);
  header.serialize(written.data());
  EXPECT_TRUE(std::ranges::equal(written, std::span(bytes).first(20)));
}

TEST(ChunkHeader, RefusesWhatDoesNotFit) {
  const char* const cases[] = {
      "00 00 00 07 00 02 00",                                      // cut
      "00 00 00 07 00 03 00 00 aa bb",                             // longer than what is there
      "00 00 00 07 00 02 00 02 aa bb",                             // an unknown flag
      "00 00 00 07 00 02 00 01 00 00 00 09 00 00 05 dc 00 00 05",  // a piece, cut
      "00 00 00 07 00 02 00 01 00 00 00 09 00 00 05 dd 00 00 05 de aa bb",  // beyond the frame
      "00 00 00 07 00 02 00 01 00 00 00 09 ff ff ff ff 00 00 05 de aa bb",  // far beyond it
      "00 00 00 07 00 02 00 01 00 00 00 09 00 00 05 dc 00 01 00 40 aa bb",  // 65,600: too large
  };
  for (const char* bytes : cases) {
    EXPECT_EQ(ChunkHeader::parse(octets(bytes)), std::nullopt) << bytes;
  }
}

TEST(HelloBody, IsReadAsItIsWritten) {
  const HelloBody body{
      .timestamp = 1, .received = 2, .received_data = 3, .lost = 0x0400000000000000};
  Octets bytes(HelloBody::kSize);
  body.serialize(bytes.data());
  EXPECT_EQ(bytes, octets("00 00 00 00 00 00 00 01 00 00 00 00 00 00 00 02 "
                          "00 00 00 00 00 00 00 03 04 00 00 00 00 00 00 00"));
  EXPECT_EQ(HelloBody::parse(bytes), body);
  EXPECT_EQ(HelloBody::parse(std::span(bytes).first(31)), std::nullopt);
}

}  // namespace
}  // namespace violin
