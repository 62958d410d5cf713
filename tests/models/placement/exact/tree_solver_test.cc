#include "models/placement/exact/tree_solver.h"

#include <cmath>

#include "core/random.h"
#include "models/placement/evaluation.h"
#include "models/placement/exact/lower_bound.h"
#include "models/placement/pairwise.h"
#include "tests/models/placement/random_problem.h"

namespace violin::placement {
namespace {

// What a solver may add to an optimum or keep its bound below it, for rounding.
constexpr double kClose = 1e-7;

struct Case {
  std::string name;
  ProblemOptions options;
  std::uint64_t seeds = 150;
};
void PrintTo(const Case& made, std::ostream* out) { *out << made.name; }

Terms weights(std::initializer_list<std::pair<Term, double>> chosen) {
  Terms weights{};
  for (const auto& [term, weight] : chosen) {
    at(weights, term) = weight;
  }
  return weights;
}

const Terms kPairwise =
    weights({{Term::kNetwork, 1}, {Term::kDelay, 3}, {Term::kStretch, 50}, {Term::kLoss, 100}});
const Terms kAll = weights({{Term::kNetwork, 1},
                            {Term::kDelay, 3},
                            {Term::kStretch, 50},
                            {Term::kLoss, 100},
                            {Term::kWorstDelay, 2},
                            {Term::kWorstStretch, 20},
                            {Term::kBusiestHost, 100},
                            {Term::kBusiestLink, 10}});

std::vector<Case> solvable() {
  std::vector<Case> cases;
  for (const Shape shape : {Shape::kTree, Shape::kRing, Shape::kLadder}) {
    const std::string name = to_string(shape);
    const std::size_t inner = shape == Shape::kTree ? 3 : 4;
    const ProblemOptions plain{.shape = shape, .hosts = 4, .inner = inner};
    const auto add = [&](const char* what, auto change) {
      Case added{name + what, plain};
      change(added.options);
      cases.push_back(added);
    };
    add("", [](ProblemOptions&) {});
    add("Directed", [](ProblemOptions& o) { o.symmetric = false; });
    add("Multicast", [](ProblemOptions& o) { o.multicast = true; });
    add("AllPairwiseTerms", [](ProblemOptions& o) {
      o.weights = kPairwise;
      o.lossy = true;
    });
    add("AllPairwiseTermsDirected", [](ProblemOptions& o) {
      o.weights = kPairwise;
      o.lossy = true;
      o.symmetric = false;
    });
    add("Gaps", [](ProblemOptions& o) { o.gaps = 0.3; });
    add("GapsDirected", [](ProblemOptions& o) {
      o.gaps = 0.3;
      o.symmetric = false;
    });
    add("Constrained", [](ProblemOptions& o) { o.constrained = true; });
    add("ConstrainedDirectedGaps", [](ProblemOptions& o) {
      o.constrained = true;
      o.symmetric = false;
      o.gaps = 0.15;
    });
    add("ConstrainedAllTerms", [](ProblemOptions& o) {
      o.constrained = true;
      o.weights = kAll;
      o.lossy = true;
    });
  }
  cases.push_back({"OneHost", {.hosts = 1}, 20});
  cases.push_back({"NothingFree", {.hosts = 4, .inner = 1, .leaves = 3}, 20});
  cases.push_back({"NoDemand", {.hosts = 4, .demands = 0}, 20});
  return cases;
}

class AgainstBruteForce : public testing::TestWithParam<Case> {};

TEST_P(AgainstBruteForce, TheAnswerIsTheOptimumAndTheBoundProvesIt) {
  const auto& [name, options, seeds] = GetParam();
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    SCOPED_TRACE(seed);
    const OwnedProblem owned = random_problem(seed, options);
    const auto optimum = brute_force(*owned);
    const auto answer = TreeSolver().solve(*owned, {});
    ASSERT_TRUE(answer);
    ASSERT_EQ(answer->feasible, optimum.has_value());
    if (optimum) {
      const Evaluation found = evaluate(*owned, answer->placement);
      EXPECT_TRUE(found.feasible());
      EXPECT_NEAR(found.cost, optimum->cost, 1e-9 * optimum->cost);
      EXPECT_LE(answer->bound, optimum->cost);
      EXPECT_GE(answer->bound, optimum->cost * (1 - kClose));
    } else {
      EXPECT_EQ(answer->bound, std::numeric_limits<double>::infinity());
    }
  }
}

INSTANTIATE_TEST_SUITE_P(TreeSolver, AgainstBruteForce, testing::ValuesIn(solvable()),
                         [](const auto& made) { return made.param.name; });

}  // namespace
}  // namespace violin::placement
