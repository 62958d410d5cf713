// ARP for IPv4 over Ethernet. Source: RFC 826; announcements and probes RFC 5227.
#pragma once

#include <cstdint>
#include <span>

#include "core/address.h"
#include "models/wire/parsed.h"

namespace violin::wire {

struct ArpPacket {
  static constexpr std::size_t kSize = 28;
  enum class Operation : std::uint16_t { kRequest = 1, kReply = 2 };

  Operation operation = Operation::kRequest;
  MacAddress sender_mac{};
  Ipv4Address sender_ip{};
  MacAddress target_mac{};
  Ipv4Address target_ip{};

  // Refuses (kBadFrame) anything but Ethernet/IPv4 requests and replies. Bytes after the packet
  // (Ethernet padding) are ignored.
  static Parsed<ArpPacket> parse(std::span<const std::uint8_t> bytes);
  void serialize(std::span<std::uint8_t> out) const;
  bool operator==(const ArpPacket&) const = default;
};

}  // namespace violin::wire
