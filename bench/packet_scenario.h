// The networks in which packet-hops are counted, as ours, floors and peers all build them.
//
// A packet-hop is one reception of a packet by a node: a host, a switch or a router. Flows send
// UDP datagrams of 1000 bytes of payload at a constant rate, each beginning at its own offset
// within its first interval.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "core/quantity.h"
#include "core/time.h"

namespace violin::bench {

struct PacketFlow {
  std::uint32_t from = 0;  // the host at that router; of a LAN: the host
  std::uint32_t to = 0;
  Duration start{};
};

struct PacketScenario {
  enum class Lan : std::uint8_t { kNone, kUnicast, kBroadcast };

  Lan lan = Lan::kNone;     // not kNone: `sites` hosts at one switch, `cables` is empty
  std::uint32_t sites = 0;  // routers, each with a host where a flow begins or ends
  std::vector<std::pair<std::uint32_t, std::uint32_t>> cables;  // between routers
  std::vector<PacketFlow> flows;
  BitRate flow_rate = BitRate::mbps(1);  // of payload
  BitRate link_rate = BitRate::gbps(1);
  Duration link_delay = std::chrono::milliseconds(1);

  static constexpr std::uint32_t kPayload = 1000;
  static constexpr std::uint32_t kQueueFrames = 100;

  Duration interval() const { return Serialiser().next(Bytes{kPayload}, flow_rate); }
};

// Routers in a row, one flow of 800 Mbit/s from end to end.
PacketScenario chain(std::uint32_t routers);
// Each host sends to the next one, 80 Mbit/s, or to all, 2 Mbit/s. Cables of 1 us: a LAN.
PacketScenario lan(std::uint32_t hosts, PacketScenario::Lan kind);
// A random connected graph of 500 routers of average degree 4, the same at each call, with flows of
// 1 Mbit/s between different random routers.
PacketScenario random_graph(std::uint32_t flows);

}  // namespace violin::bench
