#include "datapath/jetway/segmentation.h"

#include <algorithm>

#include "core/require.h"
#include "models/wire/big_endian.h"
#include "models/wire/checksum.h"

namespace violin {

namespace {

using wire::EtherType;
using wire::IpProtocol;
using wire::load16;
using wire::load32;
using wire::store16;
using wire::store32;

constexpr std::size_t kIpv6HeaderSize = 40;
// Of TCP's fields, from the header's begin.
constexpr std::size_t kTcpSequence = 4;
constexpr std::size_t kTcpDataOffset = 12;
constexpr std::size_t kTcpFlags = 13;
constexpr std::uint8_t kFin = 0x01;
constexpr std::uint8_t kPsh = 0x08;
constexpr std::uint8_t kCwr = 0x80;

bool is_segmentable(IpProtocol protocol) {
  return protocol == IpProtocol::kTcp || protocol == IpProtocol::kUdp;
}

std::size_t smallest_header(IpProtocol protocol) { return protocol == IpProtocol::kTcp ? 20 : 8; }

// The network header has been found good; is the rest?
wire::Parsed<TransportPlace> checked(const TransportPlace& place, std::size_t stored) {
  if (!is_segmentable(place.protocol)) {
    return Drop::kUnsupported;
  }
  if (place.transport + smallest_header(place.protocol) > std::min(place.end, stored)) {
    return Drop::kBadHeader;
  }
  return place;
}

wire::Parsed<TransportPlace> find_behind_ipv4(std::span<const std::uint8_t> frame,
                                              TransportPlace place) {
  const auto header =
      wire::Ipv4Header::parse(frame.subspan(place.network), frame.size() - place.network);
  if (!header) {
    return header.reason();
  }
  if (header->is_fragment()) {
    return Drop::kUnsupported;
  }
  place.protocol = header->protocol;
  place.transport = place.network + header->size();
  place.end = place.network + header->total_length;
  return checked(place, frame.size());
}

wire::Parsed<TransportPlace> find_behind_ipv6(std::span<const std::uint8_t> frame,
                                              TransportPlace place) {
  const auto packet = frame.subspan(place.network);
  if (packet.size() < kIpv6HeaderSize || packet[0] >> 4 != 6 ||
      kIpv6HeaderSize + load16(&packet[4]) > packet.size()) {
    return Drop::kBadHeader;
  }
  place.protocol = IpProtocol{packet[6]};
  place.transport = place.network + kIpv6HeaderSize;
  place.end = place.transport + load16(&packet[4]);
  return checked(place, frame.size());
}

// Of the pseudo-header, folded but not complemented.
wire::ChecksumSum pseudo_header(std::span<const std::uint8_t> frame, const TransportPlace& place) {
  wire::ChecksumSum sum;
  const bool is_ipv4 = place.type == EtherType::kIpv4;
  sum.add(frame.subspan(place.network + (is_ipv4 ? 12 : 8), is_ipv4 ? 8 : 32));
  sum.add16(static_cast<std::uint16_t>(place.protocol));
  sum.add32(static_cast<std::uint32_t>(place.end - place.transport));
  return sum;
}

// A UDP checksum that computes to 0 is sent as 0xffff (RFC 768).
std::uint16_t never_zero(std::uint16_t checksum) { return checksum == 0 ? 0xffff : checksum; }

void write_tcp_checksum(std::span<std::uint8_t> frame, const TransportPlace& place) {
  std::uint8_t* field = &frame[place.transport + place.checksum_offset()];
  store16(field, 0);
  wire::ChecksumSum sum = pseudo_header(frame, place);
  sum.add(frame.subspan(place.transport, place.end - place.transport));
  store16(field, sum.finish());
}

// What a segment's network header says of its length and its place in the row.
void write_network_header(std::span<std::uint8_t> frame, const TransportPlace& place,
                          std::size_t index) {
  std::uint8_t* header = &frame[place.network];
  if (place.type == EtherType::kIpv6) {
    store16(header + 4, static_cast<std::uint16_t>(place.end - place.transport));
    return;
  }
  store16(header + 2, static_cast<std::uint16_t>(place.end - place.network));
  store16(header + 4, static_cast<std::uint16_t>(load16(header + 4) + index));
  store16(header + 10, 0);
  store16(header + 10,
          wire::internet_checksum(frame.subspan(place.network, place.transport - place.network)));
}

// CWR tells of one reduction, so the first segment alone has it; FIN and PSH belong to the end.
std::uint8_t flags_of_segment(std::uint8_t flags, bool first, bool last) {
  const auto absent = static_cast<std::uint8_t>((first ? 0 : kCwr) | (last ? 0 : kFin | kPsh));
  return static_cast<std::uint8_t>(flags & ~absent);
}

std::size_t tcp_header_size(std::span<const std::uint8_t> frame, const TransportPlace& place) {
  return std::size_t{frame[place.transport + kTcpDataOffset]} / 16 * 4;
}

// One piece of a super-frame.
struct Piece {
  std::size_t index;
  std::size_t count;
  std::size_t payload;  // where it begins in the super-frame
  std::size_t size;     // of a piece that is not the last

