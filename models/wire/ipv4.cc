#include "models/wire/ipv4.h"

#include <algorithm>

#include "models/wire/big_endian.h"
#include "models/wire/checksum.h"

namespace violin::wire {
namespace {

constexpr std::uint16_t kReservedFlag = 0x8000;
constexpr std::uint16_t kDontFragment = 0x4000;
constexpr std::uint16_t kMoreFragments = 0x2000;
constexpr std::uint16_t kOffsetMask = 0x1fff;
constexpr std::size_t kMaxDatagram = 65535;

// The sum is taken in the machine's byte order, which does not change whether it is -0 (RFC 1071
// section 2).
bool checksum_holds(const std::uint8_t* header, std::size_t size) {
  if (size != Ipv4Header::kMinSize) [[unlikely]] {
    return internet_checksum({header, size}) == 0;
  }
  std::uint64_t sum = load_native<std::uint32_t>(header);
  sum += load_native<std::uint32_t>(header + 4);
  sum += load_native<std::uint32_t>(header + 8);
  sum += load_native<std::uint32_t>(header + 12);
  sum += load_native<std::uint32_t>(header + 16);
  sum = (sum & 0xffff'ffff) + (sum >> 32);
  sum = (sum & 0xffff) + (sum >> 16);
  sum = (sum & 0xffff) + (sum >> 16);
  return sum == 0xffff;
}

// Of a header that has passed every check. A function of its own because only a function with one
// return statement builds the result where its caller wants it.
Parsed<Ipv4Header> read_fields(const std::uint8_t* p, std::size_t header_size) {
  Parsed<Ipv4Header> parsed(std::in_place);
  Ipv4Header& header = *parsed;
  const std::uint16_t fragment = load16(p + 6);
  header.tos = p[1];
  header.total_length = load16(p + 2);
  header.identification = load16(p + 4);
  header.dont_fragment = (fragment & kDontFragment) != 0;
  header.more_fragments = (fragment & kMoreFragments) != 0;
  header.fragment_offset = static_cast<std::uint16_t>(fragment & kOffsetMask);
  header.ttl = p[8];
  header.protocol = static_cast<IpProtocol>(p[9]);
  header.source = Ipv4Address(load32(p + 12));
  header.destination = Ipv4Address(load32(p + 16));
  if (header_size != Ipv4Header::kMinSize) [[unlikely]] {
    header.options_size = static_cast<std::uint8_t>(header_size - Ipv4Header::kMinSize);
    std::copy(p + Ipv4Header::kMinSize, p + header_size, header.options.begin());
  }
  return parsed;
}

}  // namespace

Parsed<Ipv4Header> Ipv4Header::parse(std::span<const std::uint8_t> bytes, std::size_t packet_size) {
  if (bytes.size() < kMinSize || (bytes[0] >> 4) != 4) {
    return Drop::kBadHeader;
  }
  const std::uint8_t* p = bytes.data();
  const std::size_t header_size = std::size_t{p[0] & 0xfU} * 4;
  if (header_size < kMinSize || header_size > bytes.size()) {
    return Drop::kBadHeader;
  }
  if (!checksum_holds(p, header_size)) {
    return Drop::kBadChecksum;
  }
  const std::size_t total_length = load16(p + 2);
  const std::uint16_t fragment = load16(p + 6);
  const std::size_t offset = std::size_t{8} * (fragment & kOffsetMask);
  if (total_length < header_size || total_length > packet_size || (fragment & kReservedFlag) != 0 ||
      offset + total_length > kMaxDatagram) {
    return Drop::kBadHeader;
  }
  return read_fields(p, header_size);
}

void Ipv4Header::serialize(std::span<std::uint8_t> out) const {
  require(options_size % 4 == 0 && options_size <= kMaxOptions, "IPv4 options are 0..10 words");
  require(out.size() >= size(), "an IPv4 header needs its size() bytes");
  require(fragment_offset <= kOffsetMask, "an IPv4 fragment offset has 13 bits");
  std::uint8_t* p = out.data();
  p[0] = static_cast<std::uint8_t>(0x40 | (size() / 4));
  p[1] = tos;
  store16(p + 2, total_length);
  store16(p + 4, identification);
  store16(p + 6,
          static_cast<std::uint16_t>((dont_fragment ? kDontFragment : 0) |
                                     (more_fragments ? kMoreFragments : 0) | fragment_offset));
  p[8] = ttl;
  p[9] = static_cast<std::uint8_t>(protocol);
  store16(p + 10, 0);
  store32(p + 12, source.bits());
  store32(p + 16, destination.bits());
  std::copy_n(options.begin(), options_size, p + kMinSize);
  store16(p + 10, internet_checksum(out.first(size())));
}

void decrement_ttl(std::span<std::uint8_t> header) {
  require(header.size() >= Ipv4Header::kMinSize && header[8] > 0, "a TTL above 0 is decremented");
  std::uint8_t* p = header.data();
  const std::uint16_t before = load16(p + 8);  // TTL and protocol
  const auto after = static_cast<std::uint16_t>(before - 0x100);
  store16(p + 8, after);
  store16(p + 10, update_checksum(load16(p + 10), before, after));
}

std::uint8_t copied_options(std::span<const std::uint8_t> options, std::span<std::uint8_t> out) {
  constexpr std::uint8_t kEndOfList = 0;
  constexpr std::uint8_t kNoOperation = 1;
  constexpr std::uint8_t kCopiedFlag = 0x80;
  std::size_t written = 0;
  for (std::size_t at = 0; at < options.size() && options[at] != kEndOfList;) {
    if (options[at] == kNoOperation) {
      ++at;
      continue;
    }
    const std::size_t length = at + 1 < options.size() ? options[at + 1] : 0;
    if (length < 2 || length > options.size() - at) {
      break;
    }
    if ((options[at] & kCopiedFlag) != 0) {
      require(out.size() - written >= length, "copied options need as much room as the options");
      std::copy_n(options.data() + at, length, out.data() + written);
      written += length;
    }
    at += length;
  }
  for (; written % 4 != 0; ++written) {
    require(written < out.size(), "copied options are padded to a multiple of 4");
    out[written] = kEndOfList;
  }
  return static_cast<std::uint8_t>(written);
}

}  // namespace violin::wire
