#include "models/placement/topology/steiner.h"

#include <algorithm>
#include <boost/pending/disjoint_sets.hpp>

#include "core/require.h"
#include "models/placement/topology/dual_ascent.h"
#include "models/placement/topology/steiner_exact.h"
#include "models/placement/topology/steiner_paths.h"

namespace violin::placement {

namespace {

using Edges = std::vector<std::uint32_t>;
using Nodes = std::vector<std::uint32_t>;

Nodes distinct(const SteinerGraph& graph, std::span<const std::uint32_t> terminals) {
  Nodes nodes(terminals.begin(), terminals.end());
  std::ranges::sort(nodes);
  nodes.erase(std::unique(nodes.begin(), nodes.end()), nodes.end());
  require(nodes.empty() || nodes.back() < graph.nodes, "terminals are nodes of the graph");
  return nodes;
}

class Approximation {
 public:
  Approximation(const SteinerPaths& paths, const Nodes& terminals)
      : paths_(paths), terminals_(terminals) {}

  // Empty if the terminals are not connected.
  Edges mehlhorn() const {
    const SteinerGraph& graph = paths_.graph();
    std::vector<std::uint64_t> distance(graph.nodes, kNoWay);
    Edges entered(graph.nodes, kNone);
    for (const std::uint32_t t : terminals_) {
      distance[t] = 0;
    }
    paths_.relax(distance, entered);
    const Nodes nearest = nearest_terminals(distance, entered);
    Edges bridges;  // between parts of terminals, by the way from one to the other
    for (std::uint32_t e = 0; e < graph.edges.size(); ++e) {
      const auto& [a, b, cost] = graph.edges[e];
      if (nearest[a] != kNone && nearest[b] != kNone && nearest[a] != nearest[b]) {
        bridges.push_back(e);
      }
    }
    std::ranges::stable_sort(bridges, {}, [&](std::uint32_t e) {
      return distance[graph.edges[e].a] + graph.edges[e].cost + distance[graph.edges[e].b];
    });
    boost::disjoint_sets_with_storage<> parts(graph.nodes);
    std::vector<bool> in(graph.nodes);
    for (const std::uint32_t e : bridges) {
      const auto a = parts.find_set(nearest[graph.edges[e].a]);
      const auto b = parts.find_set(nearest[graph.edges[e].b]);
      if (a != b) {
        parts.link(a, b);
        mark_way(graph.edges[e].a, entered, in);
        mark_way(graph.edges[e].b, entered, in);
      }
    }
    return paths_.spanning_tree(in, terminals_);
  }

  Edges improved(Edges tree, const KeepGoing& keep_going) const {
    while (try_nodes(tree, keep_going) || try_paths(tree, keep_going)) {
    }
    return tree;
  }

 private:
  Nodes nearest_terminals(const std::vector<std::uint64_t>& distance, const Edges& entered) const {
    Nodes nearest(distance.size(), kNone);
    for (std::uint32_t v = 0; v < nearest.size(); ++v) {
      std::uint32_t back = v;
      while (entered[back] != kNone) {
        back = paths_.across(entered[back], back);
      }
      nearest[v] = distance[v] < kNoWay ? back : kNone;
    }
    return nearest;
  }

  void mark_way(std::uint32_t node, const Edges& entered, std::vector<bool>& in) const {
    in[node] = true;
    while (entered[node] != kNone) {
      node = paths_.across(entered[node], node);
      in[node] = true;
    }
  }

  std::vector<bool> nodes_of(const Edges& tree) const {
    std::vector<bool> in(paths_.graph().nodes);
    for (const std::uint32_t e : tree) {
      in[paths_.graph().edges[e].a] = true;
      in[paths_.graph().edges[e].b] = true;
    }
    return in;
  }

  // The cheapest tree over one node more or less.
  bool try_nodes(Edges& tree, const KeepGoing& keep_going) const {
    const std::uint64_t before = paths_.cost(tree);
    std::vector<bool> in = nodes_of(tree);
    for (std::uint32_t v = 0; v < in.size() && keep_going(); ++v) {
      if (std::ranges::binary_search(terminals_, v) || (!in[v] && neighbors_in(in, v) < 2)) {
        continue;
      }
      in[v] = !in[v];
      Edges other = paths_.spanning_tree(in, terminals_);
      if (!other.empty() && paths_.cost(other) < paths_.cost(tree)) {
        tree = std::move(other);
        in = nodes_of(tree);
      } else {
        in[v] = !in[v];
      }
    }
    return paths_.cost(tree) < before;
  }