  std::size_t begin() const { return index * size; }
};

Frame segment_of(std::span<const std::uint8_t> bytes, TransportPlace place, const Piece& piece,
                 FramePool& pool) {
  const auto data = bytes.first(place.end).subspan(piece.payload + piece.begin());
  const auto part = data.first(std::min(piece.size, data.size()));
  Frame segment = pool.make(piece.payload + part.size());
  const auto out = segment.writable();
  std::ranges::copy(part, std::ranges::copy(bytes.first(piece.payload), out.begin()).out);
  place.end = out.size();
  write_network_header(out, place, piece.index);
  std::uint8_t* tcp = &out[place.transport];
  store32(tcp + kTcpSequence,
          load32(tcp + kTcpSequence) + static_cast<std::uint32_t>(piece.begin()));
  tcp[kTcpFlags] =
      flags_of_segment(tcp[kTcpFlags], piece.index == 0, piece.index + 1 == piece.count);
  write_tcp_checksum(out, place);
  return segment;
}

}  // namespace

wire::Parsed<TransportPlace> find_transport(std::span<const std::uint8_t> frame) {
  const auto ethernet = wire::EthernetHeader::parse(frame);
  if (!ethernet) {
    return ethernet.reason();
  }
  const TransportPlace place{.type = ethernet->type, .network = ethernet->size()};
  switch (ethernet->type) {
    case EtherType::kIpv4:
      return find_behind_ipv4(frame, place);
    case EtherType::kIpv6:
      return find_behind_ipv6(frame, place);
    default:
      return Drop::kUnsupported;
  }
}

bool complete_checksum_at(std::span<std::uint8_t> frame, std::size_t start, std::size_t offset) {
  if (start > frame.size() || frame.size() - start < offset + 2) {
    return false;
  }
  const std::uint16_t checksum = wire::internet_checksum(frame.subspan(start));
  store16(&frame[start + offset], never_zero(checksum));
  return true;
}

std::optional<Drop> complete_checksum(Frame& frame) {
  if (!frame.offload().checksum_pending) {
    return std::nullopt;
  }
  const auto place = find_transport(frame.bytes());
  if (!place) {
    return place.reason();
  }
  complete_checksum_at(frame.writable().first(place->end), place->transport,
                       place->checksum_offset());
  frame.set_offload({});
  return std::nullopt;
}

wire::Parsed<std::vector<Frame>> cut_into_segments(const Frame& super_frame, FramePool& pool) {
  require(super_frame.elided() == 0, "a super-frame's bytes are stored");
  const std::size_t size = super_frame.offload().segment_size;
  const auto bytes = super_frame.bytes();
  const auto place = find_transport(bytes);
  if (!place) {
    return place.reason();
  }
  if (place->protocol != IpProtocol::kTcp || size == 0) {
    return Drop::kUnsupported;
  }
  const std::size_t payload = place->transport + tcp_header_size(bytes, *place);
  if (payload < place->transport + smallest_header(IpProtocol::kTcp) || payload > place->end) {
    return Drop::kBadHeader;
  }
  std::vector<Frame> segments;
  const std::size_t count = std::max<std::size_t>(1, (place->end - payload + size - 1) / size);
  segments.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    segments.push_back(segment_of(
        bytes, *place, {.index = i, .count = count, .payload = payload, .size = size}, pool));
  }
  return segments;
}

}  // namespace violin
