// The outer 802.1Q tag of a frame, read and changed in place.
// Source: IEEE 802.1Q-2018 clause 9.6. The frame stores at least its 14 bytes of Ethernet header,
// and 18 where it is tagged.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "core/frame.h"
#include "models/vswitch/vlan.h"

namespace violin {

inline constexpr std::size_t kUntaggedHeader = 14;
inline constexpr std::size_t kTaggedHeader = 18;

// Whether the EtherType is that of a C-tag (0x8100).
bool has_vlan_tag(std::span<const std::uint8_t> bytes);
// The VID of a tagged frame: 0 for a priority tag, up to 4095.
VlanId tagged_vlan(std::span<const std::uint8_t> bytes);

// The frame leaves with a tag of this VLAN: its own one with priority and DEI kept, or a new one of
// priority 0. Copies shared bytes only if something changes.
void set_vlan_tag(Frame& frame, VlanId vlan);
// The frame leaves without its outer tag, if it has one.
void strip_vlan_tag(Frame& frame);

}  // namespace violin
