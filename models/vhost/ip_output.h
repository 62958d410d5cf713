// The way down from a transport protocol to the network layer of its host.
#pragma once

#include <cstdint>
#include <optional>

#include "core/address.h"
#include "core/frame.h"
#include "core/time.h"
#include "models/wire/ipv4.h"

namespace violin {

struct IpSendOptions {
  std::uint8_t ttl = 64;
  std::uint8_t tos = 0;
  bool dont_fragment = false;
  bool operator==(const IpSendOptions&) const = default;
};

class IpOutput {
 public:
  virtual ~IpOutput() = default;
  // Sends one datagram whose payload (transport header first, checksum in place) is `payload`,
  // which has headroom for the IPv4 and Ethernet headers. Fragments it where it must and may.
  virtual void send_datagram(wire::IpProtocol protocol, Ipv4Address source, Ipv4Address destination,
                             Frame payload, const IpSendOptions& options, TimePoint now) = 0;
  // The address that a datagram to `destination` would carry as source; none without a route.
  virtual std::optional<Ipv4Address> source_for(Ipv4Address destination) const = 0;
  // Largest datagram (IPv4 header included) that goes to `destination` unfragmented, as far as
  // known: the egress MTU, or less once path-MTU discovery (RFC 1191) has said so.
  virtual std::uint32_t path_mtu(Ipv4Address destination, TimePoint now) const = 0;
};

}  // namespace violin
