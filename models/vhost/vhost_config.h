// How a vHost and its vNICs are set up.
#pragma once

#include <cstdint>
#include <string>

#include "core/address.h"
#include "models/neighbor/neighbor_cache.h"
#include "models/vhost/reassembly.h"

namespace violin {

// Shared by any number of hosts.
struct VHostConfig {
  NeighborConfig neighbor;
  ReassemblyConfig reassembly;
  // Sends an ARP announcement (RFC 5227 section 2.3, once) when a cable is plugged. Off: a million
  // hosts that are plugged at once would flood each vLAN; wanted where hosts migrate.
  bool announce_on_plug = false;
};
inline constexpr VHostConfig kDefaultVHostConfig{};

struct VNicConfig {
  std::string name;
  MacAddress mac;
  Ipv4Interface address;
  std::uint32_t mtu = 1500;  // of IPv4 datagrams, 68..65535
};

}  // namespace violin
