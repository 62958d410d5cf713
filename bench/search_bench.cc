// How good are the answers of local search on large problems, after how long; and what its moves
// cost, beside evaluating afresh and beside only reading the delays that a move must read.
//
// Large: 5000 hosts, 1000 entities of which 700 are free; as a tree, with 30 chords more, and with
// memory and forwarding capacity for a few entities on each host. Seconds are of CPU time.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <ctime>
#include <limits>
#include <map>
#include <memory>
#include <numeric>

#include "bench/large_placement.h"
#include "core/random.h"
#include "models/placement/evaluation.h"
#include "models/placement/exact/lower_bound.h"
#include "models/placement/exact/message_solver.h"
#include "models/placement/search/baselines.h"
#include "models/placement/search/incremental.h"
#include "models/placement/search/search.h"

namespace violin::bench {
namespace {

using namespace placement;

enum Kind : std::int64_t { kTree, kChords, kLimited };

class Instance {
 public:
  explicit Instance(std::int64_t kind)
      : substrate_(settings(kind).substrate()), problem_(settings(kind).problem(substrate_)) {}

  static const Instance& of(std::int64_t kind) {
    static std::map<std::int64_t, std::unique_ptr<Instance>> made;
    auto& instance = made[kind];
    if (!instance) {
      instance = std::make_unique<Instance>(kind);
    }
    return *instance;
  }

  const Problem& problem() const { return *problem_; }

 private:
  static LargePlacement settings(std::int64_t kind) {
    LargePlacement settings;
    settings.chords = kind == kTree ? 0 : 30;
    settings.limited = kind == kLimited;
    return settings;
  }

  Substrate substrate_;
  std::unique_ptr<Problem> problem_;
};

SolveOptions within(double seconds) {
  SolveOptions options;
  const std::clock_t end = std::clock() + static_cast<std::clock_t>(seconds * CLOCKS_PER_SEC);
  options.keep_going = [end] { return std::clock() < end; };
  return options;
}

double bound(std::int64_t kind) {
  static std::map<std::int64_t, double> bounds;
  if (!bounds.contains(kind)) {
    bounds[kind] = lower_bound(Instance::of(kind).problem(), within(60));
  }
  return bounds[kind];
}

void BM_Search(benchmark::State& state) {
  const Problem& problem = Instance::of(state.range(0)).problem();
  const double least = bound(state.range(0));
  Evaluation found;
  for (auto _ : state) {
    const Search search(std::numeric_limits<std::uint64_t>::max());
    found = evaluate(problem,
                     search.solve(problem, within(static_cast<double>(state.range(1))))->placement);
  }
  const auto over = [&](double cost) { return 100 * (cost / least - 1); };
  state.counters["gap_percent"] = over(found.cost);
  state.counters["violations"] = static_cast<double>(found.violations.size());
  state.counters["greedy_percent"] = over(evaluate(problem, *baseline("greedy", problem, 1)).cost);
  state.counters["cost"] = found.cost;
}
BENCHMARK(BM_Search)
    ->ArgNames({"tree_chords_limited", "seconds"})
    ->ArgsProduct({{kTree, kChords, kLimited}, {1, 4, 15, 60}})
    ->Iterations(1)
    ->Unit(benchmark::kSecond);

// As "auto" does where the topology is too wide for the exact solver: 45 s, then 15.
void BM_MessagesThenSearch(benchmark::State& state) {
  const Problem& problem = Instance::of(state.range(0)).problem();
  double bound = 0;
  Evaluation by_messages;
  Evaluation found;
  for (auto _ : state) {
    const Answer answer = *MessageSolver().solve(problem, within(45));
    SolveOptions options = within(15);
    options.start = answer.placement;
    const Search search(std::numeric_limits<std::uint64_t>::max());
    bound = answer.bound;
    by_messages = evaluate(problem, answer.placement);
    found = evaluate(problem, search.solve(problem, options)->placement);
  }
  state.counters["messages_percent"] = 100 * (by_messages.cost / bound - 1);
  state.counters["gap_percent"] = 100 * (found.cost / bound - 1);
  state.counters["violations"] = static_cast<double>(found.violations.size());
  state.counters["cost"] = found.cost;
}
BENCHMARK(BM_MessagesThenSearch)
    ->ArgName("tree_chords_limited")
    ->Arg(kChords)
    ->Iterations(1)
    ->Unit(benchmark::kSecond);

EntityId any_free(RandomStream& random) {
  return EntityId{static_cast<std::uint32_t>(random() % 700)};
}
HostId any_host(RandomStream& random, const Problem& problem) {
  return HostId{static_cast<std::uint32_t>(random() % problem.hosts())};
}

// What a move costs without Incremental.
void BM_EvaluateAfresh(benchmark::State& state) {
  const Problem& problem = Instance::of(state.range(0)).problem();
  RandomStream random(1, "moves");
  Assignment placement = *baseline("greedy", problem, 1);
  for (auto _ : state) {
    placement[to_index(any_free(random))] = any_host(random, problem);
    benchmark::DoNotOptimize(evaluate(problem, placement).cost);
  }
}
BENCHMARK(BM_EvaluateAfresh)->ArgName("kind")->Arg(kTree)->Arg(kLimited);

void BM_MoveCost(benchmark::State& state) {
  const Problem& problem = Instance::of(state.range(0)).problem();
  RandomStream random(1, "moves");
  Incremental incremental(problem, *baseline("greedy", problem, 1));
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        incremental.move_cost(any_free(random), any_host(random, problem)).cost);
  }
}
BENCHMARK(BM_MoveCost)->ArgName("kind")->Arg(kTree)->Arg(kLimited);

// Floor of the next: the row of delays of each neighbour is added up, as integers.
void BM_ReadRows(benchmark::State& state) {
  const Problem& problem = Instance::of(kTree).problem();
  RandomStream random(1, "moves");
  const Incremental incremental(problem, *baseline("greedy", problem, 1));
  double rows = 0;
  for (auto _ : state) {
    for (const Incident& incident : incremental.pairs().incidents(any_free(random))) {
      const auto row = problem.delays.row(violin::to_index(incremental.host(incident.other)));
      benchmark::DoNotOptimize(std::accumulate(row.begin(), row.end(), 0U));
      ++rows;
    }
  }
  state.counters["rows"] = benchmark::Counter(rows, benchmark::Counter::kIsRate);
}
BENCHMARK(BM_ReadRows);

// The best of all hosts for one entity beside its neighbours.
void BM_BestHost(benchmark::State& state) {
  const Problem& problem = Instance::of(state.range(0)).problem();
  RandomStream random(1, "moves");
  const Incremental incremental(problem, *baseline("greedy", problem, 1));
  std::vector<float> by_host(problem.hosts());
  double rows = 0;
  for (auto _ : state) {
    const EntityId entity = any_free(random);
    std::ranges::fill(by_host, 0.0F);
    incremental.add_links(entity, by_host);
    if (incremental.constrained()) {
      incremental.add_growth(entity, 1, by_host);
    }
    benchmark::DoNotOptimize(cheapest_host(by_host));
    rows += static_cast<double>(incremental.pairs().incidents(entity).size());
  }
  state.counters["rows"] = benchmark::Counter(rows, benchmark::Counter::kIsRate);
}
BENCHMARK(BM_BestHost)->ArgName("kind")->Arg(kTree)->Arg(kLimited);

}  // namespace
}  // namespace violin::bench
