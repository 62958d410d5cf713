// TCP super-frames as a kernel hands them to a network card that segments: built field by field
// from the RFCs, with the pseudo-header's sum where the checksum will be.
#pragma once

#include <cstdint>
#include <vector>

#include "core/frame.h"

namespace violin {

struct SuperFrame {
  bool ipv6 = false;
  bool tagged = false;
  std::size_t ip_options = 0;    // bytes of IPv4 options (no-operation), a multiple of 4
  std::size_t tcp_options = 12;  // bytes of TCP options (no-operation), a multiple of 4
  std::size_t payload = 5000;
  std::uint16_t segment_size = 1448;
  std::uint8_t flags = 0x18;             // ACK PSH
  std::uint32_t sequence = 0xffff'f000;  // wraps within the super-frame
  std::uint16_t identification = 0xfffe;

  std::size_t ethernet_size() const { return tagged ? 18 : 14; }
  std::size_t ip_size() const { return ipv6 ? 40 : 20 + ip_options; }
  std::size_t tcp_size() const { return 20 + tcp_options; }
  std::size_t headers() const { return ethernet_size() + ip_size() + tcp_size(); }
};

using Octets = std::vector<std::uint8_t>;

// Payload byte i is i % 251.
Octets octets_of(const SuperFrame& super_frame);
Frame make(const SuperFrame& super_frame, FramePool& pool);

// The sum of RFC 1071 as it is defined there: 16 bits at a time, end-around carry, not
// complemented.
std::uint16_t plain_sum(const Octets& bytes);

}  // namespace violin
