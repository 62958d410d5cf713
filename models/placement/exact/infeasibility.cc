#include "models/placement/exact/infeasibility.h"

#include <algorithm>
#include <limits>

namespace violin::placement {

namespace {

constexpr double kWork = 1e9;  // hosts^2 x edges
constexpr double kFewest = 50;
constexpr double kMost = 2000;

std::size_t rounds(const PairModel& model, const PairCosts& costs) {
  const auto hosts = static_cast<double>(costs.hosts());
  const double each = hosts * hosts * static_cast<double>(1 + model.edges.size());
  return static_cast<std::size_t>(std::clamp(kWork / each, kFewest, kMost));
}

}  // namespace

PairModel free_of_costs(const PairModel& model) {
  PairModel free = model;
  for (auto& alone : free.alone) {
    for (double& cost : alone) {
      cost = cost < kFar ? 0 : kFar;
    }
  }
  for (PairEdge& edge : free.edges) {
    edge.weights.loss = {};
    for (double& weight : edge.weights.delay) {
      weight = weight > 0 ? std::numeric_limits<double>::min() : 0;
    }
  }
  free.fixed = free.fixed < kFar ? 0 : kFar;
  return free;
}

bool proven_infeasible(const PairModel& free, const PairCosts& costs, const HostLimits& limits,
                       const Relaxation& relaxation, const KeepGoing& keep_going) {
  const Pricing pricing(free, costs, limits);
  Prices prices(limits);
  for (std::size_t round = rounds(free, costs); round > 0 && keep_going(); --round) {
    const Relaxed relaxed = relaxation(prices.charged(free.alone), prices.access());
    if (pricing.bound(relaxed, prices) > 0) {
      return true;
    }
    if (!prices.climb(relaxed.hosts, 1)) {
      return false;  // this one keeps them
    }
  }
  return false;
}

}  // namespace violin::placement
