#include "models/placement/exact/outer_trees.h"

#include <algorithm>
#include <utility>

namespace violin::placement {

namespace {

constexpr std::size_t kBatch = 16;  // products that are computed together

std::uint32_t cheapest(const std::vector<double>& costs) {
  return static_cast<std::uint32_t>(std::ranges::min_element(costs) - costs.begin());
}

}  // namespace

OuterTrees::OuterTrees(const PairModel& model, const PairCosts& costs)
    : model_(model), costs_(costs) {
  peel();
  keep_rest();
}

void OuterTrees::peel() {
  std::vector<std::size_t> degree;
  std::vector<bool> gone(model_.variables.size());
  for (const auto& edges : model_.edges_of) {
    degree.push_back(edges.size());
  }
  for (bool more = true; more;) {
    std::vector<Leaf> round;
    std::vector<bool> taken(gone.size());  // by this round
    for (std::uint32_t v = 0; v < gone.size(); ++v) {
      if (gone[v] || degree[v] != 1 || taken[v]) {
        continue;
      }
      const auto& edges = model_.edges_of[v];
      const auto edge = std::ranges::find_if(
          edges, [&](std::uint32_t e) { return !gone[model_.edges[e].other(v)]; });
      const std::uint32_t into = model_.edges[*edge].other(v);
      if (std::ranges::find(round, into, &Leaf::variable) == round.end()) {
        round.push_back({v, *edge, into});
        taken[into] = true;
      }
    }
    for (const Leaf& leaf : round) {
      gone[leaf.variable] = true;
      --degree[leaf.into];
    }
    more = !round.empty();
    rounds_.push_back(std::move(round));
  }
  for (std::uint32_t v = 0; v < gone.size(); ++v) {
    if (!gone[v]) {
      (degree[v] == 0 ? roots_ : kept_).push_back(v);
    }
  }
}

void OuterTrees::keep_rest() {
  core_.fixed = model_.fixed;
  core_.pinned = model_.pinned;
  core_.variable_of.resize(model_.variable_of.size());
  std::vector<std::uint32_t> now(model_.variables.size());
  for (const std::uint32_t v : kept_) {
    now[v] = static_cast<std::uint32_t>(core_.variables.size());
    core_.variable_of[to_index(model_.variables[v])] = now[v];
    core_.variables.push_back(model_.variables[v]);
  }
  core_.edges_of.resize(kept_.size());
  const auto is_kept = [&](std::uint32_t v) { return std::ranges::binary_search(kept_, v); };
  for (const PairEdge& edge : model_.edges) {
    if (is_kept(edge.ends[0]) && is_kept(edge.ends[1])) {
      PairEdge kept = edge;
      for (std::uint32_t& end : kept.ends) {
        end = now[end];
        core_.edges_of[end].push_back(static_cast<std::uint32_t>(core_.edges.size()));
      }
      core_.edges.push_back(kept);
    }
  }
}

OuterTrees::Reduced OuterTrees::reduce(HostCosts alone, const AccessPrices& prices) const {
  for (const auto& round : rounds_) {
    for (std::size_t first = 0; first < round.size(); first += kBatch) {
      const std::span<const Leaf> rest = std::span(round).subspan(first);
      send(rest.first(std::min(kBatch, rest.size())), prices, alone);
    }
  }
  Reduced reduced;
  for (const std::uint32_t v : kept_) {
    reduced.alone.push_back(alone[v]);
  }
  for (const std::uint32_t v : roots_) {
    reduced.apart += std::min(kFar, alone[v][cheapest(alone[v])]);
  }
  reduced.without = std::move(alone);
  return reduced;
}

// Sums are kept from growing beyond kFar, which is as far as anything is.
void OuterTrees::send(std::span<const Leaf> leaves, const AccessPrices& prices,
                      HostCosts& alone) const {
  HostCosts in(leaves.size());
  HostCosts out(leaves.size(), std::vector<double>(costs_.hosts()));
  std::vector<Product> products;
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    const PairEdge mine = seen_from(model_.edges[leaves[i].edge], leaves[i].variable);
    for (std::uint32_t h = 0; h < costs_.hosts(); ++h) {
      in[i].push_back(std::min(kFar, alone[leaves[i].variable][h]) + prices.part(mine, h));
    }
    products.push_back({reversed(mine.weights), in[i], out[i]});
  }
  costs_.multiply(products);
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    const auto& [variable, edge, into] = leaves[i];
    const PairEdge theirs = seen_from(model_.edges[edge], into);
    for (std::uint32_t h = 0; h < costs_.hosts(); ++h) {
      const double elsewhere = out[i][h] + prices.part(theirs, h);
      const double least = prices.up.empty() ? elsewhere : std::min(alone[variable][h], elsewhere);
      alone[into][h] = std::min(kFar, alone[into][h] + least);
    }
  }
}

Hosts OuterTrees::place(const Reduced& reduced, const AccessPrices& prices,
                        const Hosts& core) const {
  Hosts hosts(model_.variables.size());
  for (std::size_t i = 0; i < kept_.size(); ++i) {
    hosts[kept_[i]] = core[i];
  }
  for (const std::uint32_t v : roots_) {
    hosts[v] = cheapest(reduced.without[v]);
  }
  std::vector<double> row(costs_.hosts());
  for (auto round = rounds_.rbegin(); round != rounds_.rend(); ++round) {
    for (const auto& [variable, edge, into] : *round) {
      const PairEdge theirs = seen_from(model_.edges[edge], into);
      const PairEdge mine = seen_from(model_.edges[edge], variable);
      costs_.row(theirs.weights, hosts[into], row);
      for (std::uint32_t h = 0; h < row.size(); ++h) {
        const bool together = h == hosts[into];
        row[h] += reduced.without[variable][h] +
                  (together ? 0 : prices.part(mine, h) + prices.part(theirs, hosts[into]));
      }
      hosts[variable] = cheapest(row);
    }
  }
  return hosts;
}

}  // namespace violin::placement
