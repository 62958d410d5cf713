#include "models/adaptation/clairvoyant.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "core/require.h"

namespace violin::adaptation {

namespace {

struct Layer {
  std::vector<double> cost;       // of the best way that ends at each host
  std::vector<std::size_t> from;  // its host before
};

HostId host_id(std::size_t host) { return HostId{static_cast<std::uint32_t>(host)}; }

// The best way to each host from those that `before` leads to.
Layer step(const Snapshot& snapshot, const Prices& prices, EntityId entity,
           const std::vector<double>& before) {
  constexpr double kNone = std::numeric_limits<double>::infinity();
  const std::size_t n = before.size();
  Layer layer{std::vector<double>(n, kNone), std::vector<std::size_t>(n)};
  for (std::size_t from = 0; from < n; ++from) {
    for (std::size_t to = 0; before[from] < kNone && to < n; ++to) {
      if (before[from] < layer.cost[to]) {
        const double total =
            before[from] + cost(snapshot, prices, {entity, host_id(from), host_id(to)});
        if (total < layer.cost[to]) {
          layer.cost[to] = total;
          layer.from[to] = from;
        }
      }
    }
  }
  return layer;
}

std::size_t cheapest(const std::vector<double>& cost) {
  return static_cast<std::size_t>(std::ranges::min_element(cost) - cost.begin());
}

}  // namespace

Plan best_for(std::size_t entity, const Epochs& epochs, const Assignment& start, Plan plan,
              const Prices& prices) {
  require(plan.size() == epochs.size(), "a plan has a placement for each epoch");
  const EntityId id{static_cast<std::uint32_t>(entity)};
  std::vector<Layer> layers;
  std::vector<double> cost(epochs.empty() ? 0 : epochs[0].snapshot.hosts.size(),
                           std::numeric_limits<double>::infinity());
  for (std::size_t t = 0; t < epochs.size(); ++t) {
    if (t == 0) {
      cost[violin::to_index(start[entity])] = 0;
    }
    const Snapshot& snapshot = epochs[t].snapshot;
    Layer& layer = layers.emplace_back(step(snapshot, prices, id, cost));
    const auto rates = PlacedCost(snapshot, plan[t], prices.breach).rates(entity);
    for (std::size_t h = 0; h < rates.size(); ++h) {
      layer.cost[h] += rates[h] * epochs[t].seconds();
    }
    cost = layer.cost;
  }
  std::size_t host = plan.empty() ? 0 : cheapest(cost);
  for (std::size_t t = plan.size(); t-- > 0;) {
    plan[t][entity] = host_id(host);
    host = layers[t].from[host];
  }
  return plan;
}

Plan improve(const Epochs& epochs, const Assignment& start, Plan plan, const Prices& prices) {
  double cost = judge(epochs, start, plan, prices).total();
  for (bool better = true; better;) {
    better = false;
    for (std::size_t e = 0; e < start.size(); ++e) {
      if (epochs.empty() || !epochs[0].snapshot.movable(e)) {
        continue;
      }
      Plan changed = best_for(e, epochs, start, plan, prices);
      const double changed_cost = judge(epochs, start, changed, prices).total();
      if (changed_cost < cost - 1e-9 * cost) {
        plan = std::move(changed);
        cost = changed_cost;
        better = true;
      }
    }
  }
  return plan;
}

}  // namespace violin::adaptation
