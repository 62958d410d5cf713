// Steiner trees by dynamic programming over subsets of the terminals.
// Source: Erickson, Monma, Veinott, "Send-and-split method for minimum-concave-cost network flows",
// 1987, which is Dreyfus and Wagner's with shortest paths in the graph itself.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "models/placement/topology/steiner_paths.h"

namespace violin::placement {

// Work grows as 3^terminals x nodes + 2^terminals x edges.
bool is_within_exact(const SteinerGraph& graph, std::size_t terminals);

// Edges, ascending. nullopt: the terminals, two at least and none twice, are not connected, or
// `keep_going` ended it.
std::optional<std::vector<std::uint32_t>> exact_steiner_tree(
    const SteinerPaths& paths, std::span<const std::uint32_t> terminals,
    const KeepGoing& keep_going);

}  // namespace violin::placement
