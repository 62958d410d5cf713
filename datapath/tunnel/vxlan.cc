#include "datapath/tunnel/vxlan.h"

#include <stdexcept>
#include <string>

#include "models/wire/big_endian.h"
#include "models/wire/ethernet.h"

namespace violin {

namespace {

constexpr std::uint32_t kVniIsValid = 0x0800'0000;  // the I flag

}  // namespace

Vxlan::Vxlan(std::uint32_t vni) : vni_(vni) {
  if (vni > 0xff'ffff) {
    throw std::invalid_argument("VXLAN network identifier " + std::to_string(vni) +
                                " does not fit 24 bits");
  }
}

KeyOrDrop Vxlan::key_of(std::span<const std::uint8_t> datagram) {
  if (datagram.size() < kHeaderSize || (wire::load32(datagram.data()) & kVniIsValid) == 0) {
    return Drop::kBadTunnel;
  }
  return TunnelKey{wire::load32(datagram.data() + 4) >> 8};
}

void Vxlan::encapsulate(Frame& frame) {
  std::uint8_t* to = frame.push_front(kHeaderSize).data();
  wire::store32(to, kVniIsValid);
  wire::store32(to + 4, vni_ << 8);
}

std::optional<Drop> Vxlan::decapsulate(Frame& datagram) const {
  const auto bytes = datagram.bytes();
  if (const auto reason = refusal(key_of(bytes), bytes.size())) {
    return reason;
  }
  datagram.pop_front(kHeaderSize);
  return std::nullopt;
}

}  // namespace violin
