// How a port of a vSwitch takes part in VLANs.
//
// Source: IEEE 802.1Q-2018, port-based VLANs: classification by PVID (clause 6.9), acceptable frame
// types, ingress filtering and egress member sets (clause 8.6), independent learning
// (clause 8.8.8). Only the outer C-tag (0x8100) is looked at.
//
//              takes                                sends
//   kTransparent  everything, tags untouched           everything, tags untouched
//   kAccess    untagged and priority-tagged frames  its VLAN's frames, without tag
//   kTrunk     tagged frames of allowed VLANs;      allowed VLANs' frames, tagged; its native
//              untagged ones if it has a native VLAN   VLAN's without tag
//
// Transparent ports (the default) form one domain of their own: a frame never passes between a
// transparent port and one that knows VLANs.
#pragma once

#include <bitset>
#include <cstdint>
#include <memory>
#include <optional>

namespace violin {

// 1..4094 on ports that know VLANs; kTransparentVlan stands for the transparent domain.
enum class VlanId : std::uint16_t {};
inline constexpr VlanId kTransparentVlan{0};

using VlanSet = std::bitset<4096>;

class PortVlan {
 public:
  PortVlan() = default;  // transparent
  PortVlan(const PortVlan& other) { *this = other; }
  PortVlan(PortVlan&&) = default;
  PortVlan& operator=(const PortVlan& other) {
    native_ = other.native_;
    allowed_ = other.allowed_ ? std::make_unique<const VlanSet>(*other.allowed_) : nullptr;
    return *this;
  }
  PortVlan& operator=(PortVlan&&) = default;
  ~PortVlan() = default;

  // Throw std::invalid_argument on a VLAN outside 1..4094.
  static PortVlan access(VlanId vlan);
  // `native`, where given, is one of `allowed`.
  static PortVlan trunk(const VlanSet& allowed, std::optional<VlanId> native = std::nullopt);

  bool is_transparent() const { return native_ == kTransparentVlan && allowed_ == nullptr; }
  // The VLAN of an untagged or priority-tagged frame that comes in; none: not taken.
  std::optional<VlanId> classify_untagged() const {
    return native_ != kTransparentVlan || is_transparent() ? std::optional(native_) : std::nullopt;
  }
  // The VLAN of a frame that comes in with this tag; none: not taken. Not for transparent ports.
  std::optional<VlanId> classify_tagged(VlanId tag) const {
    return allowed_ != nullptr && contains(tag) ? std::optional(tag) : std::nullopt;
  }
  // Whether frames of the VLAN leave through the port.
  bool contains(VlanId vlan) const {
    return allowed_ == nullptr ? vlan == native_ : (*allowed_)[static_cast<std::size_t>(vlan)];
  }
  // Whether frames of the VLAN, which the port contains, leave with a tag. Not for transparent
  // ports.
  bool sends_tagged(VlanId vlan) const { return vlan != native_; }

 private:
  VlanId native_ = kTransparentVlan;  // the PVID; kTransparentVlan: none
  std::unique_ptr<const VlanSet> allowed_;
};

}  // namespace violin
