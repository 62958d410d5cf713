#include "models/placement/hub/route_dual.h"

#include <gtest/gtest.h>

#include <numeric>

#include "models/placement/hub/hub_cost.h"
#include "tests/models/placement/hub/random_hub_problem.h"

namespace violin {
namespace {

std::vector<std::size_t> all_sites(const HubProblem& problem) {
  std::vector<std::size_t> sites(problem.candidates());
  std::iota(sites.begin(), sites.end(), std::size_t{0});
  return sites;
}

TEST(RouteDual, WithoutPricesFlowsTakeTheirCheapestRoutes) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    SCOPED_TRACE(seed);
    HubProblem problem = random_hub_problem(seed);
    problem.fixed_costs.clear();
    RouteDual dual(problem);
    dual.use(all_sites(problem));
    EXPECT_NEAR(dual.relax().base, multiple_allocation_cost(problem, all_sites(problem)), 1e-6);
  }
}

// Whatever the prices: the base and the values of a set of hubs are no more than its cost.
TEST(RouteDual, IsALowerBoundOfEverySetOfHubs) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    SCOPED_TRACE(seed);
    const HubProblem problem = random_hub_problem(seed);
    RouteDual dual(problem);
    dual.use(all_sites(problem));
    RandomStream random(seed, "open");
    for (std::size_t step = 0; step < 20; ++step) {
      const HubSetDual::Relaxed relaxed = dual.relax();
      for_each_hub_set(problem, [&](const std::vector<std::size_t>& hubs) {
        double bound = relaxed.base;
        for (const std::size_t k : hubs) {
          bound += relaxed.values[k];
        }
        EXPECT_LE(bound, multiple_allocation_cost(problem, hubs) + 1e-6);
      });
      std::vector<double> open(problem.candidates());
      open[random() % open.size()] = 1;
      dual.turn(open);
      dual.move(5);
    }
  }
}

}  // namespace
}  // namespace violin
