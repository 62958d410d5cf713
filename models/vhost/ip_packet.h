// A frame that carries an IPv4 datagram, and where in it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "core/frame.h"
#include "models/wire/ethernet.h"
#include "models/wire/ipv4.h"

namespace violin {

struct IpPacket {
  Frame frame;
  std::size_t at = wire::EthernetHeader::kSize;  // of the IPv4 header's first byte

  std::span<const std::uint8_t> bytes() const { return frame.bytes().subspan(at); }
  // What is stored of the payload, without Ethernet's padding.
  std::span<const std::uint8_t> payload(const wire::Ipv4Header& header) const {
    const auto stored = bytes().subspan(header.size());
    return stored.first(std::min(stored.size(), header.payload_size()));
  }
  // The payload alone; the packet is gone afterwards.
  Frame take_payload(const wire::Ipv4Header& header) {
    frame.pop_front(at + header.size());
    if (frame.size().value > header.payload_size()) {
      frame.truncate(header.payload_size());
    }
    return std::move(frame);
  }
};

}  // namespace violin
