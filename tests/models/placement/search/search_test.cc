#include "models/placement/search/search.h"

#include <algorithm>
#include <limits>

#include "models/placement/evaluation.h"
#include "models/placement/pairwise.h"
#include "models/placement/search/baselines.h"
#include "tests/models/placement/random_problem.h"

namespace violin::placement {
namespace {

Answer search(const Problem& problem, const SolveOptions& options = {},
              std::uint64_t moves = 3000) {
  return Search(moves).solve(problem, options).value();
}

struct Case {
  std::string name;
  bool constrained;
  Terms weights;
};

class SearchOnSmallProblems : public testing::TestWithParam<Case> {};

TEST_P(SearchOnSmallProblems, FindsTheOptimumThatTryingAllFinds) {
  int infeasible = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    ProblemOptions options{.shape = static_cast<Shape>(seed % 4),
                           .symmetric = seed % 3 == 0,
                           .constrained = GetParam().constrained,
                           .multicast = seed % 5 < 2,
                           .weights = GetParam().weights};
    const auto owned = random_problem(seed, options);
    const Answer answer = search(*owned);
    const Evaluation found = evaluate(*owned, answer.placement);
    const auto optimum = brute_force(*owned);
    EXPECT_EQ(answer.feasible, optimum.has_value());
    EXPECT_EQ(answer.feasible, found.feasible());
    EXPECT_LE(answer.bound, found.cost);
    if (optimum) {
      EXPECT_LE(found.cost, optimum->cost * (1 + 1e-6));
    } else {
      ++infeasible;
    }
  }
  EXPECT_LT(infeasible, 30);
}

INSTANTIATE_TEST_SUITE_P(All, SearchOnSmallProblems,
                         testing::Values(Case{"network", false, {1}},
                                         Case{"network_constrained", true, {1}},
                                         Case{"all", false, {1, 5, 20, 0, 3, 7, 40, 0}},
                                         Case{"all_constrained", true, {1, 5, 20, 0, 3, 7, 40, 0}}),
                         [](const auto& instance) { return instance.param.name; });

// Trees by dynamic programming over the free entities, of which each but the first hangs at an
// earlier one; leaves hang at free ones.
double tree_optimum(const Problem& problem) {
  const auto weights = pair_weights(problem);
  const std::size_t hosts = problem.hosts();
  const auto cost = [&](std::size_t link, std::size_t first, std::size_t second) {
    return weights[link].delay[0] * problem.delays.row(first)[second] +
           weights[link].delay[1] * problem.delays.row(second)[first];
  };
  std::vector<std::vector<double>> below(problem.entities.size(), std::vector<double>(hosts));
  std::vector<std::size_t> order(problem.links.size());  // the child's end comes first in a link
  for (std::size_t i = 0; i < order.size(); ++i) {
    order[i] = i;
  }
  std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
    return problem.links[a].ends[0] > problem.links[b].ends[0];
  });
  for (const std::size_t link : order) {
    const std::size_t child = to_index(problem.links[link].ends[0]);
    const auto pinned = problem.entities[child].pinned();
    for (std::size_t up = 0; up < hosts; ++up) {
      double best = std::numeric_limits<double>::infinity();
      for (std::size_t own = 0; own < hosts; ++own) {
        if (!pinned || violin::to_index(*pinned) == own) {
          best = std::min(best, below[child][own] + cost(link, own, up));
        }
      }
      below[to_index(problem.links[link].ends[1])][up] += best;
    }
  }
  return std::ranges::min(below[0]);
}

TEST(TreeOptimum, IsThatOfTryingAll) {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    const auto owned = random_problem(seed, {.symmetric = false});
    EXPECT_NEAR(tree_optimum(*owned), brute_force(*owned)->cost, 1e-6);
  }
}

// Delays are as bad as can be: random, so that no host is near another.
TEST(Search, IsWithinOnePercentOfTheOptimumOfLargeTrees) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    SCOPED_TRACE(seed);
    const auto owned = random_problem(
        seed, {.hosts = 300, .inner = 60, .leaves = 60, .demands = 200, .symmetric = seed != 2});
    const double optimum = tree_optimum(*owned);
    const Answer answer = search(*owned, {}, 2000);
    EXPECT_LE(evaluate(*owned, answer.placement).cost, 1.01 * optimum);
    EXPECT_GT(evaluate(*owned, *baseline("greedy", *owned, 1)).cost, 1.05 * optimum);
  }
}

TEST(Search, GivesTheSameAnswerForTheSameSeed) {
  const auto owned = random_problem(
      7, {.shape = Shape::kGraph, .hosts = 60, .inner = 30, .leaves = 30, .demands = 60});
  SolveOptions options;
  options.seed = 3;
  EXPECT_EQ(search(*owned, options).placement, search(*owned, options).placement);
}

TEST(Search, EndsWithWhatItHasWhenTheBudgetEnds) {
  const auto owned = random_problem(
      7, {.shape = Shape::kGraph, .hosts = 60, .inner = 30, .leaves = 30, .demands = 60});
  int asked = 0;
  const auto stop_after = [&](int limit) {
    asked = 0;
    SolveOptions options;
    options.keep_going = [&asked, limit] { return ++asked <= limit; };
    return search(*owned, options);
  };
  EXPECT_EQ(stop_after(0).placement, baseline("greedy", *owned, 1));
  EXPECT_EQ(asked, 2);  // by the descent, and by what follows it
  const double early = evaluate(*owned, stop_after(100).placement).cost;
  EXPECT_LT(early, evaluate(*owned, stop_after(0).placement).cost);
  EXPECT_LE(evaluate(*owned, search(*owned).placement).cost, early);
}

TEST(Search, BeginsFromTheStartAndPutsWhatIsForbiddenRight) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    SCOPED_TRACE(seed);
    const auto owned = random_problem(seed, {.shape = Shape::kRing, .constrained = true});
    const Assignment start(owned->entities.size(), HostId{1});
    SolveOptions options;
    options.keep_going = [] { return false; };
    options.start = start;
    const Assignment begun = search(*owned, options).placement;
    for (std::size_t i = 0; i < start.size(); ++i) {
      const auto& allowed = owned->entities[i].allowed;
      const bool may_stay = allowed.empty() || std::ranges::binary_search(allowed, start[i]);
      EXPECT_EQ(begun[i], may_stay ? start[i] : allowed.front());
    }
  }
}

}  // namespace
}  // namespace violin::placement
