#include "models/placement/topology/mesh_plan.h"

#include <algorithm>
#include <limits>
#include <set>
#include <utility>

#include "models/placement/topology/tree_traffic.h"
#include "models/placement/topology/trunk_routes.h"

namespace violin::placement {

namespace {

constexpr double kBetter = 1 - 1e-12;  // as much less is less
using Trunk = std::array<std::size_t, 2>;

class MeshPlanner {
 public:
  MeshPlanner(const DelayMatrix& delays, const TopologyRequest& request,
              const KeepGoing& keep_going)
      : delays_(delays), request_(request), access_(delays, request), keep_going_(keep_going) {
    for (const MulticastGroup& group : request.groups) {
      receivers_.push_back(receivers(group));
    }
  }

  double cost(const TopologyPlan& plan) const {
    const TrunkRoutes routes(delays_, plan);
    if (!routes.joins_all()) {
      return std::numeric_limits<double>::infinity();
    }
    double cost = request_.cost_per_entity * static_cast<double>(plan.hubs.size()) +
                  request_.cost_per_trunk.value_or(0) *
                      static_cast<double>(plan.trunks.size() + 1 - plan.hubs.size());
    for (std::size_t i = 0; i < plan.hub_of.size(); ++i) {
      cost += access_.access(i, plan.hubs[plan.hub_of[i]]);
    }
    for (const UnicastFlow& flow : request_.flows) {
      cost += kMbitMsPerCell * flow.bits_per_second *
              routes.distance(plan.hub_of[flow.from], plan.hub_of[flow.to]);
    }
    for (std::size_t g = 0; g < receivers_.size(); ++g) {
      cost += group_cost(plan, routes, g);
    }
    return cost;
  }

  TopologyPlan descended(TopologyPlan plan) const {
    plan.cost = cost(plan);
    while (keep_going_() && (improve(plan) || drop_hub(plan))) {
    }
    return plan;
  }

  // With a trunk between every two hubs that flows or groups go between.
  TopologyPlan meshed(TopologyPlan plan) const {
    std::set<Trunk> trunks;
    const auto join = [&](std::size_t a, std::size_t b) {
      if (plan.hub_of[a] != plan.hub_of[b]) {
        trunks.insert(
            {std::min(plan.hub_of[a], plan.hub_of[b]), std::max(plan.hub_of[a], plan.hub_of[b])});
      }
    };
    for (const UnicastFlow& flow : request_.flows) {
      join(flow.from, flow.to);
    }
    for (std::size_t g = 0; g < receivers_.size(); ++g) {
      for (const std::size_t receiver : receivers_[g]) {
        join(request_.groups[g].source, receiver);
      }
    }
    for (const auto& [a, b] : plan.trunks) {
      trunks.insert({std::min(a, b), std::max(a, b)});
    }
    plan.trunks.assign(trunks.begin(), trunks.end());
    return plan;
  }

 private:
  double group_cost(const TopologyPlan& plan, const TrunkRoutes& routes, std::size_t group) const {
    std::set<std::pair<std::uint32_t, std::uint32_t>> carried;
    for (const std::size_t receiver : receivers_[group]) {
      routes.follow(
          plan.hub_of[request_.groups[group].source], plan.hub_of[receiver],
          [&](std::uint32_t trunk, std::uint32_t direction) { carried.emplace(trunk, direction); });
    }
    double cost = 0;
    for (const auto& [trunk, direction] : carried) {
      cost += access_.carry(request_.groups[group].bits_per_second,
                            plan.hubs[plan.trunks[trunk][direction]],
                            plan.hubs[plan.trunks[trunk][1 - direction]]);
    }
    return cost;
  }

  // Takes the change, after which the plan is as it stands, if it is cheaper.
  bool keep_if_better(TopologyPlan& plan, TopologyPlan changed) const {
    changed.cost = cost(changed);
    if (changed.cost >= plan.cost * kBetter) {
      return false;
    }
    plan = std::move(changed);
    return true;
  }

  bool improve(TopologyPlan& plan) const {
    bool helped = false;
    for (std::size_t a = 0; a < plan.hubs.size(); ++a) {
      for (std::size_t b = a + 1; b < plan.hubs.size(); ++b) {
        helped |= toggle_trunk(plan, a, b);
      }
    }
    for (std::size_t h = 0; h < plan.hubs.size() && keep_going_(); ++h) {
      helped |= move_hub(plan, h);
    }
    for (std::size_t i = 0; i < plan.hub_of.size() && keep_going_(); ++i) {
      helped |= plug_in(plan, i);
    }
    return helped;
  }

  bool toggle_trunk(TopologyPlan& plan, std::size_t a, std::size_t b) const {
    TopologyPlan changed = plan;
    const auto joins = [&](const Trunk& trunk) {
      return (trunk[0] == a && trunk[1] == b) || (trunk[0] == b && trunk[1] == a);
    };
    if (std::erase_if(changed.trunks, joins) == 0) {
      changed.trunks.push_back({a, b});
    }
    return keep_if_better(plan, std::move(changed));
  }

  bool move_hub(TopologyPlan& plan, std::size_t hub) const {
    TopologyPlan best = plan;
    TopologyPlan moved = plan;
    for (std::size_t h = 0; h < delays_.size() && keep_going_(); ++h) {
      moved.hubs[hub] = HostId{static_cast<std::uint32_t>(h)};
      moved.cost = cost(moved);
      best = moved.cost < best.cost * kBetter ? moved : best;
    }
    const bool helped = best.cost < plan.cost;
    plan = std::move(best);
    return helped;
  }

  bool plug_in(TopologyPlan& plan, std::size_t vhost) const {
    bool helped = false;
    for (std::size_t h = 0; h < plan.hubs.size(); ++h) {
      if (h != plan.hub_of[vhost]) {
        TopologyPlan moved = plan;
        moved.hub_of[vhost] = h;
        helped |= keep_if_better(plan, std::move(moved));
      }
    }
    return helped;
  }

  bool drop_hub(TopologyPlan& plan) const {
    for (const Trunk& trunk : std::vector<Trunk>(plan.trunks)) {
      for (const std::size_t d : {0U, 1U}) {
        if (keep_if_better(plan, without_hub(plan, trunk[1 - d], trunk[d]))) {
          return true;
        }
      }
    }
    return false;
  }

  const DelayMatrix& delays_;
  const TopologyRequest& request_;
  TreeTraffic access_;
  const KeepGoing& keep_going_;
  std::vector<std::vector<std::size_t>> receivers_;  // of each group
};

}  // namespace

double mesh_cost(const DelayMatrix& delays, const TopologyRequest& request,
                 const TopologyPlan& plan) {
  const KeepGoing always = [] { return true; };
  return MeshPlanner(delays, request, always).cost(plan);
}

TopologyPlan plan_mesh(const DelayMatrix& delays, const TopologyRequest& request, TopologyPlan from,
                       const KeepGoing& keep_going) {
  const MeshPlanner planner(delays, request, keep_going);
  TopologyPlan meshed = planner.descended(planner.meshed(from));
  TopologyPlan tree = planner.descended(std::move(from));
  return meshed.cost < tree.cost ? meshed : tree;
}

}  // namespace violin::placement
