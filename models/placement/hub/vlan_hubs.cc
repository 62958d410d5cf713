#include "models/placement/hub/vlan_hubs.h"

#include <algorithm>

#include "core/require.h"
#include "core/time.h"
#include "models/placement/hub/single_allocation.h"

namespace violin {
namespace {

enum class Way { kThere, kBack };

Table<double> seconds_between(const std::vector<std::size_t>& from,
                              const std::vector<std::size_t>& to, const DelayMatrix& delays,
                              Way way) {
  Table<double> seconds(from.size(), to.size());
  for (std::size_t i = 0; i < from.size(); ++i) {
    for (std::size_t k = 0; k < to.size(); ++k) {
      const auto delay = way == Way::kThere ? delays.at(from[i], to[k]) : delays.at(to[k], from[i]);
      seconds(i, k) = to_seconds(delay.value_or(DelayMatrix::kMax));
    }
  }
  return seconds;
}

}  // namespace

HubProblem vlan_hub_problem(const VlanDemand& demand, const DelayMatrix& delays) {
  for (const std::vector<std::size_t>* hosts : {&demand.vhosts, &demand.allowed}) {
    require(std::ranges::all_of(*hosts, [&](std::size_t host) { return host < delays.size(); }),
            "vHosts and vSwitches are on hosts of the delay matrix");
  }
  HubProblem problem;
  problem.flow = demand.flows;
  problem.collection = seconds_between(demand.vhosts, demand.allowed, delays, Way::kThere);
  problem.transfer = seconds_between(demand.allowed, demand.allowed, delays, Way::kThere);
  problem.distribution = seconds_between(demand.vhosts, demand.allowed, delays, Way::kBack);
  problem.hubs = demand.vswitches;
  problem.fixed_costs.assign(demand.allowed.size(), demand.activation_cost);
  problem.capacities = demand.capacities;
  return problem;
}

HubSolution place_vswitches(const VlanDemand& demand, const DelayMatrix& delays,
                            const HubOptions& options) {
  HubSolution solution = solve_single_allocation(vlan_hub_problem(demand, delays), options);
  for (std::vector<std::size_t>* sites : {&solution.hubs, &solution.allocation}) {
    for (std::size_t& site : *sites) {
      site = demand.allowed[site];
    }
  }
  std::ranges::sort(solution.hubs);
  return solution;
}

}  // namespace violin
