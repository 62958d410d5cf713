#include "models/placement/topology/steiner_exact.h"

#include <algorithm>
#include <bit>

namespace violin::placement {

namespace {

constexpr std::size_t kMostTerminals = 13;
constexpr std::size_t kMostStates = 1 << 23;

// For each set of terminals and node: the cheapest tree that joins them, and how it ends there.
class Table {
 public:
  Table(const SteinerPaths& paths, std::span<const std::uint32_t> terminals)
      : paths_(paths), root_(terminals.back()), leaves_(terminals.first(terminals.size() - 1)) {}

  bool fill(const KeepGoing& keep_going) {
    const std::size_t sets = std::size_t{1} << leaves_.size();
    cost_.resize(sets);
    split_.resize(sets);
    entered_.resize(sets);
    for (std::size_t set = 1; set < sets; ++set) {
      if (!keep_going()) {
        return false;
      }
      fill_set(set);
    }
    return cost_.back()[root_] < kNoWay;
  }

  std::vector<std::uint32_t> tree() const {
    std::vector<bool> in(paths_.graph().nodes);
    collect(cost_.size() - 1, root_, in);
    std::vector<std::uint32_t> terminals(leaves_.begin(), leaves_.end());
    terminals.push_back(root_);
    return paths_.spanning_tree(in, terminals);  // edges that cost nothing may make cycles
  }

 private:
  void fill_set(std::size_t set) {
    const std::uint32_t nodes = paths_.graph().nodes;
    auto& cost = cost_[set];
    cost.assign(nodes, kNoWay);
    split_[set].assign(nodes, 0);
    entered_[set].assign(nodes, kNone);
    if ((set & (set - 1)) == 0) {
      cost[leaves_[static_cast<std::size_t>(std::countr_zero(set))]] = 0;
    }
    for (std::size_t part = (set - 1) & set; part > (set ^ part); part = (part - 1) & set) {
      for (std::uint32_t v = 0; v < nodes; ++v) {
        const std::uint64_t joined = cost_[part][v] + cost_[set ^ part][v];
        if (joined < cost[v]) {
          cost[v] = joined;
          split_[set][v] = static_cast<std::uint32_t>(part);
        }
      }
    }
    paths_.relax(cost, entered_[set]);
  }

  void collect(std::size_t set, std::uint32_t node, std::vector<bool>& in) const {
    in[node] = true;
    if (const std::uint32_t e = entered_[set][node]; e != kNone) {
      collect(set, paths_.across(e, node), in);
    } else if (const std::size_t part = split_[set][node]; part != 0) {
      collect(part, node, in);
      collect(set ^ part, node, in);
    }
  }

  const SteinerPaths& paths_;
  std::uint32_t root_;
  std::span<const std::uint32_t> leaves_;
  std::vector<std::vector<std::uint64_t>> cost_;     // by set and node
  std::vector<std::vector<std::uint32_t>> split_;    // one part of the set, 0: none
  std::vector<std::vector<std::uint32_t>> entered_;  // edge to the node, or kNone
};

}  // namespace

bool is_within_exact(const SteinerGraph& graph, std::size_t terminals) {
  return terminals <= kMostTerminals && (std::size_t{graph.nodes} << terminals) / 2 <= kMostStates;
}

std::optional<std::vector<std::uint32_t>> exact_steiner_tree(
    const SteinerPaths& paths, std::span<const std::uint32_t> terminals,
    const KeepGoing& keep_going) {
  Table table(paths, terminals);
  return table.fill(keep_going) ? std::optional(table.tree()) : std::nullopt;
}

}  // namespace violin::placement
