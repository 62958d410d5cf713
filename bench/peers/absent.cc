// Stands in for the peers where ns-3 was not found.

#include "bench/peers/ns3_hold.h"
#include "bench/peers/ns3_packets.h"

namespace violin::bench {

bool has_ns3() { return false; }

std::unique_ptr<Engine> make_ns3_hold(const std::string& /*scheduler*/, std::size_t /*pending*/) {
  return nullptr;
}

std::unique_ptr<Engine> make_ns3_packets(const PacketScenario& /*scenario*/,
                                         Ns3Options /*options*/) {
  return nullptr;
}

}  // namespace violin::bench
