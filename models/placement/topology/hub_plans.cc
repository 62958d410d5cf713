#include "models/placement/topology/hub_plans.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <optional>
#include <set>
#include <utility>

#include "models/placement/hub/vlan_hubs.h"
#include "models/placement/topology/shortest_ways.h"

namespace violin::placement {

namespace {

constexpr double kMbitMs = 1e3;                // in bits x seconds
constexpr std::size_t kMostCandidates = 1000;  // whose tables fit in memory, 8 bytes a pair

bool all_are_candidates(const DelayMatrix& delays) { return delays.size() <= kMostCandidates; }

// All hosts or, of too many, those that are nearest to each vHost, in ascending order.
std::vector<std::size_t> candidates(const DelayMatrix& delays, const TopologyRequest& request) {
  std::vector<std::size_t> all(delays.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  if (all_are_candidates(delays)) {
    return all;
  }
  const auto each = static_cast<std::ptrdiff_t>(
      std::max<std::size_t>(1, kMostCandidates / request.vhosts.size()));
  std::set<std::size_t> near;
  for (const HostId vhost : request.vhosts) {
    const auto near_it = delays.row(violin::to_index(vhost));
    std::ranges::nth_element(all, all.begin() + each, {},
                             [&](std::size_t h) { return near_it[h]; });
    near.insert(all.begin(), all.begin() + each);
  }
  return {near.begin(), near.end()};
}

VlanDemand demand_of(const DelayMatrix& delays, const TopologyRequest& request) {
  const std::size_t n = request.vhosts.size();
  VlanDemand demand;
  demand.flows = Table<double>(n, n);
  for (const UnicastFlow& flow : request.flows) {
    demand.flows(flow.from, flow.to) += flow.bits_per_second;
  }
  for (const MulticastGroup& group : request.groups) {
    for (const std::size_t receiver : receivers(group)) {
      demand.flows(group.source, receiver) += group.bits_per_second;
    }
  }
  for (const HostId host : request.vhosts) {
    demand.vhosts.push_back(violin::to_index(host));
  }
  demand.allowed = candidates(delays, request);
  demand.activation_cost = request.cost_per_entity * kMbitMs;
  return demand;
}

TopologyPlan plan_of(const HubSolution& solution) {
  TopologyPlan plan;
  for (const std::size_t hub : solution.hubs) {
    plan.hubs.push_back(HostId{static_cast<std::uint32_t>(hub)});
    if (plan.hubs.size() > 1) {
      plan.trunks.push_back({0, plan.hubs.size() - 1});
    }
  }
  for (const std::size_t hub : solution.allocation) {
    const auto at = std::ranges::lower_bound(solution.hubs, hub);
    plan.hub_of.push_back(static_cast<std::size_t>(at - solution.hubs.begin()));
  }
  return plan;
}

class HubPlanner {
 public:
  HubPlanner(const DelayMatrix& delays, const TopologyRequest& request, std::uint64_t seed,
             const KeepGoing& keep_going)
      : demand_(demand_of(delays, request)),
        ways_(all_are_candidates(delays) ? shortest_ways(delays) : delays),
        budget_(request.budget),
        options_{.seed = seed, .keep_going = keep_going} {}

  HubPlans run() && {
    if (demand_.activation_cost == 0) {  // one more vSwitch is never dearer
      return planned({solve(std::min(budget_, demand_.allowed.size()))});
    }
    const HubSolution free = solve(std::nullopt);
    if (free.hubs.size() <= budget_) {
      return planned({free});
    }
    std::vector<HubSolution> each;
    for (std::size_t hubs = 1; hubs <= budget_; ++hubs) {
      each.push_back(solve(hubs));
    }
    return planned(each);
  }

 private:
  HubSolution solve(std::optional<std::size_t> hubs) {
    demand_.vswitches = hubs;
    return place_vswitches(demand_, ways_, options_);
  }

  // Solutions of all numbers of hubs that could be the cheapest.
  static HubPlans planned(const std::vector<HubSolution>& solutions) {
    HubPlans result;
    result.bound = std::numeric_limits<double>::infinity();
    for (const HubSolution& solution : solutions) {
      result.bound = std::min(result.bound, solution.bound / kMbitMs);
      if (solution.found()) {
        result.plans.push_back(plan_of(solution));
      }
    }
    return result;
  }

  VlanDemand demand_;
  DelayMatrix ways_;
  std::size_t budget_;
  HubOptions options_;
};

}  // namespace

HubPlans hub_plans(const Substrate& substrate, const TopologyRequest& request, std::uint64_t seed,
                   const KeepGoing& keep_going) {
  check(request, substrate);
  const DelayMatrix delays = substrate.delays();
  HubPlans plans = HubPlanner(delays, request, seed, keep_going).run();
  if (!request.groups.empty() || !all_are_candidates(delays)) {
    plans.bound = 0;
  }
  return plans;
}

}  // namespace violin::placement
