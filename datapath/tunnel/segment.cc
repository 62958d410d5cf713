#include "datapath/tunnel/segment.h"

namespace violin {

std::optional<ChunkHeader> ChunkHeader::parse(std::span<const std::uint8_t> rest) {
  if (rest.size() < kSize) {
    return std::nullopt;
  }
  ChunkHeader header{.channel = ChannelId{wire::load32(rest.data())},
                     .length = wire::load16(rest.data() + 4),
                     .piece = std::nullopt};
  const std::uint16_t flags = wire::load16(rest.data() + 6);
  if (flags == kIsPiece && rest.size() >= kPieceSize) {
    const Piece piece{.frame = wire::load32(rest.data() + 8),
                      .offset = wire::load32(rest.data() + 12),
                      .total = wire::load32(rest.data() + 16)};
    if (piece.total > kLargestFrame || piece.offset > piece.total ||
        header.length > piece.total - piece.offset) {
      return std::nullopt;
    }
    header.piece = piece;
  } else if (flags != 0) {
    return std::nullopt;
  }
  if (header.length > rest.size() - header.size()) {
    return std::nullopt;
  }
  return header;
}

void ChunkHeader::serialize(std::uint8_t* to) const {
  wire::store32(to, static_cast<std::uint32_t>(channel));
  wire::store16(to + 4, length);
  wire::store16(to + 6, piece ? kIsPiece : 0);
  if (piece) {
    wire::store32(to + 8, piece->frame);
    wire::store32(to + 12, piece->offset);
    wire::store32(to + 16, piece->total);
  }
}

std::optional<HelloBody> HelloBody::parse(std::span<const std::uint8_t> body) {
  if (body.size() < kSize) {
    return std::nullopt;
  }
  return HelloBody{.timestamp = wire::load64(body.data()),
                   .received = wire::load64(body.data() + 8),
                   .received_data = wire::load64(body.data() + 16),
                   .lost = wire::load64(body.data() + 24)};
}

void HelloBody::serialize(std::uint8_t* to) const {
  wire::store64(to, timestamp);
  wire::store64(to + 8, received);
  wire::store64(to + 16, received_data);
  wire::store64(to + 24, lost);
}

}  // namespace violin
