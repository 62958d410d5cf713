#include "models/placement/topology/plan_topology.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/random.h"
#include "models/placement/topology/mesh_plan.h"
#include "models/placement/topology/shortest_ways.h"
#include "models/placement/topology/steiner.h"
#include "models/placement/topology/tree_traffic.h"

namespace violin::placement {

namespace {

constexpr double kBetter = 1 - 1e-12;     // as much less is less
constexpr std::size_t kAllTreesUpTo = 6;  // entities

// The tree that a Pruefer code stands for.
std::vector<std::array<std::size_t, 2>> tree_of(const std::vector<std::size_t>& code) {
  const std::size_t n = code.size() + 2;
  std::vector<std::size_t> degree(n, 1);
  for (const std::size_t node : code) {
    ++degree[node];
  }
  std::vector<std::array<std::size_t, 2>> edges;
  for (const std::size_t node : code) {
    const auto leaf = static_cast<std::size_t>(std::ranges::find(degree, 1U) - degree.begin());
    edges.push_back({leaf, node});
    --degree[leaf];
    --degree[node];
  }
  const auto first = static_cast<std::size_t>(std::ranges::find(degree, 1U) - degree.begin());
  const auto last =
      n - 1 -
      static_cast<std::size_t>(std::find(degree.rbegin(), degree.rend(), 1U) - degree.rbegin());
  edges.push_back({first, last});
  return edges;
}

// Counts up; false at the end.
bool advance(std::vector<std::size_t>& code, std::size_t nodes) {
  for (std::size_t& digit : code) {
    digit = (digit + 1) % nodes;
    if (digit != 0) {
      return true;
    }
  }
  return false;
}

class Planner {
 public:
  Planner(const Substrate& substrate, const TopologyRequest& request, const PlanOptions& options)
      : delays_(substrate.delays()),
        request_(request),
        options_(options),
        traffic_(delays_, request),
        random_(options.seed, "plan topology") {}

  TopologyPlan run() {
    TopologyPlan best = with_one();
    const double alone = best.cost;
    double bound = with_trunks(1);  // while there is time
    for (const TopologyPlan& first : options_.first) {
      TopologyPlan plan = first;
      plan.cost = traffic_.cost(plan);
      improve(plan);  // though there be no time: its trunks are no more than a beginning
      descend(plan);
      best = plan.cost < best.cost * kBetter ? plan : best;
    }
    TopologyPlan current = with_one();
    for (std::size_t p = 2; p <= last_started() && options_.keep_going(); ++p) {
      current = with_at_most(p, current);
      best = current.cost < best.cost * kBetter ? current : best;
    }
    if (request_.cost_per_trunk) {
      best = with_mesh(best);
    }
    bound = std::max(bound, with_trunks(kSteinerRoots));
    best.bound = std::min({best.cost, alone, bound});
    return best;
  }

 private:
  HostId host(std::size_t index) const { return HostId{static_cast<std::uint32_t>(index)}; }
  HostId any_host() { return host(random_() % delays_.size()); }

  // The most entities that a random start has.
  std::size_t last_started() const { return options_.starts == 0 ? 0 : request_.budget; }

  // What no plan of two or more entities costs less than.
  double with_trunks(std::size_t roots) const {
    return request_.budget < 2 ? std::numeric_limits<double>::infinity()
                               : 2 * request_.cost_per_entity +
                                     topology_bound(delays_, request_, options_.keep_going, roots);
  }

  TopologyPlan with_one() const {
    TopologyPlan plan{{HostId{0}}, {}, std::vector<std::size_t>(request_.vhosts.size(), 0)};
    plan.cost = traffic_.cost(plan);
    move_hub(plan, 0);
    return plan;
  }

  TopologyPlan with_at_most(std::size_t hubs, const TopologyPlan& fewer) {
    TopologyPlan best;
    best.cost = std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < options_.starts && (i == 0 || options_.keep_going()); ++i) {
      TopologyPlan plan = i % 2 == 0 ? extended(fewer) : scattered(hubs);
      descend(plan);
      best = plan.cost < best.cost * kBetter ? plan : best;
    }
    return best;
  }

