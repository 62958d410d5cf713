// Where a router hands over what is addressed to itself: routing daemons, tunnels, tests.
#pragma once

#include "core/time.h"
#include "models/vhost/ip_packet.h"

namespace violin {

struct ReceivedDatagram {
  IpPacket packet;
  wire::Ipv4Header header;
  PortIndex ingress{};
  bool group = false;  // came by link-layer broadcast or multicast, or is addressed to a group
};

class LocalDelivery {
 public:
  virtual ~LocalDelivery() = default;
  // Takes `datagram.packet.frame`, or leaves it if nobody listens there: then the router answers
  // with "port unreachable" (RFC 1122 section 3.2.2.1). Never a fragment. May send through the
  // router, but not change its interfaces or routes.
  virtual void deliver(ReceivedDatagram& datagram, TimePoint now) = 0;
};

}  // namespace violin
