// Ethernet II frames with at most one 802.1Q tag, without FCS.
// Source: IEEE 802.3-2018 section 3.1.1, IEEE 802.1Q-2018 section 9.6, RFC 894.
//
//    0                   6                   12          14
//   +-------------------+-------------------+-----------+---------
//   |    destination    |      source       | EtherType | payload
//   +-------------------+-------------------+-----------+---------
//   tagged: 0x8100 at 12, then PCP(3) DEI(1) VID(12), the EtherType at 16
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "core/address.h"
#include "models/wire/parsed.h"

namespace violin::wire {

enum class EtherType : std::uint16_t {
  kIpv4 = 0x0800,
  kArp = 0x0806,
  kVlan = 0x8100,
  kIpv6 = 0x86dd,
};

struct VlanTag {
  std::uint8_t priority = 0;   // PCP, 0..7
  bool drop_eligible = false;  // DEI
  std::uint16_t vlan = 0;      // VID, 0..4094; 0 is a priority tag
  bool operator==(const VlanTag&) const = default;
};

struct EthernetHeader {
  static constexpr std::size_t kSize = 14;
  static constexpr std::size_t kTaggedSize = 18;

  MacAddress destination{};
  MacAddress source{};
  EtherType type = EtherType::kIpv4;  // values below 0x0600 are 802.3 lengths: kBadFrame
  std::optional<VlanTag> tag = std::nullopt;

  std::size_t size() const { return tag ? kTaggedSize : kSize; }
  // Refuses (kBadFrame): fewer bytes than the header, a group address as source, VID 4095, a
  // length in the place of the type, a second tag.
  static Parsed<EthernetHeader> parse(std::span<const std::uint8_t> bytes);
  // Writes size() bytes.
  void serialize(std::span<std::uint8_t> out) const;
  bool operator==(const EthernetHeader&) const = default;
};

// Where datagrams to an IPv4 group go: 01-00-5e with the group's low 23 bits (RFC 1112
// section 6.4).
constexpr MacAddress group_address(Ipv4Address group) {
  return MacAddress(0x0100'5e00'0000ULL | (group.bits() & 0x7f'ffff));
}

}  // namespace violin::wire
