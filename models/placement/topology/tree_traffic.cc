#include "models/placement/topology/tree_traffic.h"

namespace violin::placement {

namespace {

using Hubs = std::uint64_t;  // a set

Hubs one(std::size_t hub) { return Hubs{1} << hub; }

// The hubs on the side of the trunk's first end.
Hubs side_of(const TopologyPlan& plan, std::size_t trunk) {
  Hubs side = one(plan.trunks[trunk][0]);
  for (bool grows = true; grows;) {
    const Hubs before = side;
    for (std::size_t t = 0; t < plan.trunks.size(); ++t) {
      const Hubs ends = one(plan.trunks[t][0]) | one(plan.trunks[t][1]);
      if (t != trunk && (side & ends) != 0) {
        side |= ends;
      }
    }
    grows = side != before;
  }
  return side;
}

}  // namespace

TreeTraffic::TreeTraffic(const DelayMatrix& delays, const TopologyRequest& request)
    : delays_(delays), request_(request), access_(request.vhosts.size()) {
  for (const UnicastFlow& flow : request.flows) {
    access_[flow.from][0] += flow.bits_per_second;
    access_[flow.to][1] += flow.bits_per_second;
  }
  for (const MulticastGroup& group : request.groups) {
    const auto& all = receivers_.emplace_back(receivers(group));
    access_[group.source][0] += all.empty() ? 0 : group.bits_per_second;
    for (const std::size_t receiver : all) {
      access_[receiver][1] += group.bits_per_second;
    }
  }
}

double TreeTraffic::carry(double bits_per_second, HostId from, HostId to) const {
  return kMbitMsPerCell * bits_per_second *
         delays_.row(violin::to_index(from))[violin::to_index(to)];
}

double TreeTraffic::access(std::size_t vhost, HostId hub) const {
  return carry(access_[vhost][0], request_.vhosts[vhost], hub) +
         carry(access_[vhost][1], hub, request_.vhosts[vhost]);
}

std::vector<std::array<double, 2>> TreeTraffic::trunk_loads(const TopologyPlan& plan) const {
  const std::size_t p = plan.hubs.size();
  std::vector<double> between(p * p);
  for (const UnicastFlow& flow : request_.flows) {
    between[plan.hub_of[flow.from] * p + plan.hub_of[flow.to]] += flow.bits_per_second;
  }
  std::vector<Hubs> reached;
  for (const auto& group : receivers_) {
    Hubs& hubs = reached.emplace_back(0);
    for (const std::size_t receiver : group) {
      hubs |= one(plan.hub_of[receiver]);
    }
  }
  std::vector<std::array<double, 2>> loads(plan.trunks.size());
  for (std::size_t t = 0; t < loads.size(); ++t) {
    const Hubs side = side_of(plan, t);
    const auto direction = [&](std::size_t hub) { return (side & one(hub)) != 0 ? 0U : 1U; };
    for (std::size_t a = 0; a < p; ++a) {
      for (std::size_t b = 0; b < p; ++b) {
        loads[t][direction(a)] += direction(a) != direction(b) ? between[a * p + b] : 0;
      }
    }
    for (std::size_t g = 0; g < reached.size(); ++g) {
      const unsigned d = direction(plan.hub_of[request_.groups[g].source]);
      const Hubs beyond = d == 0 ? ~side : side;
      loads[t][d] += (reached[g] & beyond) != 0 ? request_.groups[g].bits_per_second : 0;
    }
  }
  return loads;
}

double TreeTraffic::trunk_cost(const TopologyPlan& plan) const {
  const auto loads = trunk_loads(plan);
  double cost = 0;
  for (std::size_t t = 0; t < loads.size(); ++t) {
    const HostId a = plan.hubs[plan.trunks[t][0]];
    const HostId b = plan.hubs[plan.trunks[t][1]];
    cost += carry(loads[t][0], a, b) + carry(loads[t][1], b, a);
  }
  return cost;
}

double TreeTraffic::cost(const TopologyPlan& plan) const {
  double cost = request_.cost_per_entity * static_cast<double>(plan.hubs.size());
  for (std::size_t i = 0; i < plan.hub_of.size(); ++i) {
    cost += access(i, plan.hubs[plan.hub_of[i]]);
  }
  return cost + trunk_cost(plan);
}

}  // namespace violin::placement
