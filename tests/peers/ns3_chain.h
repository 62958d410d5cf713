// A row of routers in ns-3, driven by the same emissions as ours. Its own header, because ns-3's
// names are apart from ours.
#pragma once

#include <cstdint>
#include <vector>

#include "core/quantity.h"
#include "core/time.h"
#include "models/app/traffic.h"

namespace violin {

struct ChainHop {
  BitRate rate;
  Duration delay;
};

// What is sent, and what became of it.
struct ChainFlow {
  std::vector<TraceTraffic::Point> emissions;
};
struct ChainOutcome {
  std::uint64_t sent = 0;
  std::uint64_t received = 0;
  double mean_delay_s = 0;
};

// Every flow from the first to the last node over all hops, through routers with drop-tail queues
// of `queue_frames` behind the frame that is being sent.
struct Chain {
  std::vector<ChainHop> hops;
  std::uint32_t queue_frames;
  std::vector<ChainFlow> flows;
  Duration duration;
};

// In ns-3: point-to-point devices, without traffic control above them. Its PPP header has 2 bytes,
// Ethernet's 14: payloads are longer by kPppDeficit here, so that each frame takes the same time
// on the wire.
inline constexpr std::uint32_t kPppDeficit = 12;
std::vector<ChainOutcome> run_in_ns3(const Chain& chain);

}  // namespace violin
