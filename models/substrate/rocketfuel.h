// ISP maps of the Rocketfuel project with inferred weights (Mahajan et al., "Inferring link weights
// using end-to-end measurements", IMW 2002): lines of `from to value`, one directed link each.
//
// Latencies are in milliseconds, one way. With weights, routes follow them, and every link needs
// one; without, they follow the delay. Links in both directions between two routers are one cable.
#pragma once

#include <optional>

#include "models/substrate/load_error.h"
#include "models/substrate/router_graph.h"

namespace violin {

// Routers in order of appearance. Throws LoadError.
RouterGraph load_rocketfuel(const SourceText& latencies,
                            const std::optional<SourceText>& weights = std::nullopt,
                            std::size_t max_bytes = kMaxSourceBytes);

}  // namespace violin