  std::size_t neighbors_in(const std::vector<bool>& in, std::uint32_t v) const {
    return static_cast<std::size_t>(std::ranges::count_if(
        paths_.edges_at(v), [&](std::uint32_t e) { return in[paths_.across(e, v)]; }));
  }

  // Another way for one between terminals or branching points.
  bool try_paths(Edges& tree, const KeepGoing& keep_going) const {
    for (const Edges& way : key_paths(tree)) {
      if (!keep_going()) {
        return false;
      }
      Edges rest;
      std::ranges::set_difference(tree, way, std::back_inserter(rest));
      std::vector<bool> in = nodes_of(rest);
      join(in, rest);
      Edges other = paths_.spanning_tree(in, terminals_);
      if (!other.empty() && paths_.cost(other) < paths_.cost(tree)) {
        tree = std::move(other);
        return true;
      }
    }
    return false;
  }

  std::vector<Edges> key_paths(const Edges& tree) const {
    std::vector<Edges> at(paths_.graph().nodes);
    for (const std::uint32_t e : tree) {
      at[paths_.graph().edges[e].a].push_back(e);
      at[paths_.graph().edges[e].b].push_back(e);
    }
    const auto is_key = [&](std::uint32_t v) {
      return at[v].size() != 2 || std::ranges::binary_search(terminals_, v);
    };
    std::vector<Edges> ways;
    for (std::uint32_t start = 0; start < at.size(); ++start) {
      for (std::uint32_t e : is_key(start) ? at[start] : Edges{}) {
        Edges way{e};
        std::uint32_t here = paths_.across(e, start);
        while (!is_key(here)) {
          e = at[here][at[here][0] == e ? 1 : 0];
          way.push_back(e);
          here = paths_.across(e, here);
        }
        if (start < here) {
          std::ranges::sort(way);
          ways.push_back(std::move(way));
        }
      }
    }
    return ways;
  }

  // Adds the nodes of the shortest way between the two parts of a tree that lost a way.
  void join(std::vector<bool>& in, const Edges& rest) const {
    const SteinerGraph& graph = paths_.graph();
    boost::disjoint_sets_with_storage<> parts(graph.nodes);
    for (const std::uint32_t e : rest) {
      parts.union_set(graph.edges[e].a, graph.edges[e].b);
    }
    for (const std::uint32_t t : terminals_) {
      in[t] = true;  // one may be a part of its own
    }
    const auto part = parts.find_set(terminals_.front());
    std::vector<std::uint64_t> distance(graph.nodes, kNoWay);
    Edges entered(graph.nodes, kNone);
    for (std::uint32_t v = 0; v < graph.nodes; ++v) {
      distance[v] = in[v] && parts.find_set(v) == part ? 0 : kNoWay;
    }
    paths_.relax(distance, entered);
    std::uint32_t closest = kNone;
    for (std::uint32_t v = 0; v < graph.nodes; ++v) {
      if (in[v] && parts.find_set(v) != part &&
          (closest == kNone || distance[v] < distance[closest])) {
        closest = v;
      }
    }
    if (closest != kNone) {
      mark_way(closest, entered, in);
    }
  }

