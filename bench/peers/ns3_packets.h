// The packet scenarios in ns-3, put together from its own helpers: point-to-point devices between
// routers, a BridgeNetDevice over one CSMA channel per host for a LAN, IPv4, UDP.
//
// What is in ns-3's favour: checksums are off (its default), flows send and receive through bare
// sockets, nothing is recorded, and, `hosts_apart` aside, flows begin and end on the routers
// themselves, which makes its routing tables smaller.
#pragma once

#include <cstdint>
#include <memory>

#include "bench/engine.h"
#include "bench/packet_scenario.h"

namespace violin::bench {

enum class Ns3Routing : std::uint8_t { kGlobal, kNixVector };

struct Ns3Options {
  Ns3Routing routing = Ns3Routing::kGlobal;
  bool hosts_apart = false;     // hosts are nodes of their own, as they are in ours
  bool traffic_control = true;  // FqCoDel above each device, as ns-3's address helper puts it
};

// Routes are computed, flows begin as time passes. One ns-3 engine lives at a time. nullptr where
// ns-3 was not found when this was built.
std::unique_ptr<Engine> make_ns3_packets(const PacketScenario& scenario, Ns3Options options);

}  // namespace violin::bench
