#include "models/wire/tcp.h"

#include <algorithm>

#include "models/wire/big_endian.h"
#include "models/wire/checksum.h"
#include "models/wire/ipv4.h"

namespace violin::wire {
namespace {

enum class Option : std::uint8_t {
  kEnd = 0,
  kNoOperation = 1,
  kMaximumSegmentSize = 2,
  kWindowScale = 3,
  kSackPermitted = 4,
  kSack = 5,
  kTimestamps = 8,
};
constexpr std::size_t kMaximumSegmentSizeLength = 4;
constexpr std::size_t kWindowScaleLength = 3;
constexpr std::size_t kSackPermittedLength = 2;
constexpr std::size_t kTimestampsLength = 10;
constexpr std::size_t kSackBlockLength = 8;
constexpr std::uint8_t kMaxWindowScale = 14;  // RFC 7323 section 2.3

constexpr std::size_t sack_length(std::size_t blocks) { return 2 + kSackBlockLength * blocks; }

constexpr std::size_t round_up_to_word(std::size_t n) { return (n + 3) & ~std::size_t{3}; }

// Over what is stored of a segment of `size` bytes; elided bytes add zero.
std::uint16_t checksum_of(std::span<const std::uint8_t> segment, std::size_t size,
                          Ipv4Address source, Ipv4Address destination) {
  ChecksumSum sum;
  sum.add_pseudo_header(source, destination, static_cast<std::uint8_t>(IpProtocol::kTcp),
                        static_cast<std::uint16_t>(size));
  sum.add(segment.first(std::min(segment.size(), size)));
  return sum.finish();
}

// Of a known kind; `length` is accepted for any other.
bool has_right_length(Option kind, std::size_t length) {
  switch (kind) {
    case Option::kMaximumSegmentSize:
      return length == kMaximumSegmentSizeLength;
    case Option::kWindowScale:
      return length == kWindowScaleLength;
    case Option::kSackPermitted:
      return length == kSackPermittedLength;
    case Option::kSack:
      return length >= sack_length(1) && length <= sack_length(TcpHeader::kMaxSackBlocks) &&
             (length - 2) % kSackBlockLength == 0;
    case Option::kTimestamps:
      return length == kTimestampsLength;
    default:
      return true;
  }
}

void read_sack(std::span<const std::uint8_t> blocks, TcpHeader& header) {
  header.sack = {};
  header.sack_count = static_cast<std::uint8_t>(blocks.size() / kSackBlockLength);
  const std::uint8_t* p = blocks.data();
  for (std::size_t i = 0; i < header.sack_count; ++i, p += kSackBlockLength) {
    header.sack[i] = {.begin = load32(p), .end = load32(p + 4)};
  }
}

// `value` is what follows kind and length, and has the right length.
void read_option(Option kind, std::span<const std::uint8_t> value, TcpHeader& header) {
  const std::uint8_t* p = value.data();
  switch (kind) {
    case Option::kMaximumSegmentSize:
      header.maximum_segment_size = load16(p);
      break;
    case Option::kWindowScale:
      header.window_scale = std::min(p[0], kMaxWindowScale);
      break;
    case Option::kSackPermitted:
      header.sack_permitted = true;
      break;
    case Option::kSack:
      read_sack(value, header);
      break;
    case Option::kTimestamps:
      header.timestamps = TcpTimestamps{.value = load32(p), .echo_reply = load32(p + 4)};
      break;
    default:
      break;
  }
}

// False if the list is malformed.
bool read_options(std::span<const std::uint8_t> options, TcpHeader& header) {
  while (!options.empty() && options[0] != static_cast<std::uint8_t>(Option::kEnd)) {
    if (options[0] == static_cast<std::uint8_t>(Option::kNoOperation)) {
      options = options.subspan(1);
      continue;
    }
    const auto kind = static_cast<Option>(options[0]);
    const std::size_t length = options.size() >= 2 ? options[1] : 0;
    if (length < 2 || length > options.size() || !has_right_length(kind, length)) {
      return false;
    }
    read_option(kind, options.subspan(2, length - 2), header);
    options = options.subspan(length);
  }
  return true;
}

void read_fixed_part(const std::uint8_t* p, TcpHeader& header) {
  header.source_port = load16(p);
  header.destination_port = load16(p + 2);
  header.sequence = load32(p + 4);
  header.acknowledgment = load32(p + 8);
  const std::uint8_t flags = p[13];
  header.fin = (flags & 0x01) != 0;
  header.syn = (flags & 0x02) != 0;
  header.rst = (flags & 0x04) != 0;
  header.psh = (flags & 0x08) != 0;
  header.ack = (flags & 0x10) != 0;
  header.urg = (flags & 0x20) != 0;
  header.ece = (flags & 0x40) != 0;
  header.cwr = (flags & 0x80) != 0;
  header.window = load16(p + 14);
  header.urgent_pointer = load16(p + 18);
}

// Of a header whose size and checksum are right. One return statement, so that the result is built
// where the caller wants it.
Parsed<TcpHeader::WithSize> read_header(std::span<const std::uint8_t> bytes) {
  Parsed<TcpHeader::WithSize> parsed(std::in_place);
  parsed->header_size = bytes.size();
  read_fixed_part(bytes.data(), parsed->header);
  if (!read_options(bytes.subspan(TcpHeader::kMinSize), parsed->header)) {
    parsed = Drop::kBadHeader;
  }
  return parsed;
}

std::uint8_t flags_of(const TcpHeader& h) {
  return static_cast<std::uint8_t>(h.fin | h.syn << 1 | h.rst << 2 | h.psh << 3 | h.ack << 4 |
                                   h.urg << 5 | h.ece << 6 | h.cwr << 7);
}

std::size_t options_length(const TcpHeader& header) {
  return (header.maximum_segment_size ? kMaximumSegmentSizeLength : 0) +
         (header.window_scale ? kWindowScaleLength : 0) +
         (header.sack_permitted ? kSackPermittedLength : 0) +
         (header.timestamps ? kTimestampsLength : 0) +
         (header.sack_count > 0 ? sack_length(header.sack_count) : 0);
}

std::uint8_t* write_kind(std::uint8_t* p, Option kind, std::size_t length) {
  p[0] = static_cast<std::uint8_t>(kind);
  p[1] = static_cast<std::uint8_t>(length);
  return p + 2;
}

std::uint8_t* write_sack(std::uint8_t* p, const TcpHeader& header) {
  p = write_kind(p, Option::kSack, sack_length(header.sack_count));
  for (std::size_t i = 0; i < header.sack_count; ++i, p += kSackBlockLength) {
    store32(p, header.sack[i].begin);
    store32(p + 4, header.sack[i].end);
  }
  return p;
}

// The padding comes first, so that timestamps or SACK blocks that are alone are aligned as RFC 7323
// appendix A and RFC 2018 section 3 show them.
void write_options(std::uint8_t* p, const TcpHeader& header) {
  const std::size_t length = options_length(header);
  p = std::fill_n(p, round_up_to_word(length) - length,
                  static_cast<std::uint8_t>(Option::kNoOperation));
  if (header.maximum_segment_size) {
    p = write_kind(p, Option::kMaximumSegmentSize, kMaximumSegmentSizeLength);
    store16(p, *header.maximum_segment_size);
    p += 2;
  }
  if (header.window_scale) {
    p = write_kind(p, Option::kWindowScale, kWindowScaleLength);
    *p++ = *header.window_scale;
  }
  if (header.sack_permitted) {
    p = write_kind(p, Option::kSackPermitted, kSackPermittedLength);
  }
  if (header.timestamps) {
    p = write_kind(p, Option::kTimestamps, kTimestampsLength);
    store32(p, header.timestamps->value);
    store32(p + 4, header.timestamps->echo_reply);
    p += 8;
  }
  if (header.sack_count > 0) {
    write_sack(p, header);
  }
}

}  // namespace

std::size_t TcpHeader::size() const { return kMinSize + round_up_to_word(options_length(*this)); }

Parsed<TcpHeader::WithSize> TcpHeader::parse(std::span<const std::uint8_t> segment,
                                             std::size_t segment_size, Ipv4Address source,
                                             Ipv4Address destination) {
  if (segment.size() < kMinSize || segment_size > 65535) {
    return Drop::kBadHeader;
  }
  const std::uint8_t* p = segment.data();
  const std::size_t header_size = std::size_t{p[12]} >> 4 << 2;
  if (header_size < kMinSize || header_size > std::min(segment.size(), segment_size)) {
    return Drop::kBadHeader;
  }
  if (checksum_of(segment, segment_size, source, destination) != 0) {
    return Drop::kBadChecksum;
  }
  return read_header(segment.first(header_size));
}

void TcpHeader::serialize(std::span<std::uint8_t> segment, std::size_t segment_size,
                          Ipv4Address source, Ipv4Address destination) const {
  const std::size_t header_size = size();
  require(sack_count <= kMaxSackBlocks && header_size <= kMaxSize, "TCP options fit in 40 bytes");
  require(!window_scale || *window_scale <= kMaxWindowScale, "a TCP window scale is at most 14");
  require(segment.size() >= header_size && segment_size >= segment.size() && segment_size <= 65535,
          "a TCP segment holds its header, at most 65535 bytes and no fewer than are stored");
  std::uint8_t* p = segment.data();
  store16(p, source_port);
  store16(p + 2, destination_port);
  store32(p + 4, sequence);
  store32(p + 8, acknowledgment);
  p[12] = static_cast<std::uint8_t>(header_size / 4 << 4);
  p[13] = flags_of(*this);
  store16(p + 14, window);
  store16(p + 16, 0);
  store16(p + 18, urgent_pointer);
  write_options(p + kMinSize, *this);
  store16(p + 16, checksum_of(segment, segment_size, source, destination));
}

}  // namespace violin::wire
