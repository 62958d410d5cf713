// Does in software what a sender's stack left to its network card: cutting TCP super-frames into
// segments, and the TCP and UDP checksums. Pure: bytes in, bytes out.
//
// A TAP device with offloads brings such frames (Frame::offload()), and another one takes them as
// they are. Whatever else sends a frame on, and any router, needs it complete.
//
// Source: RFC 9293 and RFC 3168 section 6.1.2 (which flags go on which segment), RFC 1071; as the
// Linux kernel's own software segmentation does it, IPv4 identifications count up from the
// super-frame's. IPv4, and IPv6 without extension headers, untagged or with one 802.1Q tag.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/frame.h"
#include "models/wire/ethernet.h"
#include "models/wire/ipv4.h"
#include "models/wire/parsed.h"

namespace violin {

// Where the headers of a frame lie, in bytes from its begin.
struct TransportPlace {
  wire::EtherType type = wire::EtherType::kIpv4;       // or kIpv6
  wire::IpProtocol protocol = wire::IpProtocol::kTcp;  // or kUdp
  std::size_t network = wire::EthernetHeader::kSize;
  std::size_t transport = 0;
  std::size_t end = 0;  // of the IP packet; Ethernet padding may follow

  // From the transport header's begin.
  std::size_t checksum_offset() const { return protocol == wire::IpProtocol::kTcp ? 16 : 6; }
};

// Of a TCP segment or UDP datagram that is whole (not a fragment) and whose transport header is
// stored. Refuses with kBadFrame or kBadHeader what is malformed up to there, with kUnsupported
// anything else.
wire::Parsed<TransportPlace> find_transport(std::span<const std::uint8_t> frame);

// Fills in a 16-bit Internet checksum that covers the bytes from `start` on and stands at
// `start + offset`, where the sum of a pseudo-header is already. As virtio's
// VIRTIO_NET_HDR_F_NEEDS_CSUM has it, whatever the protocol. False if there is no room for it.
bool complete_checksum_at(std::span<std::uint8_t> frame, std::size_t start, std::size_t offset);

// Makes a frame complete that is not a super-frame. Returns why it could not.
std::optional<Drop> complete_checksum(Frame& frame);

// The segments of a super-frame, in order and complete; each of segment_size bytes of payload but
// the last. Its bytes are all stored (std::logic_error otherwise). A TCP checksum that was not
// pending is computed anew all the same.
wire::Parsed<std::vector<Frame>> cut_into_segments(const Frame& super_frame, FramePool& pool);

}  // namespace violin
