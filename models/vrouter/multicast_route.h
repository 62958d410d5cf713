// A router's multicast route: what a source sends to a group, taken from one interface and sent out
// of others. The tree of a group is made of one such route at each of its routers. As `ip mroute`
// has it: (source, group) Iif Oifs.
#pragma once

#include <vector>

#include "core/address.h"
#include "core/frame_sink.h"

namespace violin {

struct MulticastRoute {
  Ipv4Address source;
  Ipv4Address group;    // not of 224.0.0.0/24, which no router forwards (RFC 5771 section 4)
  PortIndex ingress{};  // what comes in elsewhere is dropped
  std::vector<PortIndex> egress;  // without `ingress`
};

}  // namespace violin
