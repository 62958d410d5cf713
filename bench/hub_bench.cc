// How long a proven optimum of a published hub location instance takes, beside CBC and GLPK on the
// formulation of Ernst and Krishnamoorthy, for the same instances in the same run.
#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "bench/peers/hub_milp.h"
#include "models/placement/hub/hub_file.h"
#include "models/placement/hub/multiple_allocation.h"
#include "models/placement/hub/p_center.h"
#include "models/placement/hub/p_median.h"
#include "models/placement/hub/pmed_file.h"
#include "models/placement/hub/single_allocation.h"

namespace violin::bench {
namespace {

// Australia Post's flows have five decimals.
constexpr double kFlowScale = 1e5;

std::string read(const std::string& path) {
  const char* given = std::getenv("VIOLIN_DATA");
  const std::filesystem::path folder =
      given != nullptr ? given : VIOLIN_SOURCE_DIR "/../shared/data";
  std::ifstream file(folder / path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::optional<HubProblem> australia_post(const benchmark::State& state) {
  const std::string text = read("hub-ap/" + std::to_string(state.range(0)) + ".3");
  if (text.empty()) {
    return std::nullopt;
  }
  HubProblem problem = load_hub_problem({"hub-ap", text});
  problem.hubs = static_cast<std::size_t>(state.range(1));
  return problem;
}

using Solve = HubSolution (*)(const HubProblem&, const HubOptions&);

// By instance (nodes, hubs), for the peers.
std::map<std::pair<std::int64_t, std::int64_t>, double>& optima() {
  static std::map<std::pair<std::int64_t, std::int64_t>, double> costs;
  return costs;
}

void BM_Hubs(benchmark::State& state, Solve solve) {
  const std::optional<HubProblem> problem = australia_post(state);
  if (!problem) {
    state.SkipWithError("no data: set VIOLIN_DATA");
    return;
  }
  HubSolution solution;
  for (auto _ : state) {
    solution = solve(*problem, {});
  }
  state.counters["cost"] = solution.cost / kPublishedCost;
  state.counters["proven"] = solution.proven() ? 1 : 0;
  if (solve == solve_single_allocation) {
    optima()[{state.range(0), state.range(1)}] = solution.cost;
  }
}
BENCHMARK_CAPTURE(BM_Hubs, single, solve_single_allocation)
    ->ArgNames({"nodes", "hubs"})
    ->ArgsProduct({{25, 40, 50}, {2, 3, 4, 5}})
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(BM_Hubs, multiple, solve_multiple_allocation)
    ->ArgNames({"nodes", "hubs"})
    ->ArgsProduct({{25, 40, 50}, {2, 3, 4, 5}})
    ->Unit(benchmark::kMillisecond);

// Their processes' CPU time. `wrong` is 1 if the optimum is not ours.
void BM_Milp(benchmark::State& state, MilpSolver solver) {
  const std::optional<HubProblem> problem = australia_post(state);
  if (!problem || !installed(solver)) {
    state.SkipWithError(problem ? "not installed" : "no data: set VIOLIN_DATA");
    return;
  }
  const std::string lp = to_lp(*problem, kFlowScale);
  std::optional<double> cost;
  for (auto _ : state) {
    const MilpRun run = bench::solve(solver, lp);
    cost = run.cost;
    state.SetIterationTime(run.cpu_seconds);
  }
  const double ours = optima()[{state.range(0), state.range(1)}];
  state.counters["cost"] = cost.value_or(NAN) / kPublishedCost;
  state.counters["wrong"] = ours > 0 && std::abs(cost.value_or(0) - ours) > 1e-6 * ours ? 1 : 0;
}
BENCHMARK_CAPTURE(BM_Milp, cbc, MilpSolver::kCbc)
    ->ArgNames({"nodes", "hubs"})
    ->ArgsProduct({{25}, {3, 5}})
    ->Iterations(1)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(BM_Milp, glpk, MilpSolver::kGlpk)
    ->ArgNames({"nodes", "hubs"})
    ->ArgsProduct({{25}, {3, 5}})
    ->Iterations(1)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);

using SolveMedian = MedianSolution (*)(const MedianProblem&, const HubOptions&);

void BM_Pmed(benchmark::State& state, SolveMedian solve) {
  const std::string text = read("orlib-pmed/pmed" + std::to_string(state.range(0)) + ".txt");
  if (text.empty()) {
    state.SkipWithError("no data: set VIOLIN_DATA");
    return;
  }
  const MedianProblem problem = load_pmed({"pmed", text});
  MedianSolution solution;
  for (auto _ : state) {
    solution = solve(problem, {});
  }
  state.counters["cost"] = static_cast<double>(solution.cost);
  state.counters["proven"] = solution.proven() ? 1 : 0;
}
BENCHMARK_CAPTURE(BM_Pmed, median, solve_p_median)
    ->ArgName("pmed")
    ->DenseRange(1, 15)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(BM_Pmed, center, solve_p_center)
    ->ArgName("pmed")
    ->DenseRange(1, 15)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace violin::bench

BENCHMARK_MAIN();
