// What a GraphML file of the Topology Zoo says, before delays are derived from it.
#pragma once

#include <optional>
#include <vector>

#include "models/substrate/load_error.h"
#include "models/substrate/place_routers.h"
#include "models/substrate/router_graph.h"

namespace violin {

struct ZooEdge {
  RouterPair ends;
  std::optional<BitRate> capacity;
};

struct ZooNetwork {
  std::vector<Router> routers;
  std::vector<TextPlace> places;  // of each router's element
  std::vector<ZooEdge> edges;     // between different routers
};

// Of the first <graph>, with the nodes within yEd's groups; the groups themselves are no routers.
// Throws LoadError.
ZooNetwork read_zoo_graphml(const SourceText& source);

}  // namespace violin
