// The packer and the unpacker with a path between them.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "datapath/tunnel/segment_packer.h"
#include "datapath/tunnel/segment_unpacker.h"
#include "datapath/tunnel/segment_window.h"
#include "models/wire/big_endian.h"
#include "tests/datapath/tunnel/datagram_bytes.h"

namespace violin {
namespace {

using Octets = std::vector<std::uint8_t>;

struct KeptTrains : TrainSink {
  std::optional<Drop> send_train(std::span<const iovec> train_pieces, std::size_t size,
                                 std::size_t each) override {
    if (refuses) {
      return refuses;
    }
    pieces += train_pieces.size();
    Octets train;
    for (const iovec& piece : train_pieces) {
      const auto* from = static_cast<const std::uint8_t*>(piece.iov_base);
      train.insert(train.end(), from, from + piece.iov_len);
    }
    EXPECT_EQ(train.size(), size);
    EXPECT_LE(size, 65'507U);
    ++trains;
    std::size_t count = 0;
    for (std::size_t at = 0; at < size; at += each) {
      const auto length = static_cast<std::ptrdiff_t>(std::min(each, size - at));
      const auto begin = train.begin() + static_cast<std::ptrdiff_t>(at);
      segments.emplace_back(begin, begin + length);
      ++count;
    }
    EXPECT_LE(count, 64U);
    return std::nullopt;
  }
  std::vector<Octets> segments;
  int trains = 0;
  std::size_t pieces = 0;
  std::optional<Drop> refuses;
};

struct KeptFrames : FrameTaker {
  void take(ChannelId channel, Frame&& frame) override {
    frames[channel].push_back(bytes_of(frame));
    frame.reset();
  }
  std::map<ChannelId, std::vector<Octets>> frames;
};

// A number in front, so that each is told from all others, then what it makes of it.
Octets numbered_frame(std::uint32_t number, std::size_t size) {
  Octets bytes(std::max<std::size_t>(size, 4));
  wire::store32(bytes.data(), number);
  std::mt19937 content(number);
  for (std::size_t i = 4; i < bytes.size(); ++i) {
    bytes[i] = static_cast<std::uint8_t>(content());
  }
  return bytes;
}

std::uint32_t number_of(std::span<const std::uint8_t> frame) { return wire::load32(frame.data()); }

class Packing : public ::testing::Test {
 protected:
  void add(ChannelId channel, const Octets& bytes) {
    ++books_.in;
    packer_.add(channel, pool_.copy_of(bytes), books_);
  }
  bool unpack(const Octets& segment, TimePoint now = kRunStart) {
    return unpacker_.unpack(pool_.copy_of(std::span(segment).subspan(SegmentHeader::kSize)), now);
  }
  void unpack_all() {
    for (const Octets& segment : trains_.segments) {
      EXPECT_TRUE(unpack(segment));
    }
    trains_.segments.clear();
  }

