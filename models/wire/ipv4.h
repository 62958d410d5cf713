// The IPv4 header. Source: RFC 791 section 3.1; strictness after RFC 1812 section 5.2.2; DSCP/ECN
// RFC 2474, RFC 3168.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "core/address.h"
#include "models/wire/parsed.h"

namespace violin::wire {

enum class IpProtocol : std::uint8_t { kIcmp = 1, kIgmp = 2, kTcp = 6, kUdp = 17 };

struct Ipv4Header {
  static constexpr std::size_t kMinSize = 20;
  static constexpr std::size_t kMaxOptions = 40;

  std::uint8_t tos = 0;            // DSCP << 2 | ECN
  std::uint16_t total_length = 0;  // header and payload, bytes
  std::uint16_t identification = 0;
  bool dont_fragment = false;
  bool more_fragments = false;
  std::uint16_t fragment_offset = 0;  // in units of 8 bytes, 0..8191
  std::uint8_t ttl = 64;
  IpProtocol protocol = IpProtocol::kUdp;
  Ipv4Address source{};
  Ipv4Address destination{};
  std::uint8_t options_size = 0;  // a multiple of 4, at most kMaxOptions
  std::array<std::uint8_t, kMaxOptions> options{};

  std::size_t size() const { return kMinSize + options_size; }
  std::size_t payload_size() const { return total_length - size(); }
  bool is_fragment() const { return more_fragments || fragment_offset != 0; }

  // `packet_size` is the datagram's length with elided bytes; `bytes` what is stored of it. Longer
  // than total_length is fine (Ethernet padding). Refuses with kBadHeader: fewer than 20 bytes, a
  // version other than 4, IHL below 5 or beyond the stored bytes, total_length below the header or
  // above packet_size, the reserved flag, a fragment that would end beyond 65535. With
  // kBadChecksum: a wrong header checksum.
  static Parsed<Ipv4Header> parse(std::span<const std::uint8_t> bytes, std::size_t packet_size);
  // Writes size() bytes with the right checksum.
  void serialize(std::span<std::uint8_t> out) const;
  bool operator==(const Ipv4Header&) const = default;
};

// In place: TTL minus 1 with the checksum updated (RFC 1624). The header has been parsed.
void decrement_ttl(std::span<std::uint8_t> header);

// The options that a fragment other than the first carries: those with the copied flag (RFC 791
// section 3.1). Returns the new options_size, padded to a multiple of 4.
std::uint8_t copied_options(std::span<const std::uint8_t> options, std::span<std::uint8_t> out);

}  // namespace violin::wire
