#include "models/wire/udp.h"

#include <algorithm>

#include "models/wire/big_endian.h"
#include "models/wire/checksum.h"
#include "models/wire/ipv4.h"

namespace violin::wire {
namespace {

// Over what is stored of a datagram of `length` bytes; elided bytes add zero.
std::uint16_t checksum_of(std::span<const std::uint8_t> segment, std::uint16_t length,
                          Ipv4Address source, Ipv4Address destination) {
  ChecksumSum sum;
  sum.add_pseudo_header(source, destination, static_cast<std::uint8_t>(IpProtocol::kUdp), length);
  sum.add(segment.first(std::min<std::size_t>(segment.size(), length)));
  return sum.finish();
}

}  // namespace

Parsed<UdpHeader> UdpHeader::parse(std::span<const std::uint8_t> segment, std::size_t segment_size,
                                   Ipv4Address source, Ipv4Address destination) {
  if (segment.size() < kSize) {
    return Drop::kBadHeader;
  }
  const std::uint8_t* p = segment.data();
  const UdpHeader header{
      .source_port = load16(p), .destination_port = load16(p + 2), .length = load16(p + 4)};
  if (header.length < kSize || header.length > segment_size) {
    return Drop::kBadHeader;
  }
  const bool has_checksum = load16(p + 6) != 0;
  if (has_checksum && checksum_of(segment, header.length, source, destination) != 0) {
    return Drop::kBadChecksum;
  }
  return header;
}

void UdpHeader::serialize(std::span<std::uint8_t> segment, Ipv4Address source,
                          Ipv4Address destination) const {
  require(segment.size() >= kSize && length >= kSize, "a UDP datagram has at least 8 bytes");
  std::uint8_t* p = segment.data();
  store16(p, source_port);
  store16(p + 2, destination_port);
  store16(p + 4, length);
  store16(p + 6, 0);
  const std::uint16_t checksum = checksum_of(segment, length, source, destination);
  store16(p + 6, checksum == 0 ? 0xffff : checksum);
}

}  // namespace violin::wire
