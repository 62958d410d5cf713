// How many alternatives a second a study evaluates, and what a second thread is worth.
#include <benchmark/benchmark.h>

#include <chrono>
#include <map>

#include "analysis/sweep/runner.h"

namespace violin::bench {

namespace {

using sweep::Study;

// Figure 2 with places of its vSwitches and vRouter and factors of the delays: 7 x 7 x 7 x 30, of
// which so many are looked at.
Study figure2(std::uint64_t alternatives, std::uint32_t replications) {
  std::vector<sweep::Variation> variations;
  for (const char* text : {"entity.vSwitch1.host=*", "entity.vSwitch2.host=*",
                           "entity.vRouter1.host=*", "substrate.scale=0.1..3:0.1"}) {
    variations.push_back(sweep::parse_variation(text));
  }
  sweep::Questions questions;
  questions.replications = replications;
  return {scenario::load_scenario(VIOLIN_SOURCE_DIR "/scenarios/examples/figure2.yaml"),
          std::move(variations),
          {sweep::Plan::kRandom, alternatives},
          std::move(questions)};
}

// By replications and threads.
std::map<std::pair<std::int64_t, std::int64_t>, double> rates;

void evaluate(benchmark::State& state, std::uint64_t alternatives) {
  const auto replications = static_cast<std::uint32_t>(state.range(0));
  const Study study = figure2(alternatives, replications);
  const auto all = sweep::share_of(study.design().size(), {}, [](std::uint64_t) { return false; });
  sweep::RunnerOptions options;
  options.threads = static_cast<unsigned>(state.range(1));
  options.finished = [](const sweep::Outcome& outcome) {
    benchmark::DoNotOptimize(outcome.costs->cost);
  };
  double seconds = 0;
  for (auto _ : state) {
    const auto begun = std::chrono::steady_clock::now();
    run_alternatives(study, all, options);
    seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  }
  const auto evaluated =
      static_cast<double>(study.design().size()) * static_cast<double>(state.iterations());
  state.SetItemsProcessed(static_cast<std::int64_t>(evaluated));
  rates[{state.range(0), state.range(1)}] = evaluated / seconds;
  if (const auto alone = rates.find({state.range(0), 1}); alone != rates.end()) {
    state.counters["efficiency"] =
        evaluated / seconds / alone->second / static_cast<double>(state.range(1));
  }
}

void analytic(benchmark::State& state) { evaluate(state, 10'000); }
void simulated(benchmark::State& state) { evaluate(state, 40); }

BENCHMARK(analytic)->Args({0, 1})->Args({0, 2})->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(simulated)->Args({1, 1})->Args({1, 2})->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace

}  // namespace violin::bench
