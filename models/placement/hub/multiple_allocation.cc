#include "models/placement/hub/multiple_allocation.h"

#include <algorithm>
#include <limits>
#include <vector>

#include "models/placement/hub/hub_cost.h"
#include "models/placement/hub/hub_set_proof.h"
#include "models/placement/hub/hub_set_search.h"
#include "models/placement/hub/route_dual.h"

namespace violin {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr std::size_t kPatience = 10;  // descents

// As multiple_allocation_cost, in fewer steps: the best way from each point to each hub first.
double cost_of(const HubProblem& problem, const std::vector<std::size_t>& hubs) {
  double cost = 0;
  std::vector<double> reach(hubs.size());
  for (const std::size_t hub : hubs) {
    cost += problem.fixed_cost(hub);
  }
  for (std::size_t i = 0; i < problem.points(); ++i) {
    for (std::size_t l = 0; l < hubs.size(); ++l) {
      reach[l] = kInfinity;
      for (const std::size_t k : hubs) {
        reach[l] = std::min(reach[l], problem.collection(i, k) + problem.transfer(k, hubs[l]));
      }
    }
    for (std::size_t j = 0; j < problem.points(); ++j) {
      double least = kInfinity;
      for (std::size_t l = 0; l < hubs.size(); ++l) {
        least = std::min(least, reach[l] + problem.distribution(j, hubs[l]));
      }
      cost += problem.flow(i, j) * least;
    }
  }
  return cost;
}

}  // namespace

HubSolution solve_multiple_allocation(const HubProblem& problem, const HubOptions& options) {
  check(problem);
  HubSolution best;
  const auto try_set = [&](std::vector<std::size_t> hubs) {
    std::ranges::sort(hubs);
    const double cost = multiple_allocation_cost(problem, hubs);
    if (cost < best.cost) {
      best.cost = cost;
      best.hubs = std::move(hubs);
      options.on_better(cost);
    }
    return cost;
  };
  HubSetSearch search(
      problem.candidates(), problem.hubs, options.seed,
      [&](const std::vector<std::size_t>& hubs) { return cost_of(problem, hubs); },
      [&](double, const std::vector<std::size_t>& hubs) { try_set(hubs); });
  search.run(kPatience, options.keep_going);
  RouteDual dual(problem);
  HubSetProof proof(problem.candidates(), problem.hubs, dual,
                    {[&] { return best.cost * (1 - kSameCost); }, try_set,
                     [](const std::vector<std::size_t>&) {}, options.keep_going});
  const double bound = proof.run();  // which may find a better set
  best.bound = std::min(bound, best.cost);
  return best;
}

}  // namespace violin
