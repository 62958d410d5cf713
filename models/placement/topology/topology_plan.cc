#include "models/placement/topology/topology_plan.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>

#include "models/placement/topology/trunk_routes.h"

namespace violin::placement {

namespace {

constexpr std::size_t kMostEntities = 64;

void refuse(bool bad, const char* what) {
  if (bad) {
    throw std::invalid_argument(what);
  }
}

bool is_quantity(double value) { return std::isfinite(value) && value >= 0; }

EntityId entity(std::size_t index) { return EntityId{static_cast<std::uint32_t>(index)}; }

// Routes of a plan; the access link of vHost i is link i, its trunks follow.
class Routes {
 public:
  Routes(const DelayMatrix& delays, const TopologyPlan& plan)
      : plan_(plan), trunks_(delays, plan) {}

  std::vector<Hop> between(std::size_t from, std::size_t to) const {
    std::vector<Hop> path{{static_cast<std::uint32_t>(from), 0}};
    trunks_.follow(
        plan_.hub_of[from], plan_.hub_of[to], [&](std::uint32_t trunk, std::uint32_t direction) {
          path.push_back({static_cast<std::uint32_t>(plan_.hub_of.size()) + trunk, direction});
        });
    path.push_back({static_cast<std::uint32_t>(to), 1});
    return path;
  }

 private:
  const TopologyPlan& plan_;
  TrunkRoutes trunks_;
};

void add_entities(Problem& problem, const TopologyRequest& request, const TopologyPlan& plan) {
  const bool vlan = request.kind == TopologyRequest::Kind::kVSwitches;
  for (std::size_t i = 0; i < request.vhosts.size(); ++i) {
    problem.entities.push_back({"vHost" + std::to_string(i + 1), {request.vhosts[i]}, {}});
    problem.links.push_back({"access of vHost" + std::to_string(i + 1),
                             {entity(i), entity(request.vhosts.size() + plan.hub_of[i])}});
  }
  for (std::size_t h = 0; h < plan.hubs.size(); ++h) {
    problem.entities.push_back({(vlan ? "vSwitch" : "vRouter") + std::to_string(h + 1), {}, {}});
  }
  for (std::size_t t = 0; t < plan.trunks.size(); ++t) {
    problem.links.push_back({"trunk" + std::to_string(t + 1),
                             {entity(request.vhosts.size() + plan.trunks[t][0]),
                              entity(request.vhosts.size() + plan.trunks[t][1])}});
  }
}

}  // namespace

void check(const TopologyRequest& request, const Substrate& substrate) {
  const std::size_t n = request.vhosts.size();
  refuse(n == 0, "a topology without vHosts");
  refuse(std::ranges::any_of(request.vhosts,
                             [&](HostId h) { return violin::to_index(h) >= substrate.size(); }),
         "a vHost is on a host that does not exist");
  for (const UnicastFlow& flow : request.flows) {
    refuse(flow.from >= n || flow.to >= n || flow.from == flow.to,
           "a flow is between two vHosts that exist");
    refuse(!is_quantity(flow.bits_per_second) || !is_quantity(flow.frames_per_second),
           "a flow's rate is negative or not finite");
  }
  for (const MulticastGroup& group : request.groups) {
    refuse(group.source >= n ||
               std::ranges::any_of(group.members, [&](std::size_t i) { return i >= n; }),
           "a group is of vHosts that exist");
    refuse(!is_quantity(group.bits_per_second) || !is_quantity(group.frames_per_second),
           "a group's rate is negative or not finite");
  }
  refuse(request.budget == 0 || request.budget > kMostEntities, "a budget is of 1 to 64 entities");
  refuse(!is_quantity(request.cost_per_entity), "an entity's cost is negative or not finite");
  refuse(!is_quantity(request.cost_per_trunk.value_or(0)),
         "a trunk's cost is negative or not finite");
  refuse(request.cost_per_trunk && request.kind == TopologyRequest::Kind::kVSwitches,
         "the trunks of a vLAN are a tree");
}

std::vector<std::size_t> receivers(const MulticastGroup& group) {
  const std::set<std::size_t> members(group.members.begin(), group.members.end());
  std::vector<std::size_t> all(members.begin(), members.end());
  std::erase(all, group.source);
  return all;
}

TopologyPlan without_hub(TopologyPlan plan, std::size_t dropped, std::size_t kept) {
  const auto renamed = [&](std::size_t hub) {
    const std::size_t now = hub == dropped ? kept : hub;
    return now > dropped ? now - 1 : now;
  };
  plan.hubs.erase(plan.hubs.begin() + static_cast<std::ptrdiff_t>(dropped));
  std::vector<std::array<std::size_t, 2>> trunks;
  for (const auto& trunk : plan.trunks) {
    const std::array<std::size_t, 2> now{renamed(trunk[0]), renamed(trunk[1])};
    const std::array<std::size_t, 2> back{now[1], now[0]};
    if (now[0] != now[1] &&
        std::ranges::count(trunks, now) + std::ranges::count(trunks, back) == 0) {
      trunks.push_back(now);
    }
  }
  plan.trunks = std::move(trunks);
  std::ranges::transform(plan.hub_of, plan.hub_of.begin(), renamed);
  return plan;
}

Problem as_problem(const Substrate& substrate, const TopologyRequest& request,
                   const TopologyPlan& plan) {
  Problem problem(substrate);
  add_entities(problem, request, plan);
  const Routes routes(problem.delays, plan);
  for (std::size_t i = 0; i < request.flows.size(); ++i) {
    const UnicastFlow& flow = request.flows[i];
    problem.demands.push_back({"flow" + std::to_string(i + 1),
                               entity(flow.from),
                               {{entity(flow.to), routes.between(flow.from, flow.to)}},
                               flow.bits_per_second,
                               flow.frames_per_second});
  }
  for (std::size_t i = 0; i < request.groups.size(); ++i) {
    const MulticastGroup& group = request.groups[i];
    Demand demand{"group" + std::to_string(i + 1),
                  entity(group.source),
                  {},
                  group.bits_per_second,
                  group.frames_per_second};
    for (const std::size_t receiver : receivers(group)) {
      demand.receivers.push_back({entity(receiver), routes.between(group.source, receiver)});
    }
    problem.demands.push_back(std::move(demand));
  }
  check(problem);
  return problem;
}

Assignment planned_placement(const TopologyRequest& request, const TopologyPlan& plan) {
  Assignment placement = request.vhosts;
  placement.insert(placement.end(), plan.hubs.begin(), plan.hubs.end());
  return placement;
}

}  // namespace violin::placement
