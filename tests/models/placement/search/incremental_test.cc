#include "models/placement/search/incremental.h"

#include <stdexcept>

#include "core/random.h"
#include "models/placement/evaluation.h"
#include "tests/models/placement/random_problem.h"

namespace violin::placement {
namespace {

struct Case {
  std::string name;
  Terms weights;
};

std::vector<Case> cases() {
  std::vector<Case> cases;
  for (std::size_t term = 0; term < kTerms; ++term) {
    cases.push_back({std::string(to_string(static_cast<Term>(term))), {}});
    cases.back().weights[term] = 1;
  }
  cases.push_back({"all", {1, 5, 20, 300, 3, 7, 40, 90}});
  return cases;
}

// Every shape, with constraints or without, with losses, limited bandwidth between some hosts,
// pairs of hosts without a way, and leaves that are not pinned.
class RandomMoves {
 public:
  RandomMoves(std::uint64_t seed, const Terms& weights) : random_(seed, "moves") {
    ProblemOptions options{.shape = static_cast<Shape>(seed % 4), .inner = 4, .weights = weights};
    options.symmetric = seed % 3 == 0;
    options.constrained = seed % 2 == 0;
    options.multicast = seed % 5 < 2;
    owned_ = random_problem(seed, options);
    for (std::uint32_t a = 0; a < owned_->hosts(); ++a) {
      for (std::uint32_t b = 0; b < owned_->hosts(); ++b) {
        roughen(HostId{a}, HostId{b});
      }
    }
    if (seed % 3 == 1) {
      owned_->entities.back().allowed.clear();
    }
  }

  const Problem& problem() const { return *owned_; }
  // Leaves no limits but memory, forwarding capacity and groups to be apart.
  void lift_others() {
    for (std::uint32_t h = 0; h < owned_->hosts(); ++h) {
      owned_.substrate->set_host_access(HostId{h}, std::nullopt, std::nullopt);
    }
    for (Entity& entity : owned_->entities) {
      entity.allowed.clear();
    }
    owned_->delays = DelayMatrix::from_cells(
        owned_->hosts(), std::vector<DelayMatrix::Cell>(owned_->delays.cells().size()));
  }
  Assignment any_placement() {
    Assignment placement;
    for (const Entity& entity : owned_->entities) {
      placement.push_back(entity.pinned().value_or(any_host()));
    }
    return placement;
  }
  HostId any_host() { return HostId{static_cast<std::uint32_t>(random_() % owned_->hosts())}; }
  EntityId any_entity() {  // that is not pinned
    EntityId entity{};
    do {
      entity = EntityId{static_cast<std::uint32_t>(random_() % owned_->entities.size())};
    } while (owned_->entity(entity).pinned());
    return entity;
  }
  bool chance(double p) { return random_.chance(p); }

 private:
  void roughen(HostId a, HostId b) {
    if (a != b && chance(0.3)) {
      owned_.substrate->set_loss(a, b, chance(0.1) ? 1 : random_.uniform());
    }
    if (a != b && chance(0.4)) {
      owned_.substrate->set_bandwidth(a, b, BitRate::kbps(1 + random_() % 4000));
    }
    if (a != b && chance(0.03)) {
      owned_->delays.set(violin::to_index(a), violin::to_index(b), std::nullopt);
    }
  }

  RandomStream random_;
  OwnedProblem owned_;
};

void expect_as_evaluated(const Problem& problem, const Incremental& state) {
  const Evaluation fresh = evaluate(problem, state.placement());
  EXPECT_NEAR(state.cost(), fresh.cost, 1e-6 * (1 + fresh.cost));
  EXPECT_EQ(state.feasible(), fresh.feasible());
  EXPECT_EQ(state.excess().amount > 0, !fresh.feasible());
  bool reachable = true;
  for (const auto& paths : fresh.paths) {
    for (const PathQuality& path : paths) {
      reachable = reachable && path.reachable;
    }
  }
  if (reachable) {  // a path may be cut at several hops
    EXPECT_EQ(state.excess().broken, static_cast<std::int64_t>(fresh.violations.size()));
  }
}

class IncrementalCost : public testing::TestWithParam<Case> {};

TEST_P(IncrementalCost, IsThatOfAFreshEvaluationAfterEveryMove) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    RandomMoves moves(seed, GetParam().weights);
    Incremental state(moves.problem(), moves.any_placement());
    expect_as_evaluated(moves.problem(), state);
    for (int i = 0; i < 30; ++i) {
      const EntityId entity = moves.any_entity();
      const HostId to = moves.any_host();
      const double cost = state.cost();
      const Excess excess = state.excess();
      const auto told = state.move_cost(entity, to);
      expect_as_evaluated(moves.problem(), state);  // asking changes nothing
      state.apply(entity, to);
      EXPECT_NEAR(state.cost() - cost, told.cost, 1e-9 * (1 + cost));
      EXPECT_NEAR(state.excess().amount - excess.amount, told.excess.amount, 1e-6);
      EXPECT_EQ(state.excess().broken - excess.broken, told.excess.broken);
      expect_as_evaluated(moves.problem(), state);
    }
  }
}

