#include "models/placement/exact/outer_trees.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/random.h"
#include "models/placement/exact/message_bound.h"
#include "tests/models/placement/random_problem.h"

namespace violin::placement {
namespace {

// A graph of seven free entities on three hosts, with a price on bits that cross access links.
struct Ground {
  explicit Ground(std::uint64_t seed)
      : owned(random_problem(seed, {.shape = static_cast<Shape>(seed % 4),
                                    .hosts = 3,
                                    .inner = 6,
                                    .leaves = 8,
                                    .demands = 12,
                                    .symmetric = seed % 2 == 0,
                                    .constrained = seed % 3 == 0,
                                    .gaps = seed % 5 == 0 ? 0.2 : 0})),
        costs(owned->delays),
        model(make_pair_model(*owned, costs)),
        trees(model, costs) {
    RandomStream random(seed, "prices");
    if (seed % 2 == 1) {
      for (std::size_t h = 0; h < costs.hosts(); ++h) {
        prices.up.push_back(1e-5 * random.uniform());
        prices.down.push_back(1e-5 * random.uniform());
      }
    }
  }

  double paid(const PairModel& of, const HostCosts& alone, const Hosts& hosts) const {
    double sum = of.fixed;
    for (std::size_t v = 0; v < hosts.size(); ++v) {
      sum += alone[v][hosts[v]];
    }
    for (const PairEdge& edge : of.edges) {
      const auto& [a, b] = edge.ends;
      sum += costs.at(edge.weights, hosts[a], hosts[b]);
      if (hosts[a] != hosts[b]) {
        sum += prices.part(edge, hosts[a]) + prices.part(seen_from(edge, b), hosts[b]);
      }
    }
    return sum;
  }

  // The cheapest of all placements.
  std::pair<double, Hosts> best(const PairModel& of, const HostCosts& alone) const {
    Hosts hosts(of.variables.size());
    std::pair<double, Hosts> best{4 * kFar, hosts};
    for (bool more = true; more;) {
      best = std::min(best, {paid(of, alone, hosts), hosts});
      more = false;
      for (std::size_t v = 0; v < hosts.size() && !more; ++v) {
        hosts[v] = (hosts[v] + 1) % static_cast<std::uint32_t>(costs.hosts());
        more = hosts[v] != 0;
      }
    }
    return best;
  }

  OwnedProblem owned;
  PairCosts costs;
  PairModel model;
  OuterTrees trees;
  AccessPrices prices;
};

TEST(OuterTrees, TheCoreWithWhatHangsAtItHasTheOptimumOfTheWhole) {
  int proper = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    SCOPED_TRACE(seed);
    const Ground ground(seed);
    const auto [optimum, there] = ground.best(ground.model, ground.model.alone);
    const auto reduced = ground.trees.reduce(ground.model.alone, ground.prices);
    const auto [least, core] = ground.best(ground.trees.core(), reduced.alone);
    if (optimum >= kFar / 2) {
      EXPECT_GE(least + reduced.apart, kFar / 2);
      continue;
    }
    EXPECT_NEAR(least + reduced.apart, optimum, 1e-9 * optimum);
    const Hosts hosts = ground.trees.place(reduced, ground.prices, core);
    EXPECT_NEAR(ground.paid(ground.model, ground.model.alone, hosts), optimum, 1e-9 * optimum);
    const std::size_t left = ground.trees.core().variables.size();
    proper += left > 0 && left < ground.model.variables.size() ? 1 : 0;
  }
  EXPECT_GT(proper, 40);
}

TEST(OuterTrees, LeaveNothingOfAForestAndAllOfARing) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const OwnedProblem tree = random_problem(seed, {.hosts = 3, .inner = 9, .demands = 30});
    const PairCosts costs(tree->delays);
    const PairModel model = make_pair_model(*tree, costs);
    EXPECT_TRUE(OuterTrees(model, costs).core().variables.empty());
  }
  PairModel ring;
  for (std::uint32_t v = 0; v < 5; ++v) {
    ring.variables.push_back(EntityId{v});
    ring.variable_of.emplace_back(v);
    ring.alone.emplace_back(3);
  }
  ring.edges_of.resize(5);
  for (std::uint32_t v = 0; v < 5; ++v) {
    const std::uint32_t next = (v + 1) % 5;
    ring.edges.push_back({{std::min(v, next), std::max(v, next)}, {{1, 1}, {}}, {}});
    ring.edges_of[v].push_back(v);
    ring.edges_of[next].push_back(v);
  }
  const DelayMatrix delays = evenly_apart(3, std::chrono::milliseconds(1));
  const PairCosts costs(delays);
  EXPECT_EQ(OuterTrees(ring, costs).core().edges.size(), 5U);
}

}  // namespace
}  // namespace violin::placement
