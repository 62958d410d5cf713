// The test that decides whether a frame takes the short way through a router.
#pragma once

#include <cstdint>
#include <span>

#include "core/address.h"
#include "models/wire/big_endian.h"

namespace violin {

// Where the fields of an untagged frame with an IPv4 header are.
struct PlainOffsets {
  static constexpr std::size_t kIp = 14;
  static constexpr std::size_t kTotalLength = kIp + 2;
  static constexpr std::size_t kFragment = kIp + 6;
  static constexpr std::size_t kTtl = kIp + 8;
  static constexpr std::size_t kChecksum = kIp + 10;
  static constexpr std::size_t kSource = kIp + 12;
  static constexpr std::size_t kDestination = kIp + 16;
  static constexpr std::size_t kEnd = kIp + 20;
};

// An address that a router forwards from and to: not 0/8, 127/8, multicast, class E or broadcast
// (RFC 1812 section 5.3.7).
constexpr bool is_forwardable(Ipv4Address a) {
  const std::uint32_t network = a.bits() >> 24;
  return network - 1 < 223 && network != 127;
}

inline bool plain_checksum_holds(const std::uint8_t* header) {
  std::uint64_t sum = 0;
  for (std::size_t at = 0; at < 20; at += 4) {
    sum += wire::load_native<std::uint32_t>(header + at);
  }
  sum = (sum & 0xffff'ffff) + (sum >> 32);
  sum = (sum & 0xffff) + (sum >> 16);
  sum = (sum & 0xffff) + (sum >> 16);
  return sum == 0xffff;
}

// True only for a frame that the strict parsers of wire/ accept and that is addressed to `station`:
// untagged, an IPv4 datagram without options that fills the frame, is whole or an early fragment,
// has more than one hop to live and may be forwarded by its addresses. `size` counts elided bytes.
inline bool is_plain_datagram(std::span<const std::uint8_t> stored, std::uint64_t size,
                              MacAddress station) {
  using At = PlainOffsets;
  if (stored.size() < At::kEnd) {
    return false;
  }
  const std::uint8_t* p = stored.data();
  const std::uint32_t total_length = wire::load16(p + At::kTotalLength);
  const std::uint16_t fragment = wire::load16(p + At::kFragment);
  const bool ethernet =
      wire::load48(p) == station.bits() && (p[6] & 1) == 0 && wire::load16(p + 12) == 0x0800;
  const bool whole = p[At::kIp] == 0x45 && total_length + At::kIp == size &&
                     (fragment & 0x8000) == 0 && (fragment & 0x1fffU) * 8 + total_length <= 65535;
  return ethernet && whole && p[At::kTtl] > 1 &&
         is_forwardable(Ipv4Address(wire::load32(p + At::kSource))) &&
         is_forwardable(Ipv4Address(wire::load32(p + At::kDestination))) &&
         plain_checksum_holds(p + At::kIp);
}

}  // namespace violin
