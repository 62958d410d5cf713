// Which virtual links a datagram would cross, by the tables of hosts and routers as they are now.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "scenarios/build/network.h"

namespace violin {

struct Crossing {
  const VirtualLink* link;
  std::size_t direction;  // from ends[direction]
};

// From a vHost to an address of its VIOLIN, in order of travel; empty if the address is its own.
// nullopt: there is no route, nobody has the address, a cable is unplugged, routers send it in a
// circle, or a stack on the way is not ours. Hosts that are down do not matter.
std::optional<std::vector<Crossing>> trace(const Node& from, Ipv4Address to);

// From a station's vNIC over the vSwitches of its vLAN to the station with that address; nullopt if
// it is not there.
std::optional<std::vector<Crossing>> beside(const Node& from, PortIndex egress, Ipv4Address to);

}  // namespace violin
