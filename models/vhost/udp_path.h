// What one UDP flow's datagrams have in common, found out once: the way out of the host, and the
// Ethernet, IPv4 and UDP headers, on which only lengths, identification, checksums and the next
// hop's MAC differ from datagram to datagram. Sources: RFC 791, RFC 768; what differs is added to a
// sum made once (RFC 1071 section 2).
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "core/address.h"
#include "core/frame.h"
#include "core/frame_sink.h"
#include "models/vhost/ip_output.h"

namespace violin {

struct UdpFlow {
  Ipv4Address source;
  Ipv4Address destination;
  std::uint16_t source_port = 0;
  std::uint16_t destination_port = 0;
  IpSendOptions options;
  bool operator==(const UdpFlow&) const = default;
};

// Where a datagram leaves its host.
struct Egress {
  PortIndex port{};
  Ipv4Address next_hop;
  MacAddress group{};  // to many on the link, and next_hop means nothing; zero: to one

  bool to_many() const { return !group.is_zero(); }
};

class UdpPath {
 public:
  static constexpr std::size_t kHeaderSize = 14 + 20 + 8;

  UdpPath() = default;
  // `egress` is none where the flow stays in the host or has no route. `route_version` is the
  // host's: the path holds as long as that does not change.
  UdpPath(const UdpFlow& flow, const std::optional<Egress>& egress, MacAddress source,
          std::uint32_t route_version);

  const UdpFlow& flow() const { return flow_; }
  bool usable() const { return egress_.has_value(); }
  const Egress& egress() const { return *egress_; }
  std::uint32_t route_version() const { return route_version_; }
  // Puts all three headers in front of the payload.
  void stamp(Frame& payload, std::uint16_t identification, MacAddress destination) const;

 private:
  UdpFlow flow_;
  std::optional<Egress> egress_;
  std::uint32_t route_version_ = 0;  // no host's
  std::uint32_t ip_sum_ = 0;         // of the IPv4 header, without length and identification
  std::uint32_t udp_sum_ = 0;        // of pseudo-header and ports, without the lengths
  std::array<std::uint8_t, kHeaderSize> headers_{};
};

}  // namespace violin
