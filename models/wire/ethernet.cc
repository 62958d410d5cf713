#include "models/wire/ethernet.h"

#include "models/wire/big_endian.h"

namespace violin::wire {
namespace {

constexpr std::uint16_t kFirstType = 0x0600;  // smaller values are 802.3 lengths
constexpr std::uint16_t kReservedVlan = 0xfff;

constexpr VlanTag tag_of(std::uint16_t control) {
  return {.priority = static_cast<std::uint8_t>(control >> 13),
          .drop_eligible = (control & 0x1000) != 0,
          .vlan = static_cast<std::uint16_t>(control & 0x0fff)};
}

constexpr std::uint16_t control_of(const VlanTag& tag) {
  return static_cast<std::uint16_t>((tag.priority << 13) | (tag.drop_eligible ? 0x1000 : 0) |
                                    tag.vlan);
}

}  // namespace

Parsed<EthernetHeader> EthernetHeader::parse(std::span<const std::uint8_t> bytes) {
  if (bytes.size() < kSize) {
    return Drop::kBadFrame;
  }
  const std::uint8_t* p = bytes.data();
  const std::uint64_t source_and_type = load64(p + 6);
  EthernetHeader header{.destination = MacAddress(load64(p) >> 16),
                        .source = MacAddress(source_and_type >> 16),
                        .type = static_cast<EtherType>(source_and_type & 0xffff)};
  if (header.type == EtherType::kVlan) [[unlikely]] {
    if (bytes.size() < kTaggedSize) {
      return Drop::kBadFrame;
    }
    header.tag = tag_of(load16(p + 14));
    header.type = static_cast<EtherType>(load16(p + 16));
    if (header.tag->vlan == kReservedVlan || header.type == EtherType::kVlan) {
      return Drop::kBadFrame;
    }
  }
  if (header.source.is_group() || static_cast<std::uint16_t>(header.type) < kFirstType) {
    return Drop::kBadFrame;
  }
  return header;
}

void EthernetHeader::serialize(std::span<std::uint8_t> out) const {
  require(out.size() >= size(), "an Ethernet header needs its size() bytes");
  std::uint8_t* p = out.data();
  store48(p, destination.bits());
  if (!tag) {
    store64(p + 6, (source.bits() << 16) | static_cast<std::uint16_t>(type));
    return;
  }
  require(tag->priority < 8 && tag->vlan < kReservedVlan, "a VLAN tag is PCP 0..7, VID 0..4094");
  store64(p + 6, (source.bits() << 16) | static_cast<std::uint16_t>(EtherType::kVlan));
  store16(p + 14, control_of(*tag));
  store16(p + 16, static_cast<std::uint16_t>(type));
}

}  // namespace violin::wire
