// The UDP header. Source: RFC 768.
#pragma once

#include <cstdint>
#include <span>

#include "core/address.h"
#include "models/wire/big_endian.h"
#include "models/wire/parsed.h"

namespace violin::wire {

struct UdpHeader {
  static constexpr std::size_t kSize = 8;

  std::uint16_t source_port = 0;
  std::uint16_t destination_port = 0;
  std::uint16_t length = 0;  // header and payload, bytes

  // `segment` is all stored bytes of the datagram's payload, `segment_size` its length with elided
  // bytes. Refuses with kBadHeader fewer than 8 bytes or a length below 8 or above segment_size,
  // with kBadChecksum a wrong checksum; 0 means that the sender computed none.
  static Parsed<UdpHeader> parse(std::span<const std::uint8_t> segment, std::size_t segment_size,
                                 Ipv4Address source, Ipv4Address destination);
  // Writes the header at the front of `segment`, whose payload is in place (elided bytes behind it
  // count as zero), with its checksum; one that computes to 0 is sent as 0xffff.
  void serialize(std::span<std::uint8_t> segment, Ipv4Address source,
                 Ipv4Address destination) const;
  bool operator==(const UdpHeader&) const = default;

 private:
  // Over the pseudo-header and what is stored of a datagram of `length` bytes; elided bytes are 0.
  static std::uint16_t checksum(std::span<const std::uint8_t> segment, std::uint16_t length,
                                Ipv4Address source, Ipv4Address destination);
};

// Inline, because a header of six bytes belongs in its caller's registers.
inline Parsed<UdpHeader> UdpHeader::parse(std::span<const std::uint8_t> segment,
                                          std::size_t segment_size, Ipv4Address source,
                                          Ipv4Address destination) {
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
  if (has_checksum && checksum(segment, header.length, source, destination) != 0) {
    return Drop::kBadChecksum;
  }
  return header;
}

}  // namespace violin::wire
