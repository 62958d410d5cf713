#include "models/vswitch/vlan_tag.h"

#include <cstring>

#include "models/wire/ethernet.h"

namespace violin {

namespace {

constexpr std::size_t kAddresses = 12;  // bytes before the tag
constexpr std::size_t kTag = 4;
constexpr auto kTagType = static_cast<std::uint16_t>(wire::EtherType::kVlan);

std::uint16_t load16(std::span<const std::uint8_t> bytes, std::size_t at) {
  return static_cast<std::uint16_t>((bytes[at] << 8) | bytes[at + 1]);
}

void store16(std::span<std::uint8_t> bytes, std::size_t at, std::uint16_t value) {
  bytes[at] = static_cast<std::uint8_t>(value >> 8);
  bytes[at + 1] = static_cast<std::uint8_t>(value);
}

}  // namespace

bool has_vlan_tag(std::span<const std::uint8_t> bytes) {
  return load16(bytes, kAddresses) == kTagType;
}

VlanId tagged_vlan(std::span<const std::uint8_t> bytes) {
  return VlanId{static_cast<std::uint16_t>(load16(bytes, kUntaggedHeader) & 0xfff)};
}

void set_vlan_tag(Frame& frame, VlanId vlan) {
  const auto number = static_cast<std::uint16_t>(vlan);
  if (has_vlan_tag(frame.bytes())) {
    if (tagged_vlan(frame.bytes()) != vlan) {
      const auto bytes = frame.writable();
      const std::uint16_t priority = load16(bytes, kUntaggedHeader) & 0xf000;
      store16(bytes, kUntaggedHeader, priority | number);
    }
    return;
  }
  frame.push_front(kTag);
  const auto bytes = frame.writable();
  std::memmove(bytes.data(), bytes.data() + kTag, kAddresses);
  store16(bytes, kAddresses, kTagType);
  store16(bytes, kUntaggedHeader, number);
}

void strip_vlan_tag(Frame& frame) {
  if (!has_vlan_tag(frame.bytes())) {
    return;
  }
  const auto bytes = frame.writable();
  std::memmove(bytes.data() + kTag, bytes.data(), kAddresses);
  frame.pop_front(kTag);
}

}  // namespace violin
