// What a vRouter is apart from its cables: all that its successor on another overlay host needs to
// decide as it did. VRouterState is a value that refers to nothing outside of itself;
// VRouterHoldings are frames and attached parts, which go from one to the other once.
//
// Times are the kernel's: who sends a state to another kernel translates them.
#pragma once

#include <list>
#include <vector>

#include "models/vhost/reassembly.h"
#include "models/vrouter/vrouter.h"

namespace violin {

struct VRouterState {
  struct Interface {
    PortIndex port{};
    RouterInterface config;
    std::vector<KnownNeighbor> neighbors;
    bool to_announce = false;
  };

  std::vector<Interface> interfaces;             // by port
  std::vector<Route> routes;                     // of every kind
  std::vector<MulticastRoute> multicast_routes;  // by group, then source
  TokenBucket icmp_errors;
  std::uint16_t identification = 0;
};

struct VRouterHoldings {
  struct Waiting {
    PortIndex port{};
    NeighborCache::Unresolved frame;
  };
  struct Sink {
    wire::IpProtocol protocol;
    LocalDelivery* delivery;
  };

  std::vector<Waiting> waiting;  // for a neighbor's address
  std::list<Reassembly::Partial> fragments;
  std::vector<Sink> sinks;
};

}  // namespace violin
