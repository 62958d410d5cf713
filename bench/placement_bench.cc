// What an exact placement costs, beside the floor of its inner loop: one min-plus product of 32-bit
// integers, which streams the delay matrix once. `of_floor` is the time of as many such products
// as there are links in use between free entities, over ours; more than 1 is possible, as several
// products share a pass. `peak_MB` is the process's peak so far beyond the substrate.

#include <benchmark/benchmark.h>
#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <memory>
#include <numbers>
#include <sstream>

#include "core/random.h"
#include "models/placement/exact/lower_bound.h"
#include "models/placement/exact/table_product.h"
#include "models/placement/exact/tree_solver.h"
#include "models/substrate/rtt_matrix.h"
#include "tests/models/placement/vlan_problem.h"

namespace violin::placement {
namespace {

// Hosts at random on the sphere.
const Substrate& synthetic(std::size_t hosts) {
  static std::map<std::size_t, std::unique_ptr<Substrate>> made;
  auto& substrate = made[hosts];
  if (!substrate) {
    RandomStream random(1, "coordinates");
    std::vector<OverlayHost> list;
    for (std::size_t i = 0; i < hosts; ++i) {
      OverlayHost host{std::to_string(i)};
      host.position = {std::asin(2 * random.uniform() - 1) * 180 / std::numbers::pi,
                       360 * random.uniform() - 180};
      list.push_back(host);
    }
    substrate = std::make_unique<Substrate>(list, GeographicPaths(list));
  }
  return *substrate;
}

const DelayMatrix& delays(std::size_t hosts) {
  static std::map<std::size_t, DelayMatrix> made;
  const auto found = made.find(hosts);
  return found != made.end() ? found->second
                             : made.emplace(hosts, synthetic(hosts).delays()).first->second;
}

[[gnu::target_clones("avx512f", "avx2", "default")]] void integer_product(
    const DelayMatrix::Cell* cells, const DelayMatrix::Cell* in, DelayMatrix::Cell* out,
    std::size_t n) {
  for (std::size_t x = 0; x < n; ++x) {
    DelayMatrix::Cell least = ~0U;
    for (std::size_t y = 0; y < n; ++y) {
      least = std::min(least, cells[x * n + y] + in[y]);
    }
    out[x] = least;
  }
}

std::map<std::size_t, double> floors;  // seconds, by hosts

double now() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

void floor_product(benchmark::State& state) {
  const auto n = static_cast<std::size_t>(state.range(0));
  const DelayMatrix& matrix = delays(n);
  std::vector<DelayMatrix::Cell> in(n, 1);
  std::vector<DelayMatrix::Cell> out(n);
  const double start = now();
  for (auto _ : state) {
    integer_product(matrix.cells().data(), in.data(), out.data(), n);
    benchmark::DoNotOptimize(out.data());
  }
  floors[n] = (now() - start) / static_cast<double>(state.iterations());
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(4 * n * n));
}

void products(benchmark::State& state) {
  const auto n = static_cast<std::size_t>(state.range(0));
  const auto batch = static_cast<std::size_t>(state.range(1));
  const PairCosts costs(delays(n));
  const std::vector<std::vector<double>> in(batch, std::vector<double>(n, 1));
  std::vector<std::vector<double>> out(batch, std::vector<double>(n));
  std::vector<Product> all;
  for (std::size_t k = 0; k < batch; ++k) {
    all.push_back({{{1.0, 2.0}, {}}, in[k], out[k]});
  }
  const double start = now();
  for (auto _ : state) {
    costs.multiply(all);
    benchmark::DoNotOptimize(out.data());
  }
  const std::int64_t done = state.iterations() * static_cast<std::int64_t>(batch);
  const double each = (now() - start) / static_cast<double>(done);
  state.SetItemsProcessed(done);
  state.counters["of_floor"] = floors.contains(n) ? floors[n] / each : 0;
}

void tables(benchmark::State& state) {
  const auto n = static_cast<std::size_t>(state.range(0));
  const std::vector<double> left(n * n, 1);
  std::vector<double> out(n * n);
  for (auto _ : state) {
    multiply({left, left, out, n, n});
    benchmark::DoNotOptimize(out.data());
  }
}

double peak_mb() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1000;
}

void report(benchmark::State& state, const Problem& problem, const std::optional<Answer>& answer,
            double seconds) {
  const auto loads = link_loads(problem);
  std::size_t edges = 0;
  for (std::size_t link = 0; link < loads.size(); ++link) {
    const auto& [a, b] = problem.links[link].ends;
    const bool used = loads[link][0].bits_per_second + loads[link][1].bits_per_second > 0;
    edges += used && !problem.entity(a).pinned() && !problem.entity(b).pinned() ? 1 : 0;
  }
  state.counters["products"] = static_cast<double>(edges);
  state.counters["feasible"] = answer && answer->feasible ? 1 : 0;
  if (floors.contains(problem.hosts())) {
    state.counters["of_floor"] = static_cast<double>(edges) * floors[problem.hosts()] / seconds;
  }
}

void solve(benchmark::State& state, const Problem& problem) {
  std::optional<Answer> answer;
  const double start = now();
  for (auto _ : state) {
    answer = TreeSolver().solve(problem, {});
  }
  report(state, problem, answer, (now() - start) / static_cast<double>(state.iterations()));
  state.counters["peak_MB"] = peak_mb();
}

void tree(benchmark::State& state) {
  const auto hosts = static_cast<std::size_t>(state.range(0));
  const auto free = static_cast<std::size_t>(state.range(1));
  const auto entities = static_cast<std::size_t>(state.range(2));
  const VlanOptions options{.vhosts = entities - free,
                            .vlans = free - free / 5,
                            .vrouters = free / 5,
                            .demands = 2 * (entities - free)};
  solve(state, vlan_problem(synthetic(hosts), 1, options));
}

void planetlab(benchmark::State& state) {
  const char* folder = std::getenv("VIOLIN_DATA");
  const std::ifstream file(std::string(folder != nullptr ? folder : "../shared/data") +
                           "/netlatency-planetlab/PlanetLabData_1");
  if (!file) {
    state.SkipWithError("no data; set VIOLIN_DATA");
    return;
  }
  std::ostringstream text;
  text << file.rdbuf();
  const std::string content = text.str();
  const Substrate substrate = load_rtt_matrix({"PlanetLabData_1", content});
  solve(state, vlan_problem(substrate, 1, {}));
}

BENCHMARK(planetlab)->Unit(benchmark::kMillisecond);
BENCHMARK(floor_product)->Arg(500)->Arg(2000)->Arg(5000)->Unit(benchmark::kMicrosecond);
BENCHMARK(products)->ArgsProduct({{500, 2000, 5000}, {1, 2, 4, 16}})->Unit(benchmark::kMicrosecond);
BENCHMARK(tables)->Arg(500)->Unit(benchmark::kMillisecond);
BENCHMARK(tree)
    ->ArgNames({"hosts", "free", "entities"})
    ->Args({500, 100, 1000})
    ->Args({5000, 100, 1000})
    ->Args({5000, 700, 1000})
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace violin::placement

BENCHMARK_MAIN();