  TopologyPlan with_mesh(TopologyPlan best) {
    const auto try_from = [&](TopologyPlan start) {
      const TopologyPlan mesh = plan_mesh(delays_, request_, std::move(start), options_.keep_going);
      best = mesh.cost < best.cost * kBetter ? mesh : best;
    };
    try_from(best);
    for (std::size_t p = 2; p <= last_started(); ++p) {
      for (std::size_t i = 0; i < options_.starts && options_.keep_going(); ++i) {
        const bool has_room = best.hubs.size() < request_.budget;
        try_from(i % 2 == 0 && has_room ? extended(best) : scattered(p));
      }
    }
    return best;
  }

  TopologyPlan extended(TopologyPlan plan) {
    plan.trunks.push_back({random_() % plan.hubs.size(), plan.hubs.size()});
    plan.hubs.push_back(any_host());
    plan.cost = traffic_.cost(plan);
    return plan;
  }

  TopologyPlan scattered(std::size_t hubs) {
    TopologyPlan plan;
    for (std::size_t h = 0; h < hubs; ++h) {
      plan.hubs.push_back(any_host());
      if (h > 0) {
        plan.trunks.push_back({0, h});
      }
    }
    for (std::size_t i = 0; i < request_.vhosts.size(); ++i) {
      const auto nearest = std::ranges::min_element(
          plan.hubs, {}, [&](HostId hub) { return traffic_.access(i, hub); });
      plan.hub_of.push_back(static_cast<std::size_t>(nearest - plan.hubs.begin()));
    }
    plan.cost = traffic_.cost(plan);
    return plan;
  }

  void descend(TopologyPlan& plan) const {
    while (options_.keep_going() && (improve(plan) || drop_hub(plan))) {
    }
  }

  bool improve(TopologyPlan& plan) const {
    bool helped = choose_tree(plan);
    for (std::size_t h = 0; h < plan.hubs.size(); ++h) {
      helped |= move_hub(plan, h);
    }
    for (std::size_t i = 0; i < plan.hub_of.size(); ++i) {
      helped |= plug_in(plan, i);
    }
    return helped;
  }

  // Takes the change, after which the plan is as it stands, if it is cheaper.
  bool keep_if_better(TopologyPlan& plan, TopologyPlan& changed) const {
    changed.cost = traffic_.cost(changed);
    if (changed.cost >= plan.cost * kBetter) {
      return false;
    }
    plan = changed;
    return true;
  }

  // Loads do not depend on where hubs are.
  bool move_hub(TopologyPlan& plan, std::size_t hub) const {
    const auto loads = traffic_.trunk_loads(plan);
    const auto cost_on = [&](HostId there) {
      double cost = 0;
      for (std::size_t i = 0; i < plan.hub_of.size(); ++i) {
        cost += plan.hub_of[i] == hub ? traffic_.access(i, there) : 0;
      }
      for (std::size_t t = 0; t < loads.size(); ++t) {
        for (const std::size_t d : {0U, 1U}) {
          if (plan.trunks[t][d] == hub) {
            const HostId other = plan.hubs[plan.trunks[t][1 - d]];
            cost += traffic_.carry(loads[t][d], there, other) +
                    traffic_.carry(loads[t][1 - d], other, there);
          }
        }
      }
      return cost;
    };
    TopologyPlan moved = plan;
    double least = cost_on(plan.hubs[hub]);
    for (std::size_t h = 0; h < delays_.size(); ++h) {
      if (const double cost = cost_on(host(h)); cost < least) {
        least = cost;
        moved.hubs[hub] = host(h);
      }
    }
    return keep_if_better(plan, moved);
  }

  bool plug_in(TopologyPlan& plan, std::size_t vhost) const {
    bool helped = false;
    for (std::size_t h = 0; h < plan.hubs.size(); ++h) {
      if (h != plan.hub_of[vhost]) {
        TopologyPlan moved = plan;
        moved.hub_of[vhost] = h;
        helped |= keep_if_better(plan, moved);
      }
    }
    return helped;
  }

