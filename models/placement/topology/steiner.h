// The cheapest tree of a graph that joins some of its nodes: what one multicast group needs.
//
// Exactly for few terminals (steiner_exact.h). Otherwise at most twice the optimum (Mehlhorn, "A
// faster approximation algorithm for the Steiner problem in graphs", 1988), improved until no node
// more or less and no other path between two branching points makes it cheaper. Wong's dual ascent
// (dual_ascent.h) tells how far that can be from the optimum, and more trees to improve.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "models/placement/budget.h"
#include "models/substrate/delay_matrix.h"

namespace violin::placement {

struct SteinerGraph {
  struct Edge {
    std::uint32_t a;
    std::uint32_t b;
    std::uint64_t cost;  // below 2^40
  };
  std::uint32_t nodes = 0;
  std::vector<Edge> edges;  // undirected; several may join the same nodes
};

// Over all hosts, by the lesser delay of the two directions, in DelayMatrix cells; pairs with no
// way in either direction have no edge.
SteinerGraph lesser_delays(const DelayMatrix& delays);

// Without edges that are longer than a way over a node near one of their ends. Distances stay, and
// so does what a Steiner tree costs.
SteinerGraph without_detours(const SteinerGraph& graph);

struct SteinerTree {
  std::vector<std::uint32_t> edges;  // of the graph, ascending; empty for fewer than two terminals
  std::uint64_t cost = 0;
  std::uint64_t bound = 0;  // no tree that joins the terminals costs less
};

// nullopt: the terminals are not connected. `keep_going` ends everything but the first
// approximation; the bound holds as far as it got. Throws std::logic_error if a terminal or an end
// does not exist.
std::optional<SteinerTree> steiner_tree(
    const SteinerGraph& graph, std::span<const std::uint32_t> terminals,
    const KeepGoing& keep_going = [] { return true; });

// The same, never exact but where the bound is met: what steiner_tree() does with many terminals.
std::optional<SteinerTree> approximate_steiner_tree(
    const SteinerGraph& graph, std::span<const std::uint32_t> terminals,
    const KeepGoing& keep_going = [] { return true; });

// Its bound alone, the best of so many roots, or of as many as `keep_going` lets it try.
inline constexpr std::size_t kSteinerRoots = 32;
std::optional<std::uint64_t> steiner_bound(
    const SteinerGraph& graph, std::span<const std::uint32_t> terminals,
    const KeepGoing& keep_going = [] { return true; }, std::size_t roots = kSteinerRoots);

}  // namespace violin::placement