TEST_P(IncrementalCost, OfASwapIsThatOfBothMoves) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    RandomMoves moves(seed, GetParam().weights);
    Incremental state(moves.problem(), moves.any_placement());
    const EntityId a = moves.any_entity();
    const EntityId b = moves.any_entity();
    const auto told = state.swap_cost(a, b);
    Assignment swapped = state.placement();
    std::swap(swapped[to_index(a)], swapped[to_index(b)]);
    expect_as_evaluated(moves.problem(), state);
    const Incremental after(moves.problem(), swapped);
    EXPECT_NEAR(after.cost() - state.cost(), told.cost, 1e-9 * (1 + state.cost()));
    EXPECT_EQ(after.excess().broken - state.excess().broken, told.excess.broken);
    EXPECT_NEAR(after.excess().amount - state.excess().amount, told.excess.amount, 1e-6);
  }
}

INSTANTIATE_TEST_SUITE_P(EachWeight, IncrementalCost, testing::ValuesIn(cases()),
                         [](const auto& instance) { return instance.param.name; });

// Five hosts on a ring of routers, whose links have different capacities or none.
Substrate ring_of_routers(std::uint64_t seed) {
  RandomStream random(seed, "ring");
  RouterGraph graph;
  for (int i = 0; i < 5; ++i) {
    graph.add_router({"r" + std::to_string(i)});
  }
  for (std::uint32_t i = 0; i < 5; ++i) {
    SubstrateLink link{"", RouterId{i}, RouterId{(i + 1) % 5}};
    link.delay = std::chrono::milliseconds(1 + random() % 20);
    if (random.chance(0.8)) {
      link.capacity = BitRate::kbps(1 + random() % 4000);
    }
    graph.add_cable(link);
  }
  auto hosts = host_per_router(graph);
  auto attachment = attachment_per_router(graph);
  return {std::move(hosts), RoutedPaths(std::move(graph), std::move(attachment))};
}

TEST(Incremental, TheBusiestLinkIsThatOfARouterGraphWhereThereIsOne) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    RandomMoves moves(seed, {});
    const Substrate substrate = ring_of_routers(seed);
    Problem problem(substrate);
    problem.entities = moves.problem().entities;
    problem.links = moves.problem().links;
    problem.demands = moves.problem().demands;
    problem.weights = {};
    at(problem.weights, Term::kBusiestLink) = 1;
    Incremental state(problem, moves.any_placement());
    for (int i = 0; i < 30; ++i) {
      state.move_cost(moves.any_entity(), moves.any_host());
      state.apply(moves.any_entity(), moves.any_host());
      expect_as_evaluated(problem, state);
    }
  }
}

TEST(Incremental, ResetCountsAfresh) {
  RandomMoves moves(4, cases().back().weights);
  Incremental state(moves.problem(), moves.any_placement());
  for (int i = 0; i < 20; ++i) {
    state.reset(moves.any_placement());
    expect_as_evaluated(moves.problem(), state);
  }
  EXPECT_THROW(state.reset({}), std::logic_error);
}

// The pairwise terms alone: then the sweep is the whole cost, but for a constant.
TEST(Incremental, TheSweepTellsTheCostOnEachHost) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    RandomMoves moves(seed, {1, 5, 0, 300});
    Incremental state(moves.problem(), moves.any_placement());
    const EntityId entity = moves.any_entity();
    std::vector<float> by_host(moves.problem().hosts());
    state.add_links(entity, by_host);
    const float here = by_host[violin::to_index(state.host(entity))];
    for (std::uint32_t h = 0; h < by_host.size(); ++h) {
      EXPECT_NEAR(by_host[h] - here, state.move_cost(entity, HostId{h}).cost,
                  1e-5 * (std::abs(here) + std::abs(by_host[h])));
    }
  }
}

TEST(Incremental, GrowthTellsByHowMuchEachHostWouldBeOverloaded) {
  int overloads = 0;
  for (std::uint64_t seed = 0; seed < 200; seed += 2) {
    SCOPED_TRACE(seed);
    RandomMoves moves(seed, {});
    moves.lift_others();
    Incremental state(moves.problem(), moves.any_placement());
    const EntityId entity = moves.any_entity();
    std::vector<float> growth(moves.problem().hosts());
    state.add_growth(entity, 1, growth);
    const float here = growth[violin::to_index(state.host(entity))];
    for (std::uint32_t h = 0; h < growth.size(); ++h) {
      EXPECT_NEAR(growth[h] - here, state.move_cost(entity, HostId{h}).excess.amount, 1e-4);
      overloads += growth[h] > 0 ? 1 : 0;
    }
  }
  EXPECT_GT(overloads, 50);
}

}  // namespace
}  // namespace violin::placement
