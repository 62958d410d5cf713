#include "bench/comparison.h"

#include <ctime>

namespace violin::bench {

double cpu_seconds() {
  std::timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

void Comparison::measure(benchmark::State& state, Engine& engine, Duration slice,
                         const std::string& name, const std::vector<Beside>& beside) {
  const std::uint64_t items_before = engine.items();
  const double begun = cpu_seconds();
  for (auto _ : state) {
    engine.run_for(slice);
  }
  const double took = cpu_seconds() - begun;
  const std::uint64_t items = engine.items() - items_before;
  if (items == 0) {
    state.SkipWithError("nothing happened");
    return;
  }
  const double rate = static_cast<double>(items) / took;
  rates_[name] = rate;
  state.SetItemsProcessed(static_cast<std::int64_t>(items));
  state.counters["ns/item"] = 1e9 / rate;
  for (const Beside& other : beside) {
    if (const auto baseline = items_per_second(other.baseline)) {
      state.counters[other.counter] = rate / *baseline;
    }
  }
}

std::optional<double> Comparison::items_per_second(const std::string& name) const {
  const auto found = rates_.find(name);
  return found == rates_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace violin::bench
