// Positions for routers whose coordinates are not known, from those of their neighbours.
#pragma once

#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "models/substrate/geography.h"
#include "models/substrate/router_graph.h"

namespace violin {

using RouterPair = std::pair<RouterId, RouterId>;

// Puts every router without a position at the mean of its neighbours' positions, for all of them at
// once (the harmonic function on the graph, taken of unit vectors and put back on the sphere); a
// chain between two known places is thus spread evenly. Edges count in both directions, once each.
//
// Those from which no router with a position can be reached stay without one, as do those whose
// neighbours' positions cancel out, as antipodes do.
std::vector<std::optional<Coordinates>> place_by_neighbors(
    std::vector<std::optional<Coordinates>> positions, std::span<const RouterPair> edges);

}  // namespace violin
