// Where the vSwitches of one vLAN go that has several, joined by a trunk between every two, and
// which vHost attaches to which: single allocation with delays as prices, 1 for collection,
// transfer and distribution alike. The cost is flow times seconds of delay, over all flows.
//
// Two hosts without a way between them count as DelayMatrix::kMax apart: a solution that costs less
// than a flow over such a distance uses none.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "models/placement/hub/hub_options.h"
#include "models/placement/hub/hub_problem.h"
#include "models/substrate/delay_matrix.h"

namespace violin {

struct VlanDemand {
  Table<double> flows;                     // vHost x vHost, in any unit
  std::vector<std::size_t> vhosts;         // of each vHost: its overlay host
  std::vector<std::size_t> allowed;        // overlay hosts that may have a vSwitch
  std::optional<std::size_t> vswitches{};  // exactly so many; without: as many as is cheapest
  double activation_cost = 0;              // of a vSwitch, in flow x seconds
  std::vector<double> capacities{};        // of each allowed host, in flow; empty: unlimited
};

// Points are vHosts and candidates are allowed hosts, in the order of the demand. Throws
// std::logic_error if a host is not in the matrix.
HubProblem vlan_hub_problem(const VlanDemand& demand, const DelayMatrix& delays);

// Hubs and allocation are overlay hosts. As solve_single_allocation otherwise.
HubSolution place_vswitches(const VlanDemand& demand, const DelayMatrix& delays,
                            const HubOptions& options = {});

}  // namespace violin
