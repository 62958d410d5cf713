#include "models/placement/topology/steiner_paths.h"

#include <algorithm>
#include <boost/pending/disjoint_sets.hpp>
#include <numeric>
#include <queue>

#include "core/require.h"

namespace violin::placement {

SteinerPaths::SteinerPaths(const SteinerGraph& graph) : graph_(graph), first_(graph.nodes + 1) {
  for (const auto& edge : graph.edges) {
    require(edge.a < graph.nodes && edge.b < graph.nodes, "an edge joins nodes that exist");
    ++first_[edge.a];
    ++first_[edge.b];
  }
  std::exclusive_scan(first_.begin(), first_.end(), first_.begin(), 0U);
  incident_.resize(first_.back());
  std::vector<std::uint32_t> next(first_.begin(), first_.end() - 1);
  for (std::uint32_t e = 0; e < graph.edges.size(); ++e) {
    incident_[next[graph.edges[e].a]++] = e;
    incident_[next[graph.edges[e].b]++] = e;
  }
}

void SteinerPaths::relax(std::vector<std::uint64_t>& distance,
                         std::vector<std::uint32_t>& entered) const {
  using Entry = std::pair<std::uint64_t, std::uint32_t>;
  std::vector<Entry> known;
  for (std::uint32_t v = 0; v < graph_.nodes; ++v) {
    if (distance[v] < kNoWay) {
      known.emplace_back(distance[v], v);
    }
  }
  std::priority_queue open(std::greater<>{}, std::move(known));
  while (!open.empty()) {
    const auto [far, here] = open.top();
    open.pop();
    if (far > distance[here]) {
      continue;
    }
    for (const std::uint32_t e : edges_at(here)) {
      const std::uint32_t next = across(e, here);
      const std::uint64_t cost = far + graph_.edges[e].cost;
      if (cost < distance[next]) {
        distance[next] = cost;
        entered[next] = e;
        open.emplace(cost, next);
      }
    }
  }
}

std::vector<std::uint32_t> SteinerPaths::edges_within(const std::vector<bool>& in) const {
  std::vector<std::uint32_t> edges;
  for (std::uint32_t v = 0; v < graph_.nodes; ++v) {
    for (const std::uint32_t e : in[v] ? edges_at(v) : std::span<const std::uint32_t>{}) {
      if (graph_.edges[e].a == v && in[graph_.edges[e].b]) {
        edges.push_back(e);
      }
    }
  }
  std::ranges::sort(edges, {}, [&](std::uint32_t e) { return std::pair(graph_.edges[e].cost, e); });
  return edges;
}

std::vector<std::uint32_t> SteinerPaths::spanning_tree(
    const std::vector<bool>& in, std::span<const std::uint32_t> terminals) const {
  boost::disjoint_sets_with_storage<> parts(graph_.nodes);
  std::vector<std::uint32_t> tree;
  std::vector<std::uint32_t> degree(graph_.nodes);
  for (const std::uint32_t e : edges_within(in)) {
    const auto& [a, b, cost] = graph_.edges[e];
    if (parts.find_set(a) != parts.find_set(b)) {
      parts.link(parts.find_set(a), parts.find_set(b));
      tree.push_back(e);
      ++degree[a];
      ++degree[b];
    }
  }
  for (const std::uint32_t t : terminals) {
    if (parts.find_set(t) != parts.find_set(terminals.front())) {
      return {};
    }
    ++degree[t];  // never a leaf
  }
  const auto is_loose = [&](std::uint32_t e) {
    const auto& [a, b, cost] = graph_.edges[e];
    const bool loose = degree[a] == 1 || degree[b] == 1;
    degree[a] -= loose ? 1 : 0;
    degree[b] -= loose ? 1 : 0;
    return loose;
  };
  while (std::erase_if(tree, is_loose) > 0) {
  }
  std::ranges::sort(tree);
  return tree;
}

std::uint64_t SteinerPaths::cost(std::span<const std::uint32_t> edges) const {
  return std::accumulate(
      edges.begin(), edges.end(), std::uint64_t{0},
      [&](std::uint64_t sum, std::uint32_t e) { return sum + graph_.edges[e].cost; });
}

}  // namespace violin::placement
