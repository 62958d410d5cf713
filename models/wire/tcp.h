// The TCP header with the options that a current host uses.
// Source: RFC 9293 section 3.1; window scale and timestamps RFC 7323; SACK RFC 2018.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "core/address.h"
#include "models/wire/parsed.h"

namespace violin::wire {

struct TcpSackBlock {
  std::uint32_t begin = 0;  // first sequence number of the block
  std::uint32_t end = 0;    // the one after its last
  bool operator==(const TcpSackBlock&) const = default;
};

struct TcpTimestamps {
  std::uint32_t value = 0;
  std::uint32_t echo_reply = 0;
  bool operator==(const TcpTimestamps&) const = default;
};

struct TcpHeader {
  static constexpr std::size_t kMinSize = 20;
  static constexpr std::size_t kMaxSize = 60;
  static constexpr std::size_t kMaxSackBlocks = 4;

  std::uint16_t source_port = 0;
  std::uint16_t destination_port = 0;
  std::uint32_t sequence = 0;
  std::uint32_t acknowledgment = 0;
  bool fin = false;
  bool syn = false;
  bool rst = false;
  bool psh = false;
  bool ack = false;
  bool urg = false;
  bool ece = false;
  bool cwr = false;
  std::uint16_t window = 0;  // as on the wire, not scaled
  std::uint16_t urgent_pointer = 0;
  std::optional<std::uint16_t> maximum_segment_size = std::nullopt;
  std::optional<std::uint8_t> window_scale = std::nullopt;  // parse() reads more than 14 as 14
  bool sack_permitted = false;
  std::uint8_t sack_count = 0;
  std::array<TcpSackBlock, kMaxSackBlocks> sack{};
  std::optional<TcpTimestamps> timestamps = std::nullopt;

  // Header and options as serialize() writes them, a multiple of 4.
  std::size_t size() const;
  // As UdpHeader::parse. Unknown options are skipped; a malformed known one is kBadHeader.
  struct WithSize;
  static Parsed<WithSize> parse(std::span<const std::uint8_t> segment, std::size_t segment_size,
                                Ipv4Address source, Ipv4Address destination);
  // Writes size() bytes at the front of `segment` and the checksum over `segment_size` bytes, those
  // beyond `segment` being zero.
  void serialize(std::span<std::uint8_t> segment, std::size_t segment_size, Ipv4Address source,
                 Ipv4Address destination) const;
  bool operator==(const TcpHeader&) const = default;
};

struct TcpHeader::WithSize {
  TcpHeader header;
  std::size_t header_size = kMinSize;  // where the payload begins, from the data offset field
};

}  // namespace violin::wire