  // One takes over what is plugged into another.
  bool drop_hub(TopologyPlan& plan) const {
    for (std::size_t t = 0; t < plan.trunks.size(); ++t) {
      for (const std::size_t d : {0U, 1U}) {
        TopologyPlan fewer = without_hub(plan, plan.trunks[t][1 - d], plan.trunks[t][d]);
        if (keep_if_better(plan, fewer)) {
          return true;
        }
      }
    }
    return false;
  }

  bool choose_tree(TopologyPlan& plan) const {
    if (plan.hubs.size() < 3) {
      return false;
    }
    return plan.hubs.size() <= kAllTreesUpTo ? try_all_trees(plan) : exchange_trunks(plan);
  }

  bool try_all_trees(TopologyPlan& plan) const {
    bool helped = false;
    std::vector<std::size_t> code(plan.hubs.size() - 2);
    do {
      TopologyPlan other = plan;
      other.trunks = tree_of(code);
      helped |= keep_if_better(plan, other);
    } while (advance(code, plan.hubs.size()));
    return helped;
  }

  bool exchange_trunks(TopologyPlan& plan) const {
    bool helped = false;
    for (std::size_t t = 0; t < plan.trunks.size(); ++t) {
      const std::vector<bool> side = reached_without(plan, t);
      for (std::size_t a = 0; a < plan.hubs.size(); ++a) {
        for (std::size_t b = 0; b < plan.hubs.size(); ++b) {
          if (side[a] && !side[b]) {
            TopologyPlan other = plan;
            other.trunks[t] = {a, b};
            helped |= keep_if_better(plan, other);
          }
        }
      }
    }
    return helped;
  }

  // From the trunk's first end.
  static std::vector<bool> reached_without(const TopologyPlan& plan, std::size_t trunk) {
    std::vector<bool> reached(plan.hubs.size());
    reached[plan.trunks[trunk][0]] = true;
    for (std::size_t round = 0; round < plan.hubs.size(); ++round) {
      for (std::size_t t = 0; t < plan.trunks.size(); ++t) {
        const auto& [a, b] = plan.trunks[t];
        if (t != trunk && (reached[a] || reached[b])) {
          reached[a] = reached[b] = true;
        }
      }
    }
    return reached;
  }

  DelayMatrix delays_;
  const TopologyRequest& request_;
  const PlanOptions& options_;
  TreeTraffic traffic_;
  RandomStream random_;
};

}  // namespace

TopologyPlan plan_topology(const Substrate& substrate, const TopologyRequest& request,
                           const PlanOptions& options) {
  check(request, substrate);
  return Planner(substrate, request, options).run();
}

double topology_bound(const DelayMatrix& delays, const TopologyRequest& request,
                      const KeepGoing& keep_going, std::size_t roots) {
  std::vector<std::vector<double>> ways(delays.size());
  double bound = 0;
  for (const UnicastFlow& flow : request.flows) {
    auto& from = ways[violin::to_index(request.vhosts[flow.from])];
    if (from.empty()) {
      from = shortest_ways(delays, violin::to_index(request.vhosts[flow.from]));
    }
    bound += flow.bits_per_second * from[violin::to_index(request.vhosts[flow.to])];
  }
  const SteinerGraph graph =
      request.groups.empty() ? SteinerGraph{} : without_detours(lesser_delays(delays));
  for (const MulticastGroup& group : request.groups) {
    std::vector<std::uint32_t> terminals{static_cast<std::uint32_t>(request.vhosts[group.source])};
    for (const std::size_t receiver : receivers(group)) {
      terminals.push_back(static_cast<std::uint32_t>(request.vhosts[receiver]));
    }
    // One link between hosts without a way costs more than a tree of others, or at least as told.
    const auto tree = steiner_bound(graph, terminals, keep_going, roots);
    const double cells = tree ? static_cast<double>(*tree) : DelayMatrix::kUnreachable;
    bound += group.bits_per_second * std::min<double>(cells, DelayMatrix::kUnreachable);
  }
  return kMbitMsPerCell * bound;
}

}  // namespace violin::placement
