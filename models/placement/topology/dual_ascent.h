// A lower bound for Steiner trees.
// Source: Wong, "A dual ascent approach for Steiner tree problems on a directed graph", Math.
// Programming 28, 1984.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "models/placement/budget.h"
#include "models/placement/topology/steiner_paths.h"

namespace violin::placement {

struct Ascended {
  std::uint64_t bound = 0;  // the value of a feasible dual solution
  std::vector<bool> nodes;  // by arcs without slack from the root: trees over these are cheap
};

// With `root`, one of the terminals, which are connected. Where `keep_going` ends it the bound
// holds as far as it got, and the nodes need not join all terminals.
Ascended dual_ascent(const SteinerPaths& paths, std::span<const std::uint32_t> terminals,
                     std::uint32_t root, const KeepGoing& keep_going);

}  // namespace violin::placement
