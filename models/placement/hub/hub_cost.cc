#include "models/placement/hub/hub_cost.h"

#include <algorithm>
#include <limits>

namespace violin {
namespace {

double opening_cost(const HubProblem& problem, std::span<const std::size_t> hubs) {
  double cost = 0;
  for (const std::size_t hub : hubs) {
    cost += problem.fixed_cost(hub);
  }
  return cost;
}

double cheapest_route(const HubProblem& problem, std::span<const std::size_t> hubs, std::size_t i,
                      std::size_t j) {
  double cheapest = std::numeric_limits<double>::infinity();
  for (const std::size_t k : hubs) {
    for (const std::size_t l : hubs) {
      cheapest = std::min(
          cheapest, problem.collection(i, k) + problem.transfer(k, l) + problem.distribution(j, l));
    }
  }
  return cheapest;
}

}  // namespace

std::vector<std::size_t> hubs_of(std::span<const std::size_t> allocation) {
  std::vector<std::size_t> hubs(allocation.begin(), allocation.end());
  std::ranges::sort(hubs);
  hubs.erase(std::unique(hubs.begin(), hubs.end()), hubs.end());
  return hubs;
}

double single_allocation_cost(const HubProblem& problem, std::span<const std::size_t> hubs,
                              std::span<const std::size_t> allocation) {
  double cost = opening_cost(problem, hubs);
  for (std::size_t i = 0; i < problem.points(); ++i) {
    for (std::size_t j = 0; j < problem.points(); ++j) {
      const std::size_t k = allocation[i];
      const std::size_t l = allocation[j];
      cost += problem.flow(i, j) *
              (problem.collection(i, k) + problem.transfer(k, l) + problem.distribution(j, l));
    }
  }
  return cost;
}

double multiple_allocation_cost(const HubProblem& problem, std::span<const std::size_t> hubs) {
  double cost = opening_cost(problem, hubs);
  for (std::size_t i = 0; i < problem.points(); ++i) {
    for (std::size_t j = 0; j < problem.points(); ++j) {
      if (problem.flow(i, j) > 0) {
        cost += problem.flow(i, j) * cheapest_route(problem, hubs, i, j);
      }
    }
  }
  return cost;
}

bool feasible(const HubProblem& problem, std::span<const std::size_t> hubs,
              std::span<const std::size_t> allocation) {
  const auto is_hub = [&](std::size_t k) { return std::ranges::binary_search(hubs, k); };
  std::vector<double> load(problem.candidates());
  const std::vector<double> sent = problem.sent();
  for (std::size_t i = 0; i < allocation.size(); ++i) {
    const bool away =
        !problem.homes.empty() && is_hub(problem.homes[i]) && allocation[i] != problem.homes[i];
    if (!is_hub(allocation[i]) || away) {
      return false;
    }
    load[allocation[i]] += sent[i];
  }
  return allocation.size() == problem.points() &&
         hubs.size() == problem.hubs.value_or(hubs.size()) &&
         std::ranges::all_of(hubs, [&](std::size_t k) { return load[k] <= problem.capacity(k); });
}

}  // namespace violin
