#include "models/placement/hub/transfer_dual.h"

#include <gtest/gtest.h>

#include "models/placement/hub/hub_cost.h"
#include "tests/models/placement/hub/random_hub_problem.h"

namespace violin {
namespace {

// Whatever prices there are: a point's at its site, of all points, are no more than the cost.
TEST(TransferDual, PricesAddUpToALowerBoundOfEveryAllocation) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    SCOPED_TRACE(seed);
    HubProblem problem = random_hub_problem(seed);
    problem.fixed_costs.clear();
    const AllocationModel model(problem);
    const AllocationDomain domain(model);
    TransferDual dual(model);
    RandomStream random(seed, "allocations");
    std::vector<std::size_t> allocation(model.points());
    for (std::size_t step = 0; step < 20; ++step) {
      const Table<double> prices = dual.prices(model, domain);
      Table<double> shares(model.points(), model.sites());
      double sum = 0;
      for (std::size_t i = 0; i < model.points(); ++i) {
        allocation[i] = random() % model.sites();
        shares(i, allocation[i]) = 1;
        sum += prices(i, allocation[i]);
      }
      EXPECT_LE(sum, single_allocation_cost(problem, hubs_of(allocation), allocation) + 1e-6);
      dual.turn(model, domain, shares, 0.3);
      dual.move(7);
    }
  }
}

TEST(TransferDual, StartsFromPricesThatPayAnAllocationInFullWhereTransfersAreDistances) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    SCOPED_TRACE(seed);
    HubProblem problem = random_hub_problem(seed);
    problem.fixed_costs.clear();
    for (std::size_t k = 0; k < problem.candidates(); ++k) {
      for (std::size_t l = 0; l < problem.candidates(); ++l) {
        problem.transfer(k, l) = k > l ? static_cast<double>(k - l) : static_cast<double>(l - k);
      }
    }
    const AllocationModel model(problem);
    RandomStream random(seed, "allocation");
    std::vector<std::size_t> allocation(model.points());
    for (std::size_t& site : allocation) {
      site = random() % model.sites();
    }
    TransferDual dual(model);
    dual.start_from(model, allocation);
    const Table<double> prices = dual.prices(model, AllocationDomain(model));
    double sum = 0;
    for (std::size_t i = 0; i < model.points(); ++i) {
      sum += prices(i, allocation[i]);
    }
    EXPECT_NEAR(sum, single_allocation_cost(problem, hubs_of(allocation), allocation), 1e-6);
  }
}

}  // namespace
}  // namespace violin
