#include "models/placement/hub/allocation_state.h"

#include <gtest/gtest.h>

#include <numeric>

#include "models/placement/hub/hub_cost.h"
#include "tests/models/placement/hub/random_hub_problem.h"

namespace violin {
namespace {

// Points at random, all placed.
AllocationState random_state(const AllocationModel& model, RandomStream& random) {
  AllocationState state(model, {0, 1});
  for (std::size_t i = 0; i < model.points(); ++i) {
    state.place(i, random() % 2);
  }
  return state;
}

TEST(AllocationState, CostsWhatThePlainEvaluatorSays) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    SCOPED_TRACE(seed);
    const HubProblem problem = random_hub_problem(seed);
    const AllocationModel model(problem);
    RandomStream random(seed, "state");
    const AllocationState state = random_state(model, random);
    EXPECT_NEAR(state.cost(), single_allocation_cost(problem, state.hubs(), state.allocation()),
                1e-6);
  }
}

TEST(AllocationState, TellsWhatMovesAndRelocationsCost) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    SCOPED_TRACE(seed);
    const AllocationModel model(random_hub_problem(seed));
    RandomStream random(seed, "state");
    AllocationState state = random_state(model, random);
    const std::size_t point = random() % model.points();
    const std::size_t slot = 1 - state.slot(point);
    double expected = state.cost() + state.cost_of_move(point, slot);
    state.move(point, slot);
    EXPECT_NEAR(state.cost(), expected, 1e-6);
    expected = state.cost() + state.cost_of_relocation(0, 2);
    state.relocate(0, 2);
    EXPECT_NEAR(state.cost(), expected, 1e-6);
  }
}

TEST(AllocationState, OverloadCostsItsPrice) {
  HubProblem problem = random_hub_problem(2);
  problem.capacities.assign(problem.candidates(), 0);
  const AllocationModel model(problem);
  RandomStream random(1, "state");
  AllocationState state = random_state(model, random);
  const std::vector<double> sent = problem.sent();
  EXPECT_DOUBLE_EQ(state.overload(), std::accumulate(sent.begin(), sent.end(), 0.0));
  const double without = state.cost_of_relocation(0, 2);
  state.set_overload_price(1000);
  EXPECT_DOUBLE_EQ(state.cost_of_relocation(0, 2), without);
}

}  // namespace
}  // namespace violin
