#include "models/wire/arp.h"

#include "models/wire/big_endian.h"

namespace violin::wire {
namespace {

// Hardware type 1 (Ethernet), protocol 0x0800 (IPv4), address lengths 6 and 4.
constexpr std::uint64_t kEthernetIpv4 = 0x0001'0800'0604;

}  // namespace

Parsed<ArpPacket> ArpPacket::parse(std::span<const std::uint8_t> bytes) {
  if (bytes.size() < kSize || load48(bytes.data()) != kEthernetIpv4) {
    return Drop::kBadFrame;
  }
  const std::uint8_t* p = bytes.data();
  const auto operation = static_cast<Operation>(load16(p + 6));
  if (operation != Operation::kRequest && operation != Operation::kReply) {
    return Drop::kBadFrame;
  }
  return ArpPacket{.operation = operation,
                   .sender_mac = MacAddress(load48(p + 8)),
                   .sender_ip = Ipv4Address(load32(p + 14)),
                   .target_mac = MacAddress(load48(p + 18)),
                   .target_ip = Ipv4Address(load32(p + 24))};
}

void ArpPacket::serialize(std::span<std::uint8_t> out) const {
  require(out.size() >= kSize, "an ARP packet needs 28 bytes");
  std::uint8_t* p = out.data();
  store48(p, kEthernetIpv4);
  store16(p + 6, static_cast<std::uint16_t>(operation));
  store48(p + 8, sender_mac.bits());
  store32(p + 14, sender_ip.bits());
  store48(p + 18, target_mac.bits());
  store32(p + 24, target_ip.bits());
}

}  // namespace violin::wire
