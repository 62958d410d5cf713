// Takes frames out of data segments, and puts those together that were split over several: in any
// order of the segments, over any loss. Pure bytes.
//
// Pieces of at most 64 frames are kept, each for a second: when more come the oldest is given up.
// Every piece says where in which frame it belongs, so that a lost segment costs the frames that
// had bytes in it and no others. Segments come once (SegmentWindow); pieces that overlap all the
// same end their frame.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "core/frame.h"
#include "core/time.h"
#include "datapath/tunnel/segment.h"

namespace violin {

class FrameTaker {
 public:
  virtual ~FrameTaker() = default;
  virtual void take(ChannelId channel, Frame&& frame) = 0;
};

class SegmentUnpacker {
 public:
  static constexpr std::size_t kMostIncomplete = 64;
  static constexpr Duration kPatience = std::chrono::seconds(1);

  // Both outlive the unpacker.
  SegmentUnpacker(FramePool& pool, FrameTaker& taker) : pool_(pool), taker_(taker) {}

  // `body` is what follows the segment's header; a frame that is alone in it is given on as it is.
  // False: it was malformed from some chunk on, which ends it; the chunks before are good.
  bool unpack(Frame&& body, TimePoint now);
  // Gives up what has waited too long.
  void expire(TimePoint now);
  // Gives up everything: the sender began anew.
  void reset();

  // Frames of which pieces are kept.
  std::size_t incomplete() const;
  // Frames that were given up since the last call.
  std::uint64_t take_abandoned() { return std::exchange(abandoned_, 0); }

 private:
  using Range = std::pair<std::uint32_t, std::uint32_t>;  // [begin, end)
  struct Incomplete {
    Frame frame;  // none: free
    ChannelId channel{};
    std::uint32_t number = 0;
    std::uint32_t received = 0;  // bytes
    TimePoint since{};
    std::vector<Range> ranges;  // in order, apart
  };

  static constexpr std::size_t kWorthItsBuffer = 256;
  static bool is_alone(std::span<const std::uint8_t> body, std::size_t length);
  Frame copy(std::span<const std::uint8_t> bytes);
  std::size_t take_piece(std::span<const std::uint8_t> chunk, TimePoint now);
  Incomplete* find(const ChunkHeader& header);
  Incomplete& start(const ChunkHeader& header, TimePoint now);
  void abandon(Incomplete& slot);
  static bool add_range(std::vector<Range>& ranges, Range added);

  FramePool& pool_;
  FrameTaker& taker_;
  std::array<Incomplete, kMostIncomplete> slots_;
  std::size_t last_ = 0;  // used last
  std::uint64_t abandoned_ = 0;
};

}  // namespace violin
