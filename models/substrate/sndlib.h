// Networks in SNDlib's native format, version 1.0 (Orlowski et al., "SNDlib 1.0: survivable network
// design library", Networks 55, 2010; sndlib.zib.de): nodes at (longitude latitude), links with
// their capacities, demands.
//
// A link is a cable. Its capacity is the pre-installed one, or where that is 0 the smallest module.
// Its delay comes from the coordinates. Capacities and demands have the unit that the META section
// tells: BITPERSEC with or without K, M or G before it, E1, STM1, STM4, STM16, STM64; others, and
// none, are taken as Mbit/s. Sections other than META, NODES, LINKS and DEMANDS are skipped.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "models/substrate/geography.h"
#include "models/substrate/load_error.h"
#include "models/substrate/router_graph.h"

namespace violin {

struct TrafficDemand {
  std::string name;
  RouterId from{};
  RouterId to{};
  double bits_per_second = 0;
};

struct SndlibNetwork {
  RouterGraph graph;
  std::vector<TrafficDemand> demands;
};

struct SndlibOptions {
  GeographicDelay rule{};
  // Of links with an end that has no coordinates in degrees (some networks have map positions
  // instead); without it that is an error.
  std::optional<Duration> link_delay{};
  std::size_t max_bytes = kMaxSourceBytes;
};

// Throws LoadError.
SndlibNetwork load_sndlib(const SourceText& source, const SndlibOptions& options = {});

}  // namespace violin
