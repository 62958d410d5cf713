#include "models/placement/exact/message_solver.h"

#include <gtest/gtest.h>

#include <cmath>

#include "models/placement/evaluation.h"
#include "tests/models/placement/random_problem.h"

namespace violin::placement {
namespace {

OwnedProblem meshed(std::uint64_t seed) {
  return random_problem(seed, {.shape = Shape::kGraph,
                               .hosts = 3,
                               .inner = 7,
                               .leaves = 10,
                               .demands = 40,
                               .symmetric = seed % 2 == 0,
                               .constrained = seed % 3 == 0});
}

TEST(MessageSolver, AnswersWithAPlacementAndABoundThatHold) {
  int treated = 0;
  int proven = 0;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    const OwnedProblem owned = meshed(seed);
    const auto answer = MessageSolver().solve(*owned, {});
    if (!answer) {
      continue;
    }
    ++treated;
    const auto optimum = brute_force(*owned);
    const Evaluation evaluation = evaluate(*owned, answer->placement);
    EXPECT_EQ(answer->feasible, evaluation.feasible());
    EXPECT_TRUE(optimum || !answer->feasible);
    if (optimum) {
      EXPECT_LE(answer->bound, optimum->cost);
      proven += answer->feasible && evaluation.cost <= answer->bound * (1 + 1e-6) ? 1 : 0;
    }
  }
  EXPECT_GT(treated, 20);
  EXPECT_GT(proven, treated / 2);
}

TEST(MessageSolver, IsNeverWorseThanItsStart) {
  for (std::uint64_t seed = 1; seed < 100; seed += 3) {
    SCOPED_TRACE(seed);
    const OwnedProblem owned = meshed(seed);
    const auto optimum = brute_force(*owned);
    const auto answer = MessageSolver().solve(
        *owned, {.keep_going = [] { return false; }, .start = optimum->placement});
    if (answer) {
      EXPECT_TRUE(answer->feasible);
      EXPECT_NEAR(evaluate(*owned, answer->placement).cost, optimum->cost, 1e-9 * optimum->cost);
    }
  }
}

TEST(MessageSolver, LeavesTreesToTheTreeSolver) {
  EXPECT_FALSE(MessageSolver().solve(*random_problem(1, {}), {}));
}

}  // namespace
}  // namespace violin::placement
