#include "datapath/tunnel/segment_packer.h"

#include <algorithm>
#include <cstring>

#include "core/require.h"

namespace violin {

SegmentPacker::SegmentPacker(const SegmentHeader& header, std::size_t segment_size, TrainSink& sink,
                             const SegmentPackerOptions& options)
    : header_(header),
      sink_(sink),
      options_(options),
      segment_size_(0),
      written_(new std::uint8_t[options.train_bytes]) {
  header_.kind = SegmentKind::kData;
  set_segment_size(segment_size);
}

void SegmentPacker::set_segment_size(std::size_t size) {
  require(size >= kLeastSegment && size <= options_.train_bytes,
          "a segment has room for its headers and is within a train");
  flush();
  segment_size_ = size;
  train_end_ = size * std::min(options_.train_segments, options_.train_bytes / size);
}

SegmentHeader SegmentPacker::header(SegmentKind kind) const {
  SegmentHeader header = header_;
  header.kind = kind;
  return header;
}

SegmentHeader SegmentPacker::next_header(SegmentKind kind) {
  ++header_.sequence;
  return header(kind);
}

// Bytes of the train that are somewhere; those that lie behind the last ones are one piece with
// them.
void SegmentPacker::refer_to(std::uint8_t* bytes, std::size_t size) {
  if (!pieces_.empty() &&
      static_cast<std::uint8_t*>(pieces_.back().iov_base) + pieces_.back().iov_len == bytes) {
    pieces_.back().iov_len += size;
  } else {
    pieces_.push_back({bytes, size});
  }
  used_ += size;
}

// The next `size` bytes of the train, to be written.
std::uint8_t* SegmentPacker::write(std::size_t size) {
  std::uint8_t* to = written_.get() + written_size_;
  refer_to(to, size);
  written_size_ += size;
  return to;
}

void SegmentPacker::begin_segment() {
  if (used_ == train_end_) {
    flush();
  }
  segment_end_ = used_ + segment_size_;
  ++header_.sequence;
  ++data_segments_;
}

void SegmentPacker::open_segment() {
  begin_segment();
  header_.serialize(write(SegmentHeader::kSize));
}

// Pads it: all but the last are of one size.
void SegmentPacker::close_segment() {
  const std::size_t padding = room();
  if (padding == 0 || !last_takes_padding_) {
    add_zeros(padding);
    return;
  }
  const auto before = held_.back().bytes();
  std::ranges::fill(held_.back().push_back(padding), std::uint8_t{0});
  const auto padded = held_.back().writable();
  if (padded.data() != before.data()) {  // it had no room
    used_ -= before.size();
    pieces_.back().iov_len -= before.size();
    refer_to(padded.data(), before.size());
  }
  refer_to(padded.data() + before.size(), padding);
  last_takes_padding_ = false;
}

void SegmentPacker::add_zeros(std::size_t size) {
  if (size > 0) {
    std::memset(write(size), 0, size);
  }
}

void SegmentPacker::add(ChannelId channel, Frame&& frame, Ledger& books) {
  const std::size_t size = frame.size().value;
  if (size > ChunkHeader::kLargestFrame) {
    books.drop(std::move(frame), Drop::kOversize);
    return;
  }
  if (size == 0) {
    books.drop(std::move(frame), Drop::kBadFrame);
    return;
  }
  const std::size_t whole = ChunkHeader::kSize + size;
  broken_.reset();
  if (room() >= whole) {
    last_takes_padding_ = false;
    add_whole(channel, frame);
  } else if (whole <= segment_size_ - SegmentHeader::kSize &&
             room() < ChunkHeader::kPieceSize + kLeastPiece) {
    close_segment();
    begin_with(channel, frame);
  } else {
    last_takes_padding_ = false;
    add_pieces(channel, frame);
  }
  if (size >= kLeastHeld) {
    held_.push_back(std::move(frame));
  } else {
    frame.reset();
  }
  credit(books);
}

void SegmentPacker::begin_with(ChannelId channel, Frame& frame) {
  begin_segment();
  broken_.reset();  // the train before had nothing of this frame
  const std::size_t size = frame.size().value;
  constexpr std::size_t kHeaders = SegmentHeader::kSize + ChunkHeader::kSize;
  if (size < kLeastHeld || frame.is_shared() || frame.elided() > 0 || frame.headroom() < kHeaders) {
    header_.serialize(write(SegmentHeader::kSize));
    add_whole(channel, frame);
    return;
  }
  std::uint8_t* headers = frame.push_front(kHeaders).data();
  header_.serialize(headers);
  ChunkHeader::serialize_whole(headers + SegmentHeader::kSize, channel,
                               static_cast<std::uint16_t>(size));
  refer_to(headers, kHeaders + size);
  last_takes_padding_ = true;
}

void SegmentPacker::add_whole(ChannelId channel, const Frame& frame) {
  const std::size_t size = frame.size().value;
  ChunkHeader::serialize_whole(write(ChunkHeader::kSize), channel,
                               static_cast<std::uint16_t>(size));
  add_bytes(frame, 0, size);
}

void SegmentPacker::add_pieces(ChannelId channel, const Frame& frame) {
  const auto total = static_cast<std::uint32_t>(frame.size().value);
  const std::uint32_t number = next_frame_++;
  for (std::uint32_t offset = 0; offset < total;) {
    if (room() < ChunkHeader::kPieceSize + std::min<std::size_t>(kLeastPiece, total - offset)) {
      close_segment();
      open_segment();
      if (offset == 0) {
        broken_.reset();
      }
    }
    const auto length = static_cast<std::uint16_t>(
        std::min<std::size_t>(room() - ChunkHeader::kPieceSize, total - offset));
    const ChunkHeader header{
        .channel = channel, .length = length, .piece = ChunkHeader::Piece{number, offset, total}};
    header.serialize(write(ChunkHeader::kPieceSize));
    add_bytes(frame, offset, length);
    offset += length;
  }
}

// Bytes that are not stored are zeros.
void SegmentPacker::add_bytes(const Frame& frame, std::size_t offset, std::size_t size) {
  const auto stored = frame.bytes();
  const std::size_t real = std::min(size, stored.size() - std::min(offset, stored.size()));
  if (frame.size().value < kLeastHeld) {
    if (real > 0) {
      std::memcpy(write(real), stored.data() + offset, real);
    }
  } else if (real > 0) {
    refer_to(const_cast<std::uint8_t*>(stored.data() + offset), real);  // which are only read
  }
  add_zeros(size - real);
}

void SegmentPacker::credit(Ledger& books) {
  if (broken_) {
    books.count_drops(1, *broken_);
  } else if (!runs_.empty() && runs_.back().books == &books) {
    ++runs_.back().frames;
  } else {
    runs_.push_back({&books, 1});
  }
}

void SegmentPacker::flush() {
  if (used_ == 0) {
    return;
  }
  const auto refused = sink_.send_train(pieces_, used_, segment_size_);
  used_ = 0;
  segment_end_ = 0;
  last_takes_padding_ = false;
  pieces_.clear();
  written_size_ = 0;
  held_.clear();
  for (const Run& run : runs_) {
    if (refused) {
      run.books->count_drops(run.frames, *refused);
    } else {
      run.books->consumed += run.frames;
    }
  }
  runs_.clear();
  broken_ = refused;
}

std::uint64_t SegmentPacker::waiting(const Ledger& books) const {
  std::uint64_t frames = 0;
  for (const Run& run : runs_) {
    frames += run.books == &books ? run.frames : 0;
  }
  return frames;
}

}  // namespace violin
