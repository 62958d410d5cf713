// Shortest paths and spanning trees as Steiner tree algorithms need them.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "models/placement/topology/steiner.h"

namespace violin::placement {

inline constexpr std::uint64_t kNoWay = std::numeric_limits<std::uint64_t>::max() / 4;
inline constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

class SteinerPaths {
 public:
  // The graph outlives this.
  explicit SteinerPaths(const SteinerGraph& graph);

  const SteinerGraph& graph() const { return graph_; }
  std::uint32_t across(std::uint32_t edge, std::uint32_t node) const {
    return graph_.edges[edge].a ^ graph_.edges[edge].b ^ node;
  }
  std::span<const std::uint32_t> edges_at(std::uint32_t node) const {
    return std::span(incident_).subspan(first_[node], first_[node + 1] - first_[node]);
  }
  // Lowers `distance` of every node to what a way from another node makes of it, and notes the edge
  // by which it is entered in `entered` of those lowered.
  void relax(std::vector<std::uint64_t>& distance, std::vector<std::uint32_t>& entered) const;

  // The cheapest tree over the nodes that are in, without leaves that are no terminals. Empty if it
  // does not join the terminals.
  std::vector<std::uint32_t> spanning_tree(const std::vector<bool>& in,
                                           std::span<const std::uint32_t> terminals) const;
  std::uint64_t cost(std::span<const std::uint32_t> edges) const;

 private:
  // Cheapest first.
  std::vector<std::uint32_t> edges_within(const std::vector<bool>& in) const;

  const SteinerGraph& graph_;
  std::vector<std::uint32_t> first_;
  std::vector<std::uint32_t> incident_;
};

}  // namespace violin::placement
