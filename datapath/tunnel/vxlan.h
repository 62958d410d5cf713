// VXLAN with one virtual network.
//
// Source: RFC 7348 section 5. Departs from it: the source port of what is sent is the socket's own,
// not a hash of the inner frame, so that one path is taken and order is kept.
//
//   |R|R|R|R|I|R|R|R|            Reserved                           |
//   |                VXLAN Network Identifier (VNI) |   Reserved    |
//
// Reserved bits are sent as 0 and not looked at on arrival, as the standard wants it.
#pragma once

#include "datapath/tunnel/encapsulation.h"

namespace violin {

class Vxlan final : public Encapsulation {
 public:
  static constexpr std::size_t kHeaderSize = 8;
  static constexpr std::uint16_t kPort = 4789;  // IANA's; a device may have another

  // A VNI has 24 bits (std::invalid_argument).
  explicit Vxlan(std::uint32_t vni);

  // The VNI. kBadTunnel: shorter than the header, or the I flag is not set.
  static KeyOrDrop key_of(std::span<const std::uint8_t> datagram);

  TunnelFormat format() const override { return TunnelFormat::kVxlan; }
  TunnelKey key() const override { return TunnelKey{vni_}; }
  std::size_t overhead() const override { return kHeaderSize; }
  void encapsulate(Frame& frame) override;
  std::optional<Drop> decapsulate(Frame& datagram) const override;

 private:
  std::uint32_t vni_;
};

}  // namespace violin
