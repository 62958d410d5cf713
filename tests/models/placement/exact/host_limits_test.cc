#include "models/placement/exact/host_limits.h"

#include <algorithm>
#include <cmath>

#include "core/random.h"
#include "models/placement/evaluation.h"
#include "models/placement/exact/dynamic_program.h"
#include "models/placement/exact/repair.h"
#include "tests/models/placement/random_problem.h"

namespace violin::placement {
namespace {

// A problem and what is made of it, with random hosts for its free entities.
struct Ground {
  explicit Ground(std::uint64_t seed)
      : owned(random_problem(seed, {.shape = static_cast<Shape>(seed % 4),
                                    .hosts = 4,
                                    .inner = 5,
                                    .symmetric = seed % 2 == 0,
                                    .constrained = true})),
        costs(owned->delays),
        model(make_pair_model(*owned, costs)),
        limits(*owned, model) {
    RandomStream random(seed, "hosts");
    for (const auto& alone : model.alone) {
      const auto allowed = domain(alone);
      hosts.push_back(allowed[random() % allowed.size()]);
    }
    limits.forbid_full(model.alone);
  }

  OwnedProblem owned;
  PairCosts costs;
  PairModel model;
  HostLimits limits;
  Hosts hosts;
};

TEST(HostLimits, FindsNoExcessExactlyWhereEvaluationFindsNoViolation) {
  int feasible = 0;
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    const Ground ground(seed);
    bool within = !ground.limits.broken() &&
                  ground.limits.excess(ground.hosts, ground.limits.uses(ground.hosts)) == 0;
    for (std::size_t v = 0; v < ground.hosts.size(); ++v) {
      within = within && ground.model.alone[v][ground.hosts[v]] < kFar;
    }
    const bool kept = evaluate(*ground.owned, ground.model.placement(ground.hosts)).feasible();
    EXPECT_EQ(within, kept) << seed;
    feasible += kept ? 1 : 0;
  }
  EXPECT_GT(feasible, 100);
  EXPECT_LT(feasible, 1900);
}

TEST(HostLimits, UseIsWhatOneVariableAddsToTheUsesOfAll) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Ground ground(seed);
    Uses uses = ground.limits.uses(ground.hosts);
    const std::vector<bool> placed(ground.hosts.size(), true);
    if (ground.hosts.empty()) {
      continue;
    }
    RandomStream random(seed, "move");
    const auto variable = static_cast<std::uint32_t>(random() % ground.hosts.size());
    ground.limits.use(ground.hosts, placed, variable, -1, uses);
    ground.hosts[variable] = static_cast<std::uint32_t>(random() % ground.costs.hosts());
    ground.limits.use(ground.hosts, placed, variable, 1, uses);
    const Uses afresh = ground.limits.uses(ground.hosts);
    for (std::size_t r = 0; r < kResources; ++r) {
      for (std::size_t h = 0; h < uses[r].size(); ++h) {
        EXPECT_NEAR(uses[r][h], afresh[r][h], 1e-6) << seed;
      }
    }
  }
}

TEST(PairModel, CostsWhatEvaluationSaysAndMovesByTheDifference) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    Ground ground(seed);
    if (ground.hosts.empty()) {
      continue;
    }
    const auto whole = [&] {
      return evaluate(*ground.owned, ground.model.placement(ground.hosts)).cost;
    };
    const double before = whole();
    const double modelled = cost(ground.model, ground.costs, ground.hosts);
    EXPECT_TRUE(modelled >= kFar || std::abs(modelled - before) <= 1e-9 * before) << seed;
    const auto variable = static_cast<std::uint32_t>(seed % ground.hosts.size());
    const auto moved = move_costs(ground.model, ground.costs, ground.hosts, variable);
    const std::uint32_t first = domain(ground.model.alone[variable]).empty()
                                    ? 0
                                    : domain(ground.model.alone[variable]).front();
    ground.hosts[variable] = first;
    const double there = whole();
    for (const std::uint32_t host : domain(ground.model.alone[variable])) {
      ground.hosts[variable] = host;
      EXPECT_NEAR(whole() - there, moved[host] - moved[first], 1e-9 * (before + there)) << seed;
    }
  }
}

TEST(Repair, AnswersArePlacementsThatNoSingleMoveImproves) {
  int repaired = 0;
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    SCOPED_TRACE(seed);
    Ground ground(seed);
    if (ground.limits.broken()) {
      continue;
    }
    auto answer = repair(ground.model, ground.costs, ground.limits, ground.hosts);
    repaired += answer ? 1 : 0;
    for (std::size_t v = 0; answer && v < answer->size(); ++v) {
      const Evaluation before = evaluate(*ground.owned, ground.model.placement(*answer));
      EXPECT_TRUE(before.feasible());
      const std::uint32_t stays = (*answer)[v];
      for (std::uint32_t h = 0; h < ground.costs.hosts(); ++h) {
        (*answer)[v] = h;
        const Evaluation after = evaluate(*ground.owned, ground.model.placement(*answer));
        EXPECT_TRUE(!after.feasible() || after.cost >= before.cost * (1 - 1e-8));
      }
      (*answer)[v] = stays;
    }
  }
  EXPECT_GT(repaired, 100);
}

}  // namespace
}  // namespace violin::placement
