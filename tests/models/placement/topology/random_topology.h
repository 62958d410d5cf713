// Small random topology requests, what their plans cost by full evaluation, and the cheapest plan
// by trying all.
#pragma once

#include <cstdint>

#include "models/placement/topology/topology_plan.h"

namespace violin::placement {

struct Sizes {
  std::size_t hosts;
  std::size_t vhosts;
  std::size_t budget;
};

// Delays of up to 100 ms that break the triangle inequality, each way its own.
Substrate random_substrate(std::uint64_t seed, std::size_t hosts);
// Of the shortest ways of that.
Substrate metric_substrate(std::uint64_t seed, std::size_t hosts);
TopologyRequest random_request(std::uint64_t seed, const Sizes& sizes);

double evaluated(const Substrate& substrate, const TopologyRequest& request,
                 const TopologyPlan& plan);
// Of budgets of up to three; a mesh where trunks have a cost of their own.
double cheapest(const Substrate& substrate, const TopologyRequest& request);

}  // namespace violin::placement
