// The wire format of VIOLIN's own tunnel between overlay hosts. Segments are UDP datagrams; those
// that carry frames are of one size (the path MTU) but the last of a burst, so that the system
// takes and gives them in trains.
//
//    0                   1                   2                   3
//    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//   |            0x5647             |  version = 1  |     kind      |
//   |                            Tunnel                             |
//   |                       Token (64 bits), the receiver's         |
//   |                       Epoch (64 bits)                         |
//   |                      Sequence (64 bits)                       |
//
// Epoch: when the sender began, nanoseconds of its wall clock; sequences start at 1 in each.
//
// A data segment goes on with chunks, until fewer than 8 bytes are left or a chunk of length 0:
//
//   |                            Channel                            |
//   |            Length             |             Flags             |
//
// and, with flag 1 (a piece of a frame that is split over segments), before the bytes:
//
//   |                         Frame number                          |
//   |                    Offset of this piece                       |
//   |                    Size of the whole frame                    |
//
// A hello and its echo go on with a timestamp of the hello's sender and a report (what the
// sender of the segment has received); a probe is padded to the size that is probed, its echo goes
// on with that size. All integers are in network order.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "models/wire/big_endian.h"

namespace violin {

// A virtual link in a tunnel.
enum class ChannelId : std::uint32_t {};

enum class SegmentKind : std::uint8_t { kData, kHello, kHelloEcho, kProbe, kProbeEcho };

struct SegmentHeader {
  static constexpr std::size_t kSize = 32;

  SegmentKind kind = SegmentKind::kData;
  std::uint32_t tunnel = 0;
  std::uint64_t token = 0;
  std::uint64_t epoch = 0;
  std::uint64_t sequence = 0;

  // None: shorter, or of another magic, version or kind.
  static std::optional<SegmentHeader> parse(std::span<const std::uint8_t> segment);
  // Writes kSize bytes.
  void serialize(std::uint8_t* to) const;
  bool operator==(const SegmentHeader&) const = default;

 private:
  static constexpr std::uint16_t kMagic = 0x5647;
  static constexpr std::uint8_t kVersion = 1;
};

struct ChunkHeader {
  static constexpr std::size_t kSize = 8;
  static constexpr std::size_t kPieceSize = 20;  // of a piece, in all
  // Of a whole frame: a TSO super-frame with its Ethernet and virtio-net headers.
  static constexpr std::uint32_t kLargestFrame = 65'535 + 64;

  struct Piece {
    std::uint32_t frame = 0;
    std::uint32_t offset = 0;
    std::uint32_t total = 0;
    bool operator==(const Piece&) const = default;
  };

  ChannelId channel{};
  std::uint16_t length = 0;
  std::optional<Piece> piece;

  std::size_t size() const { return piece ? kPieceSize : kSize; }
  // None: cut, an unknown flag, or longer than what is left; a piece that is outside its frame, or
  // whose frame is too large.
  static std::optional<ChunkHeader> parse(std::span<const std::uint8_t> rest);
  // Whether a whole frame's chunk, or padding, begins here with its header; and its length (0 of
  // padding) as it is written: it may be cut.
  static bool is_whole(const std::uint8_t* rest) { return wire::load16(rest + 6) == 0; }
  static std::size_t length_at(const std::uint8_t* rest) { return wire::load16(rest + 4); }
  // Writes size() bytes.
  void serialize(std::uint8_t* to) const;
  // The same for a whole frame.
  static void serialize_whole(std::uint8_t* to, ChannelId channel, std::uint16_t length) {
    wire::store32(to, static_cast<std::uint32_t>(channel));
    wire::store16(to + 4, length);
    wire::store16(to + 6, 0);
  }
  bool operator==(const ChunkHeader&) const = default;

 private:
  static constexpr std::uint16_t kIsPiece = 1;
};

// What the sender of a hello or an echo has received so far in the peer's epoch.
struct HelloBody {
  static constexpr std::size_t kSize = 32;

  std::uint64_t timestamp = 0;      // of the hello's sender, nanoseconds
  std::uint64_t received = 0;       // segments
  std::uint64_t received_data = 0;  // of these, data segments
  std::uint64_t lost = 0;           // segments

  static std::optional<HelloBody> parse(std::span<const std::uint8_t> body);
  void serialize(std::uint8_t* to) const;
  bool operator==(const HelloBody&) const = default;
};

inline std::optional<SegmentHeader> SegmentHeader::parse(std::span<const std::uint8_t> segment) {
  if (segment.size() < kSize) {
    return std::nullopt;
  }
  const std::uint8_t* p = segment.data();
  if (wire::load16(p) != kMagic || p[2] != kVersion ||
      p[3] > static_cast<std::uint8_t>(SegmentKind::kProbeEcho)) {
    return std::nullopt;
  }
  return SegmentHeader{.kind = static_cast<SegmentKind>(p[3]),
                       .tunnel = wire::load32(p + 4),
                       .token = wire::load64(p + 8),
                       .epoch = wire::load64(p + 16),
                       .sequence = wire::load64(p + 24)};
}

inline void SegmentHeader::serialize(std::uint8_t* to) const {
  wire::store16(to, kMagic);
  to[2] = kVersion;
  to[3] = static_cast<std::uint8_t>(kind);
  wire::store32(to + 4, tunnel);
  wire::store64(to + 8, token);
  wire::store64(to + 16, epoch);
  wire::store64(to + 24, sequence);
}

}  // namespace violin