  static constexpr ChannelId kChannel{7};
  FramePool pool_;
  Ledger books_;
  KeptTrains trains_;
  KeptFrames got_;
  SegmentPacker packer_{{.tunnel = 1, .token = 2, .epoch = 3}, 1472, trains_};
  SegmentUnpacker unpacker_{pool_, got_};
};

TEST_F(Packing, SmallFramesShareASegmentThatIsSentAtTheFlushOnly) {
  for (std::uint32_t i = 0; i < 20; ++i) {
    add(kChannel, numbered_frame(i, 64));
  }
  EXPECT_TRUE(trains_.segments.empty());
  EXPECT_EQ(packer_.waiting(books_), 20U);
  EXPECT_TRUE(books_.balances(packer_.waiting(books_)));
  packer_.flush();
  ASSERT_EQ(trains_.segments.size(), 1U);
  EXPECT_EQ(trains_.segments[0].size(), 32U + 20 * (8 + 64));  // not padded: it is the last
  EXPECT_EQ(books_.consumed, 20U);
  unpack_all();
  EXPECT_EQ(got_.frames[kChannel].size(), 20U);
}

TEST_F(Packing, SegmentsOfATrainAreOfOneSizeAndNumbered) {
  for (std::uint32_t i = 0; i < 100; ++i) {
    add(kChannel, numbered_frame(i, 100 + 37 * i));
  }
  packer_.flush();
  for (std::size_t i = 0; i < trains_.segments.size(); ++i) {
    const auto header = SegmentHeader::parse(trains_.segments[i]);
    ASSERT_TRUE(header);
    EXPECT_EQ(header->sequence, i + 1);
    EXPECT_EQ(header->tunnel, 1U);
    EXPECT_EQ(header->token, 2U);
    EXPECT_EQ(header->epoch, 3U);
    EXPECT_LE(trains_.segments[i].size(), 1472U);
  }
  EXPECT_EQ(packer_.data_segments(), trains_.segments.size());
}

TEST_F(Packing, AFrameLargerThanASegmentIsSplitAndPutTogether) {
  for (std::uint32_t i = 0; i < 5; ++i) {
    add(kChannel, numbered_frame(i, 9014));
    add(kChannel, numbered_frame(100 + i, 65'599));
  }
  packer_.flush();
  unpack_all();
  ASSERT_EQ(got_.frames[kChannel].size(), 10U);
  for (std::uint32_t i = 0; i < 5; ++i) {
    EXPECT_EQ(got_.frames[kChannel][2 * i], numbered_frame(i, 9014));
    EXPECT_EQ(got_.frames[kChannel][2 * i + 1], numbered_frame(100 + i, 65'599));
  }
  EXPECT_EQ(pool_.live(), 0U);
}

TEST_F(Packing, FramesThatAreTooLargeOrEmptyAreDropped) {
  add(kChannel, Octets(65'600));
  add(kChannel, {});
  packer_.flush();
  EXPECT_TRUE(trains_.segments.empty());
  EXPECT_EQ(books_.drops(Drop::kOversize), 1U);
  EXPECT_EQ(books_.drops(Drop::kBadFrame), 1U);
  EXPECT_TRUE(books_.balances(0));
}

TEST_F(Packing, PayloadThatWasOnlyCountedIsZeros) {
  for (const std::uint32_t elided : {10U, 1000U, 5000U}) {
    ++books_.in;
    packer_.add(kChannel, pool_.copy_of(ethernet(20), elided), books_);
  }
  packer_.flush();
  unpack_all();
  for (std::size_t i = 0; const std::size_t elided : {10U, 1000U, 5000U}) {
    EXPECT_EQ(got_.frames[kChannel][i++], joined(ethernet(20), Octets(elided, 0)));
  }
}

TEST_F(Packing, ATrainThatIsRefusedIsInTheBooksOfEachFrameThatHadBytesInIt) {
  trains_.refuses = Drop::kSocketFull;
  for (std::uint32_t i = 0; i < 10; ++i) {
    add(kChannel, numbered_frame(i, 1000));
  }
  packer_.flush();
  EXPECT_EQ(books_.drops(Drop::kSocketFull), 10U);
  // A frame that begins in a train that is refused, and ends in one that is taken, is lost.
  Ledger large;
  large.in = 1;
  packer_.add(kChannel, pool_.copy_of(numbered_frame(1, 60'000)), large);
  ASSERT_EQ(large.drops(Drop::kSocketFull), 0U);
  large.in = 2;
  packer_.add(kChannel, pool_.copy_of(numbered_frame(2, 60'000)), large);  // flushes in its middle
  trains_.refuses.reset();
  packer_.flush();
  EXPECT_EQ(large.drops(Drop::kSocketFull), 2U);
  EXPECT_EQ(large.consumed, 0U);
  add(kChannel, numbered_frame(3, 100));
  packer_.flush();
  EXPECT_EQ(books_.consumed, 1U);
  EXPECT_TRUE(books_.balances(0));
}

TEST_F(Packing, AnotherSegmentSizeHoldsFromTheNextSegmentOn) {
  add(kChannel, numbered_frame(1, 3000));
  packer_.set_segment_size(600);
  add(kChannel, numbered_frame(2, 3000));
  packer_.flush();
  EXPECT_EQ(trains_.trains, 2);
  EXPECT_EQ(trains_.segments[0].size(), 1472U);
  EXPECT_EQ(trains_.segments.at(3).size(), 600U);
  unpack_all();
  EXPECT_EQ(got_.frames[kChannel].size(), 2U);
  EXPECT_THROW(packer_.set_segment_size(547), std::logic_error);
  EXPECT_THROW(packer_.set_segment_size(65'508), std::logic_error);
}

TEST_F(Packing, ALargeFrameAloneInItsSegmentIsNotCopied) {
  add(kChannel, numbered_frame(1, 1400));
  packer_.flush();
  Frame body = pool_.copy_of(std::span(trains_.segments[0]).subspan(SegmentHeader::kSize));
  const std::uint64_t live = pool_.live();
  struct : FrameTaker {
    void take(ChannelId, Frame&& f) override { frame = std::move(f); }
    Frame frame;
  } taker;
  SegmentUnpacker unpacker(pool_, taker);
  EXPECT_TRUE(unpacker.unpack(std::move(body), kRunStart));
  EXPECT_EQ(bytes_of(taker.frame), numbered_frame(1, 1400));
  EXPECT_EQ(pool_.live(), live);
}

// 1472 bytes hold one frame of 1400 with its headers, and 32 bytes of padding.
TEST_F(Packing, LargeFramesAreSegmentsInOnePieceWithTheirHeadersAndPadding) {
  std::vector<Octets> sent;
  for (std::uint32_t i = 0; i < 90; ++i) {  // more than a train
    sent.push_back(numbered_frame(i, 1400));
    add(kChannel, sent.back());
  }
  packer_.flush();
  EXPECT_EQ(trains_.segments.size(), 90U);
  EXPECT_EQ(trains_.pieces, 90U);
  EXPECT_EQ(trains_.segments[0].size(), 1472U);
  EXPECT_TRUE(std::ranges::all_of(std::span(trains_.segments[0]).last(32),
                                  [](std::uint8_t byte) { return byte == 0; }));
  EXPECT_EQ(trains_.segments[89].size(), 1440U);
  unpack_all();
  EXPECT_EQ(got_.frames[kChannel], sent);
  EXPECT_TRUE(books_.balances(0));
}

// As a train comes from a tunnel: what is left of its segments' headers has room for the new ones.
TEST_F(Packing, ARowOfFramesIsATrainInOnePiece) {
  constexpr std::size_t kHeaders = SegmentHeader::kSize + ChunkHeader::kSize;
  std::vector<Frame> row(44);
  pool_.make_row(row, 1472);
  std::vector<Octets> sent;
  for (std::uint32_t i = 0; i < row.size(); ++i) {
    sent.push_back(numbered_frame(i, 1400));
    row[i].pop_front(kHeaders);
    row[i].truncate(1400);
    std::ranges::copy(sent.back(), row[i].writable().begin());
    ++books_.in;
    packer_.add(kChannel, std::move(row[i]), books_);
  }
  packer_.flush();
  EXPECT_EQ(trains_.pieces, 1U);
  EXPECT_EQ(trains_.segments.size(), 44U);
  unpack_all();
  EXPECT_EQ(got_.frames[kChannel], sent);
}

TEST_F(Packing, WhatOthersHoldTooIsNotWrittenOn) {
  const Octets bytes = numbered_frame(1, 1400);
  const Frame flooded = pool_.copy_of(bytes);
  for (int i = 0; i < 3; ++i) {
    ++books_.in;
    packer_.add(kChannel, flooded.share(), books_);
  }
  packer_.flush();
  EXPECT_EQ(bytes_of(flooded), bytes);
  unpack_all();
  EXPECT_EQ(got_.frames[kChannel], std::vector<Octets>(3, bytes));
}

TEST_F(Packing, FramesWithoutHeadroomOrTailroomAreSentAsWell) {
  std::vector<Octets> sent;
  for (std::uint32_t i = 0; i < 8; ++i) {
    sent.push_back(numbered_frame(i, 1400));
    Frame frame = pool_.make(1400, 0, /*headroom=*/i % 2 == 0 ? 2016 - 1400 : 0);
    std::ranges::copy(sent.back(), frame.writable().begin());
    ++books_.in;
    packer_.add(kChannel, std::move(frame), books_);
    sent.push_back(numbered_frame(100 + i, 20));  // fits what is left of the segment, or does not
    add(kChannel, sent.back());
  }
  packer_.flush();
  unpack_all();
  EXPECT_EQ(got_.frames[kChannel], sent);
}

TEST_F(Packing, PiecesThatOverlapOrContradictEndTheirFrame) {
  const auto piece = [](std::uint32_t channel, std::uint32_t offset, std::uint16_t length,
                        std::uint32_t total) {
    Octets chunk(ChunkHeader::kPieceSize + length, 1);
    ChunkHeader{.channel = ChannelId{channel},
                .length = length,
                .piece = ChunkHeader::Piece{.frame = 5, .offset = offset, .total = total}}
        .serialize(chunk.data());
    return chunk;
  };
  const std::vector<std::vector<Octets>> cases = {
      {piece(7, 0, 100, 300), piece(7, 99, 100, 300)},                      // overlaps its end
      {piece(7, 100, 100, 300), piece(7, 0, 101, 300)},                     // its beginning
      {piece(7, 100, 100, 300), piece(7, 100, 100, 300)},                   // the same again
      {piece(7, 0, 10, 300), piece(7, 20, 10, 300), piece(7, 5, 20, 300)},  // two of them
      {piece(7, 0, 100, 300), piece(8, 100, 100, 300)},                     // another channel
      {piece(7, 0, 100, 300), piece(7, 100, 100, 299)},                     // another size
  };
  for (const auto& pieces : cases) {
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      EXPECT_EQ(unpacker_.unpack(pool_.copy_of(pieces[i]), kRunStart), i + 1 < pieces.size());
    }
    EXPECT_EQ(unpacker_.incomplete(), 0U);
    EXPECT_EQ(unpacker_.take_abandoned(), 1U);
  }
  EXPECT_TRUE(got_.frames.empty());
  EXPECT_EQ(pool_.live(), 0U);
}

TEST_F(Packing, IncompleteFramesAreBoundedInNumberAndInTime) {
  for (std::uint32_t i = 0; i < 1000; ++i) {
    Octets chunk(ChunkHeader::kPieceSize + 1);
    ChunkHeader{.channel = kChannel,
                .length = 1,
                .piece = ChunkHeader::Piece{.frame = i, .offset = 0, .total = 65'000}}
        .serialize(chunk.data());
    EXPECT_TRUE(unpacker_.unpack(pool_.copy_of(chunk), kRunStart + Duration(i)));
    EXPECT_LE(pool_.live(), SegmentUnpacker::kMostIncomplete);
  }
  EXPECT_EQ(unpacker_.incomplete(), 64U);
  EXPECT_EQ(unpacker_.take_abandoned(), 1000U - 64);
  unpacker_.expire(kRunStart + SegmentUnpacker::kPatience);
  EXPECT_EQ(unpacker_.incomplete(), 64U);
  unpacker_.expire(kRunStart + SegmentUnpacker::kPatience + Duration(1000));
  EXPECT_EQ(unpacker_.incomplete(), 0U);
  EXPECT_EQ(pool_.live(), 0U);
}

// --- the properties

struct Path {
  const char* name;
  double loss;
  double duplication;
  std::size_t displacement;  // how far a segment may be moved
};

class PackingOver : public ::testing::TestWithParam<Path> {
 protected:
  // The numbers of the frames that have bytes in the segment, read by the format's picture.
  std::set<std::uint32_t> frames_in(const Octets& segment) {
    std::set<std::uint32_t> numbers;
    std::size_t at = 32;
    while (segment.size() - at >= 8) {
      const std::uint8_t* chunk = segment.data() + at;
      const std::size_t length = wire::load16(chunk + 4);
      if (length == 0) {
        break;
      }
      if (wire::load16(chunk + 6) == 0) {
        numbers.insert(wire::load32(chunk + 8));
        at += 8 + length;
      } else {
        const std::uint32_t split = wire::load32(chunk + 8);
        if (wire::load32(chunk + 12) == 0) {
          split_[split] = wire::load32(chunk + 20);
        }
        numbers.insert(split_.at(split));
        at += 20 + length;
      }
    }
    return numbers;
  }
  std::map<std::uint32_t, std::uint32_t> split_;  // frame number of the tunnel -> ours
};

// What arrives are exactly the frames all of whose segments did, each once and as it was; in order
// where segments keep theirs.
TEST_P(PackingOver, DeliversExactlyTheFramesWhoseSegmentsAllCame) {
  for (const unsigned seed : {1U, 2U, 3U, 4U, 5U, 6U, 7U, 8U}) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    const auto chance = [&](double p) { return std::uniform_real_distribution<>()(random) < p; };
    FramePool pool;
    Ledger books;
    KeptTrains trains;
    KeptFrames got;
    const std::size_t segment_size = 548 + random() % 3000;
    SegmentPacker packer({.tunnel = 1}, segment_size, trains);
    std::map<std::uint32_t, std::pair<ChannelId, Octets>> sent;
    for (std::uint32_t number = 1; number <= 1500; ++number) {
      const std::size_t size = random() % 20 == 0  ? random() % 65'600
                               : random() % 2 == 0 ? random() % 128
                                                   : random() % 3000;
      const ChannelId channel{static_cast<std::uint32_t>(random() % 3)};
      Octets frame = numbered_frame(number, size);
      packer.add(channel, pool.copy_of(frame), books);
      sent.emplace(number, std::pair(channel, std::move(frame)));
      if (random() % 10 == 0) {
        packer.flush();
      }
    }
    packer.flush();

    std::set<std::uint32_t> lost;
    std::vector<std::pair<std::size_t, const Octets*>> arrivals;
    for (std::size_t i = 0; i < trains.segments.size(); ++i) {
      const auto frames = frames_in(trains.segments[i]);
      if (chance(GetParam().loss)) {
        lost.insert(frames.begin(), frames.end());
        continue;
      }
      const auto place = [&] { return i + random() % (GetParam().displacement + 1); };
      arrivals.emplace_back(place(), &trains.segments[i]);
      if (chance(GetParam().duplication)) {
        arrivals.emplace_back(place(), &trains.segments[i]);
      }
    }
    std::ranges::stable_sort(arrivals, {}, &decltype(arrivals)::value_type::first);

    SegmentWindow window;
    SegmentUnpacker unpacker(pool, got);
    for (const auto& [place, segment] : arrivals) {
      if (window.accept(SegmentHeader::parse(*segment)->sequence)) {
        EXPECT_TRUE(unpacker.unpack(pool.copy_of(std::span(*segment).subspan(32)), kRunStart));
      }
    }

    std::set<std::uint32_t> delivered;
    for (const auto& [channel, frames] : got.frames) {
      std::uint32_t last = 0;
      for (const Octets& frame : frames) {
        const std::uint32_t number = number_of(frame);
        ASSERT_TRUE(sent.contains(number));
        EXPECT_EQ(sent[number].first, channel);
        EXPECT_EQ(sent[number].second, frame);
        EXPECT_TRUE(delivered.insert(number).second) << "twice: " << number;
        EXPECT_TRUE(GetParam().displacement > 0 || number > last);
        last = number;
      }
    }
    for (const auto& [number, frame] : sent) {
      EXPECT_EQ(delivered.contains(number), !lost.contains(number)) << number;
    }
    split_.clear();
  }
}

INSTANTIATE_TEST_SUITE_P(Paths, PackingOver,
                         ::testing::Values(Path{"Perfect", 0, 0, 0}, Path{"Loss", 0.02, 0, 0},
                                           Path{"Reordering", 0, 0, 20},
                                           Path{"Duplication", 0, 0.3, 5},
                                           Path{"All", 0.02, 0.1, 20}),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace violin
