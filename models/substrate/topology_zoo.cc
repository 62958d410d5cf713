#include "models/substrate/topology_zoo.h"

#include <algorithm>
#include <string>

#include "models/substrate/zoo_graphml.h"

namespace violin {
namespace {

using Positions = std::vector<std::optional<Coordinates>>;

Positions positions_of(const ZooNetwork& network) {
  Positions known;
  std::vector<RouterPair> edges;
  for (const Router& router : network.routers) {
    known.push_back(router.position);
  }
  for (const ZooEdge& edge : network.edges) {
    edges.push_back(edge.ends);
  }
  return place_by_neighbors(std::move(known), edges);
}

bool placed(const ZooEdge& edge, const Positions& positions) {
  return positions[to_index(edge.ends.first)] && positions[to_index(edge.ends.second)];
}

Duration delay_of(const ZooEdge& edge, const Positions& positions,
                  const TopologyZooOptions& options) {
  if (!placed(edge, positions)) {
    return *options.link_delay;
  }
  return options.rule.over(great_circle_km(*positions[to_index(edge.ends.first)],
                                           *positions[to_index(edge.ends.second)]));
}

// "'a', 'b', 'c' and 4 others" of the routers that cannot be placed although they have a link.
std::string names_of(const ZooNetwork& network, const std::vector<std::size_t>& routers) {
  constexpr std::size_t kMost = 5;
  std::string names;
  for (std::size_t i = 0; i < std::min(kMost, routers.size()); ++i) {
    names.append(i == 0 ? "" : ", ").append(in_quotes(network.routers[routers[i]].name));
  }
  if (routers.size() > kMost) {
    names.append(" and ").append(std::to_string(routers.size() - kMost)).append(" others");
  }
  return names;
}

void refuse_unplaced(const SourceText& source, const ZooNetwork& network,
                     const Positions& positions) {
  std::vector<std::size_t> unplaced;
  for (const ZooEdge& edge : network.edges) {
    for (const RouterId end : {edge.ends.first, edge.ends.second}) {
      if (!positions[to_index(end)]) {
        unplaced.push_back(to_index(end));
      }
    }
  }
  std::sort(unplaced.begin(), unplaced.end());
  unplaced.erase(std::unique(unplaced.begin(), unplaced.end()), unplaced.end());
  if (!unplaced.empty()) {
    LoadProblems(source.name)
        .fail(network.places[unplaced.front()],
              "no delay can be derived for the links of " + names_of(network, unplaced) +
                  ": neither they nor any router that they reach have coordinates",
              "give a link delay, or coordinates of one of them");
  }
}

}  // namespace

RouterGraph load_topology_zoo(const SourceText& source, const TopologyZooOptions& options) {
  check_source(source, options.max_bytes);
  ZooNetwork network = read_zoo_graphml(source);
  const Positions positions = positions_of(network);
  if (!options.link_delay) {
    refuse_unplaced(source, network, positions);
  }
  RouterGraph graph;
  for (Router& router : network.routers) {
    graph.add_router(std::move(router));
  }
  for (const ZooEdge& edge : network.edges) {
    SubstrateLink link;
    link.from = edge.ends.first;
    link.to = edge.ends.second;
    link.name = graph.router(link.from).name + " - " + graph.router(link.to).name;
    link.delay = delay_of(edge, positions, options);
    link.capacity = edge.capacity;
    graph.add_cable(std::move(link));
  }
  return graph;
}

}  // namespace violin
