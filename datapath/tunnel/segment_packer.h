// Packs frames into segments of one size, one after the other in a train: small frames together,
// large ones split, none delayed: flush() ends the train with what is there. Pure bytes.
//
// Small frames are copied; of large ones the bytes stay where they are, and the frame is held until
// its train was sent. One that begins a segment takes the headers in its headroom and the padding
// behind it, so that the segment is in one piece, and those of a train that came as a row of frames
// (FramePool::make_row) are in one piece together.
//
// A frame that fits a segment is split all the same if what is left of the present one is worth
// it, and else begins the next, the rest being padding.
#pragma once

#include <sys/uio.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/frame.h"
#include "core/ledger.h"
#include "datapath/tunnel/segment.h"

namespace violin {

// What sends a train: segments of `each` bytes, the last one maybe shorter, one after the other in
// `pieces`, `size` bytes in all.
class TrainSink {
 public:
  virtual ~TrainSink() = default;
  // None: taken. Else why not: nothing of it was.
  virtual std::optional<Drop> send_train(std::span<const iovec> pieces, std::size_t size,
                                         std::size_t each) = 0;
};

struct SegmentPackerOptions {
  std::size_t train_bytes = 65'507;
  std::size_t train_segments = 64;
};

class SegmentPacker {
 public:
  // The least size that a segment may have: IPv4's 576 less its and UDP's headers.
  static constexpr std::size_t kLeastSegment = 548;

  // Segments get this header's tunnel, token and epoch. The sink outlives the packer.
  SegmentPacker(const SegmentHeader& header, std::size_t segment_size, TrainSink& sink,
                const SegmentPackerOptions& options = {});

  // Flushes first. At least kLeastSegment and at most a train (std::logic_error).
  void set_segment_size(std::size_t size);
  std::size_t segment_size() const { return segment_size_; }

  // Takes the frame; its books count it as consumed once its last byte was taken with its train,
  // or as dropped if any of its bytes was not. A frame above ChunkHeader::kLargestFrame is
  // dropped as kOversize. The books outlive the next flush().
  void add(ChannelId channel, Frame&& frame, Ledger& books);
  void flush();
  bool empty() const { return used_ == 0; }
  // Frames of these books that were taken and not yet sent.
  std::uint64_t waiting(const Ledger& books) const;

  // For a segment that is sent apart: with a number of its own, or, after a flush(), the next one.
  SegmentHeader header(SegmentKind kind) const;
  SegmentHeader next_header(SegmentKind kind);
  std::uint64_t data_segments() const { return data_segments_; }  // sent so far

 private:
  static constexpr std::size_t kLeastPiece = 128;  // less is not worth splitting a frame
  static constexpr std::size_t kLeastHeld = 512;   // less is not worth a piece of its own
  struct Run {
    Ledger* books;
    std::uint64_t frames;
  };

  std::size_t room() const { return segment_end_ - used_; }
  void begin_segment();
  void open_segment();
  void close_segment();
  void begin_with(ChannelId channel, Frame& frame);
  void add_whole(ChannelId channel, const Frame& frame);
  void add_pieces(ChannelId channel, const Frame& frame);
  void refer_to(std::uint8_t* bytes, std::size_t size);
  std::uint8_t* write(std::size_t size);
  void add_zeros(std::size_t size);
  void add_bytes(const Frame& frame, std::size_t offset, std::size_t size);
  void credit(Ledger& books);

  SegmentHeader header_;
  TrainSink& sink_;
  SegmentPackerOptions options_;
  std::size_t segment_size_;
  std::size_t train_end_ = 0;    // where a full train ends
  std::size_t segment_end_ = 0;  // of the segment that is open; used_: none is
  std::uint32_t next_frame_ = 0;
  std::uint64_t data_segments_ = 0;
  std::size_t used_ = 0;  // bytes of the train
  std::vector<iovec> pieces_;
  std::unique_ptr<std::uint8_t[]> written_;  // headers, padding, and frames that were copied
  std::size_t written_size_ = 0;
  std::vector<Frame> held_;
  bool last_takes_padding_ = false;  // the open segment ends with the last that is held
  std::vector<Run> runs_;            // whose frames end in the train
  std::optional<Drop> broken_;  // of the frame being added: a train with a piece of it was refused
};

}  // namespace violin
