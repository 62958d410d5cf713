// Floor: the least code that moves packets hop by hop over links with a rate, a queue and a delay.
// No addresses, headers, checksums, books or fingerprint: a packet is the number of the site that
// it goes to, and a node looks up its next link in a table. Events are in a Heap4, one at most per
// link and kind.
#pragma once

#include <cstdint>
#include <memory>

#include "bench/engine.h"
#include "bench/packet_scenario.h"

namespace violin::bench {

// One event a hop: the arrival; when a link will be free is a number. Two: departure and arrival.
enum class EventsPerHop : std::uint8_t { kOne, kTwo };

// `scenario` is one of routers. Flows have begun.
std::unique_ptr<Engine> make_bare_hops(const PacketScenario& scenario, EventsPerHop events);

}  // namespace violin::bench