  const SteinerPaths& paths_;
  const Nodes& terminals_;
};

std::optional<SteinerTree> approximate(const SteinerPaths& paths, const Nodes& terminals,
                                       const KeepGoing& keep_going) {
  const Approximation approximation(paths, terminals);
  Edges edges = approximation.mehlhorn();
  if (edges.empty()) {
    return std::nullopt;
  }
  SteinerTree tree{approximation.improved(std::move(edges), keep_going)};
  for (std::size_t i = 0; i < std::min(kSteinerRoots, terminals.size()); ++i) {
    const Ascended ascended = dual_ascent(paths, terminals, terminals[i], keep_going);
    tree.bound = std::max(tree.bound, ascended.bound);
    edges = paths.spanning_tree(ascended.nodes, terminals);
    if (!edges.empty() && keep_going()) {
      edges = approximation.improved(std::move(edges), keep_going);
      tree.edges = std::min(tree.edges, edges, [&](const Edges& a, const Edges& b) {
        return paths.cost(a) < paths.cost(b);
      });
    }
  }
  tree.cost = paths.cost(tree.edges);
  return tree;
}

}  // namespace

SteinerGraph lesser_delays(const DelayMatrix& delays) {
  SteinerGraph graph{static_cast<std::uint32_t>(delays.size()), {}};
  for (std::uint32_t a = 0; a < graph.nodes; ++a) {
    for (std::uint32_t b = a + 1; b < graph.nodes; ++b) {
      const auto cells = std::min(delays.row(a)[b], delays.row(b)[a]);
      if (cells != DelayMatrix::kUnreachable) {
        graph.edges.push_back({a, b, cells});
      }
    }
  }
  return graph;
}

namespace {

// The edges of a node, the cheapest `count` first.
Nodes cheapest_at(const SteinerPaths& paths, std::uint32_t node, std::size_t count) {
  Nodes edges(paths.edges_at(node).begin(), paths.edges_at(node).end());
  const auto middle = edges.begin() + static_cast<std::ptrdiff_t>(std::min(count, edges.size()));
  std::ranges::partial_sort(edges, middle, {}, [&](std::uint32_t e) {
    return std::pair(paths.graph().edges[e].cost, e);
  });
  edges.erase(middle, edges.end());
  return edges;
}

}  // namespace

SteinerGraph without_detours(const SteinerGraph& graph) {
  constexpr std::size_t kNear = 16;
  const SteinerPaths paths(graph);
  std::vector<bool> longer(graph.edges.size());
  for (std::uint32_t node = 0; node < graph.nodes; ++node) {
    std::vector<std::uint64_t> over_near(graph.nodes, kNoWay);
    for (const std::uint32_t first : cheapest_at(paths, node, kNear)) {
      const std::uint32_t near = paths.across(first, node);
      for (const std::uint32_t second : paths.edges_at(near)) {
        std::uint64_t& way = over_near[paths.across(second, near)];
        way = std::min(way, graph.edges[first].cost + graph.edges[second].cost);
      }
    }
    for (const std::uint32_t e : paths.edges_at(node)) {
      longer[e] = longer[e] || over_near[paths.across(e, node)] < graph.edges[e].cost;
    }
  }
  SteinerGraph kept{graph.nodes, {}};
  for (std::uint32_t e = 0; e < graph.edges.size(); ++e) {
    if (!longer[e]) {
      kept.edges.push_back(graph.edges[e]);
    }
  }
  return kept;
}

std::optional<SteinerTree> steiner_tree(const SteinerGraph& graph,
                                        std::span<const std::uint32_t> terminals,
                                        const KeepGoing& keep_going) {
  const SteinerPaths paths(graph);
  const Nodes nodes = distinct(graph, terminals);
  if (nodes.size() < 2) {
    return SteinerTree{};
  }
  if (is_within_exact(graph, nodes.size())) {
    if (auto edges = exact_steiner_tree(paths, nodes, keep_going)) {
      const std::uint64_t cost = paths.cost(*edges);
      return SteinerTree{std::move(*edges), cost, cost};
    }
  }
  return approximate(paths, nodes, keep_going);
}

std::optional<SteinerTree> approximate_steiner_tree(const SteinerGraph& graph,
                                                    std::span<const std::uint32_t> terminals,
                                                    const KeepGoing& keep_going) {
  const Nodes nodes = distinct(graph, terminals);
  return nodes.size() < 2 ? std::optional(SteinerTree{})
                          : approximate(SteinerPaths(graph), nodes, keep_going);
}

std::optional<std::uint64_t> steiner_bound(const SteinerGraph& graph,
                                           std::span<const std::uint32_t> terminals,
                                           const KeepGoing& keep_going, std::size_t roots) {
  const SteinerPaths paths(graph);
  const Nodes nodes = distinct(graph, terminals);
  if (nodes.size() < 2) {
    return 0;
  }
  if (Approximation(paths, nodes).mehlhorn().empty()) {
    return std::nullopt;
  }
  std::uint64_t bound = 0;
  for (std::size_t i = 0; i < std::min(roots, nodes.size()) && keep_going(); ++i) {
    bound = std::max(bound, dual_ascent(paths, nodes, nodes[i], keep_going).bound);
  }
  return bound;
}

}  // namespace violin::placement
