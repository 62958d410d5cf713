#include "models/placement/exact/pair_model.h"

#include <limits>
#include <map>
#include <utility>

namespace violin::placement {

namespace {

using Ends = std::array<std::uint32_t, 2>;

std::vector<std::array<bool, 2>> used_directions(const Problem& problem) {
  std::vector<std::array<bool, 2>> used(problem.links.size());
  for (const Demand& demand : problem.demands) {
    for (const Receiver& receiver : demand.receivers) {
      for (const Hop& hop : receiver.path) {
        used[hop.link][hop.direction] = true;
      }
    }
  }
  return used;
}

class Maker {
 public:
  Maker(const Problem& problem, const PairCosts& costs)
      : problem_(problem), costs_(costs), row_(costs.hosts()) {}

  PairModel make() && {
    add_entities();
    add_links();
    for (const auto& [ends, edge] : edges_) {
      for (const std::uint32_t end : ends) {
        model_.edges_of[end].push_back(static_cast<std::uint32_t>(model_.edges.size()));
      }
      model_.edges.push_back(edge);
    }
    return std::move(model_);
  }

 private:
  void add_entities() {
    for (std::uint32_t i = 0; i < problem_.entities.size(); ++i) {
      const Entity& entity = problem_.entities[i];
      model_.variable_of.emplace_back();
      model_.pinned.push_back(entity.pinned().value_or(HostId{0}));
      if (!entity.pinned()) {
        model_.variable_of.back() = static_cast<std::uint32_t>(model_.variables.size());
        model_.variables.push_back(EntityId{i});
        model_.alone.push_back(allowed(entity));
      }
    }
    model_.edges_of.resize(model_.variables.size());
  }

  std::vector<double> allowed(const Entity& entity) const {
    std::vector<double> cost(costs_.hosts(), entity.allowed.empty() ? 0 : kFar);
    for (const HostId host : entity.allowed) {
      cost[violin::to_index(host)] = 0;
    }
    return cost;
  }

  void add_links() {
    const auto used = used_directions(problem_);
    const auto loads = link_loads(problem_);
    auto weights = pair_weights(problem_);
    for (std::size_t link = 0; link < used.size(); ++link) {
      const auto& ends = problem_.links[link].ends;
      for (const std::size_t d : {0U, 1U}) {
        if (used[link][d] && weights[link].delay[d] == 0) {
          // Costs nothing, but there has to be a way.
          weights[link].delay[d] = std::numeric_limits<double>::min();
        }
      }
      if ((used[link][0] || used[link][1]) && ends[0] != ends[1]) {
        add_link(ends, weights[link],
                 {loads[link][0].bits_per_second, loads[link][1].bits_per_second});
      }
    }
  }

  void add_link(const std::array<EntityId, 2>& ends, const PairWeights& weights,
                const std::array<double, 2>& bits) {
    const auto a = model_.variable_of[to_index(ends[0])];
    const auto b = model_.variable_of[to_index(ends[1])];
    if (a && b) {
      const PairEdge edge{{*a, *b}, weights, bits};
      merge(*a < *b ? edge : seen_from(edge, *b));
    } else if (a || b) {
      const EntityId pinned = ends[a ? 1 : 0];
      costs_.row(a ? reversed(weights) : weights, host(pinned), row_);
      auto& alone = model_.alone[a ? *a : *b];
      for (std::size_t h = 0; h < alone.size(); ++h) {
        alone[h] += row_[h];
      }
    } else {
      model_.fixed += costs_.at(weights, host(ends[0]), host(ends[1]));
    }
  }

  void merge(const PairEdge& edge) {
    PairEdge& merged = edges_.try_emplace(edge.ends, PairEdge{edge.ends, {}, {}}).first->second;
    merged.weights = merged.weights + edge.weights;
    merged.bits = {merged.bits[0] + edge.bits[0], merged.bits[1] + edge.bits[1]};
  }

  std::size_t host(EntityId pinned) const {
    return violin::to_index(model_.pinned[to_index(pinned)]);
  }

  const Problem& problem_;
  const PairCosts& costs_;
  std::vector<double> row_;
  std::map<Ends, PairEdge> edges_;
  PairModel model_;
};

}  // namespace

PairEdge seen_from(const PairEdge& edge, std::uint32_t variable) {
  if (edge.ends[0] == variable) {
    return edge;
  }
  return {{edge.ends[1], edge.ends[0]}, reversed(edge.weights), {edge.bits[1], edge.bits[0]}};
}

Assignment PairModel::placement(const Hosts& hosts) const {
  Assignment placement = pinned;
  for (std::size_t v = 0; v < variables.size(); ++v) {
    placement[to_index(variables[v])] = HostId{hosts[v]};
  }
  return placement;
}

PairModel make_pair_model(const Problem& problem, const PairCosts& costs) {
  return Maker(problem, costs).make();
}

double cost(const PairModel& model, const PairCosts& costs, const Hosts& hosts) {
  double sum = model.fixed;
  for (std::size_t v = 0; v < hosts.size(); ++v) {
    sum += model.alone[v][hosts[v]];
  }
  for (const PairEdge& edge : model.edges) {
    sum += costs.at(edge.weights, hosts[edge.ends[0]], hosts[edge.ends[1]]);
  }
  return sum;
}

std::vector<double> move_costs(const PairModel& model, const PairCosts& costs, const Hosts& hosts,
                               std::uint32_t variable) {
  std::vector<double> sum = model.alone[variable];
  std::vector<double> row(sum.size());
  for (const std::uint32_t e : model.edges_of[variable]) {
    const std::uint32_t other = model.edges[e].other(variable);
    costs.row(seen_from(model.edges[e], other).weights, hosts[other], row);
    for (std::size_t h = 0; h < sum.size(); ++h) {
      sum[h] += row[h];
    }
  }
  return sum;
}

}  // namespace violin::placement
