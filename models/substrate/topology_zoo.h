// Router graphs from the GraphML of the Internet Topology Zoo (Knight et al., JSAC 29, 2011), in
// both forms: the released one with Latitude, Longitude, Country and LinkSpeedRaw (`.zoo.graphml`),
// and the sources as yEd wrote them, with labels but without coordinates (`.yed.graphml`).
//
// Names are labels; of several nodes with one label the later are called "label#2", "label#3"; a
// node without a label is called by its id. Every edge is a cable: both directions; edges from a
// node to itself are left out. Capacity is LinkSpeedRaw; yEd's edge labels are not interpreted.
//
// A link's delay comes from where its ends are. A router without coordinates is put at the mean (on
// the sphere) of its neighbours, solved for all of them at once, so that chains of such routers
// spread evenly. Where none of a connected component has coordinates that is impossible: its links
// take `link_delay`, and without it that is an error which names the component.
#pragma once

#include <optional>

#include "models/substrate/geography.h"
#include "models/substrate/load_error.h"
#include "models/substrate/router_graph.h"

namespace violin {

struct TopologyZooOptions {
  GeographicDelay rule{};
  // Of links whose delay cannot be derived.
  std::optional<Duration> link_delay{};
  std::size_t max_bytes = kMaxSourceBytes;
};

// Throws LoadError.
RouterGraph load_topology_zoo(const SourceText& source, const TopologyZooOptions& options = {});

}  // namespace violin
