#include "models/substrate/shortest_paths.h"

#include <boost/graph/compressed_sparse_row_graph.hpp>
#include <boost/graph/dijkstra_shortest_paths.hpp>
#include <compare>
#include <limits>

#include "core/require.h"

namespace violin {
namespace {

// Compared by weight, then by number of links: every link makes a path longer, so that the links
// that enter the routers form a tree even where weights are zero.
struct Cost {
  std::uint64_t weight = 0;
  std::uint32_t links = 0;

  auto operator<=>(const Cost&) const = default;
};

constexpr Cost kInfinite{std::numeric_limits<std::uint64_t>::max(),
                         std::numeric_limits<std::uint32_t>::max()};

// Overflows only where a path has more than ten million links of the largest weight.
Cost sum(Cost a, Cost b) {
  if (a == kInfinite || b == kInfinite) {
    return kInfinite;
  }
  return {a.weight + b.weight, a.links + b.links};
}

struct Hop {
  Cost cost;
};

using Graph = boost::compressed_sparse_row_graph<boost::directedS, boost::no_property, Hop>;

struct UsableLink {
  std::uint32_t id;
  std::uint32_t from;
  std::uint32_t to;
  Cost cost;
};

std::vector<UsableLink> usable_links(const RouterGraph& graph) {
  std::vector<UsableLink> usable;
  usable.reserve(graph.links().size());
  for (std::uint32_t id = 0; id < graph.links().size(); ++id) {
    const SubstrateLink& link = graph.links()[id];
    const std::uint64_t weight = graph.metric() == RouterGraph::Metric::kDelay
                                     ? static_cast<std::uint64_t>(link.delay.count())
                                     : link.weight;
    if (link.up) {
      usable.push_back({id, static_cast<std::uint32_t>(link.from),
                        static_cast<std::uint32_t>(link.to), Cost{weight, 1}});
    }
  }
  return usable;
}

Graph boost_graph(std::size_t routers, const std::vector<UsableLink>& links) {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> ends;
  std::vector<Hop> hops;
  ends.reserve(links.size());
  hops.reserve(links.size());
  for (const UsableLink& link : links) {
    ends.emplace_back(link.from, link.to);
    hops.push_back({link.cost});
  }
  return Graph(boost::edges_are_unsorted_multi_pass, ends.begin(), ends.end(), hops.begin(),
               routers);
}

std::vector<Cost> distances(const Graph& graph, std::size_t source) {
  std::vector<Cost> distance(num_vertices(graph), kInfinite);
  boost::dijkstra_shortest_paths(
      graph, source,
      boost::distance_map(
          boost::make_iterator_property_map(distance.begin(), get(boost::vertex_index, graph)))
          .weight_map(get(&Hop::cost, graph))
          .distance_compare(std::less<Cost>())
          .distance_combine(&sum)
          .distance_inf(kInfinite)
          .distance_zero(Cost{}));
  return distance;
}

}  // namespace

struct ShortestPaths::Topology {
  std::vector<UsableLink> links;  // by id
  Graph graph;
};

ShortestPaths::ShortestPaths(const RouterGraph& graph)
    : topology_version_(graph.topology_version()), trees_(graph.routers().size()) {
  std::vector<UsableLink> links = usable_links(graph);
  Graph shape = boost_graph(graph.routers().size(), links);
  topology_ = std::make_unique<Topology>(Topology{std::move(links), std::move(shape)});
}

ShortestPaths::~ShortestPaths() = default;

const ShortestPathTree& ShortestPaths::from(RouterId source) {
  require(to_index(source) < trees_.size(), "the router is in the graph");
  std::unique_ptr<ShortestPathTree>& tree = trees_[to_index(source)];
  if (tree) {
    return *tree;
  }
  const std::vector<Cost> distance = distances(topology_->graph, to_index(source));
  std::vector<std::uint32_t> entered_by(trees_.size(), ShortestPathTree::kNone);
  for (const UsableLink& link : topology_->links) {
    const Cost through = sum(distance[link.from], link.cost);
    if (through != kInfinite && through == distance[link.to] &&
        entered_by[link.to] == ShortestPathTree::kNone) {
      entered_by[link.to] = link.id;
    }
  }
  tree = std::make_unique<ShortestPathTree>(source, std::move(entered_by));
  return *tree;
}

}  // namespace violin
