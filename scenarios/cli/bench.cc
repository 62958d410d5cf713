// `violin bench placement`: solves one published hub location instance, to compare with its table.
#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "models/placement/hub/hub_file.h"
#include "models/placement/hub/multiple_allocation.h"
#include "models/placement/hub/p_center.h"
#include "models/placement/hub/p_median.h"
#include "models/placement/hub/pmed_file.h"
#include "models/placement/hub/single_allocation.h"
#include "scenarios/build/builder.h"
#include "scenarios/build/data_file.h"
#include "scenarios/cli/verbs.h"

namespace violin::cli {

namespace {

using Json = nlohmann::ordered_json;

struct Options {
  std::string hub_ap;
  std::string pmed;
  std::string capacity;
  std::string fixed_cost;
  std::optional<std::size_t> p;
  bool multiple = false;
  bool center = false;
  double time_limit = 60;
  std::uint64_t seed = 1;
};

// Since the instance was loaded, and since when the best solution is known.
class Stopwatch {
 public:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }
  double found_seconds() const { return found_; }
  HubOptions options(double limit, std::uint64_t seed) {
    return {seed, [this, limit] { return seconds() < limit; },
            [this](double) { found_ = seconds(); }};
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  double found_ = 0;
};

// In the file's numbering of nodes.
Json numbered(const std::vector<std::size_t>& nodes, std::size_t base) {
  Json list = Json::array();
  for (const std::size_t node : nodes) {
    list.push_back(node + base);
  }
  return list;
}

std::size_t checked(std::size_t p, std::size_t nodes, const std::string& file) {
  if (p > nodes) {
    throw InfeasibleError(
        fmt::format("'{}' has {} nodes: {} of them cannot be chosen", file, nodes, p));
  }
  return p;
}

HubProblem load_hub_ap(const Options& options) {
  HubProblem problem = load_hub_problem(DataFile(options.hub_ap).source());
  const std::size_t nodes = problem.points();
  if (!options.capacity.empty()) {
    problem.capacities = load_capacities(DataFile(options.capacity).source(), nodes);
  }
  if (!options.fixed_cost.empty()) {
    problem.fixed_costs = load_fixed_costs(DataFile(options.fixed_cost).source(), nodes);
    problem.hubs.reset();
  }
  if (options.p) {
    problem.hubs = checked(*options.p, nodes, options.hub_ap);
  }
  return problem;
}

// Hubs are counted as in the published solutions: from 0 in those with fixed costs, else from 1.
Json solve_hub_ap(const Options& options) {
  const HubProblem problem = load_hub_ap(options);
  Stopwatch watch;
  const HubOptions how = watch.options(options.time_limit, options.seed);
  const HubSolution solution = options.multiple ? solve_multiple_allocation(problem, how)
                                                : solve_single_allocation(problem, how);
  const double seconds = watch.seconds();
  if (!solution.found() && std::isinf(solution.bound)) {
    throw InfeasibleError("no choice of hubs has the capacity for all flows");
  }
  if (!solution.found()) {
    throw std::runtime_error(
        fmt::format("nothing found in {} s: give it more with --time-limit", options.time_limit));
  }
  const std::size_t base = options.fixed_cost.empty() ? 1 : 0;
  Json json{{"problem", options.multiple              ? "UMApHMP"
                        : !options.fixed_cost.empty() ? "CSAHLP"
                                                      : "USApHMP"},
            {"nodes", problem.points()},
            {"cost", solution.cost / kPublishedCost},
            {"bound", solution.bound / kPublishedCost},
            {"gap", solution.gap()},
            {"proven", solution.proven()},
            {"index_base", base},
            {"hubs", numbered(solution.hubs, base)}};
  if (!options.multiple) {
    json["allocation"] = numbered(solution.allocation, base);
  }
  json["seconds"] = seconds;
  json["found_s"] = watch.found_seconds();
  return json;
}

Json solve_pmed(const Options& options) {
  MedianProblem problem = load_pmed(DataFile(options.pmed).source());
  problem.medians =
      checked(options.p.value_or(problem.medians), problem.candidates(), options.pmed);
  Stopwatch watch;
  const HubOptions how = watch.options(options.time_limit, options.seed);
  const MedianSolution solution =
      options.center ? solve_p_center(problem, how) : solve_p_median(problem, how);
  const double seconds = watch.seconds();
  const auto gap = static_cast<double>(solution.cost - solution.bound);
  return {{"problem", options.center ? "p-center" : "p-median"},
          {"nodes", problem.points()},
          {"cost", solution.cost},
          {"bound", solution.bound},
          {"gap", solution.cost > 0 ? gap / static_cast<double>(solution.cost) : 0},
          {"proven", solution.proven()},
          {"index_base", 1},
          {"hubs", numbered(solution.medians, 1)},
          {"seconds", seconds},
          {"found_s", watch.found_seconds()}};
}

void add_placement(CLI::App& bench, ExitCode& exit_code) {
  auto options = std::make_shared<Options>();  // shared by the command's copies of the callback
  CLI::App* verb = bench.add_subcommand("placement", "Solve a published hub location instance");
  verb->footer(
      "Prints one JSON object. Costs are in the units of the published tables. Hubs are nodes,\n"
      "counted from index_base: 0 with --fixed-cost, as in the published solutions, else 1.");
  CLI::Option_group* instance = verb->add_option_group("instance", "One of:");
  CLI::Option* hub_ap =
      instance->add_option("--hub-ap", options->hub_ap, "p-hub median: Australia Post or CAB file");
  CLI::Option* pmed = instance->add_option("--pmed", options->pmed, "p-median: OR-Library file");
  instance->require_option(1);
  verb->add_option("--p", options->p, "How many hubs; without it what the file says")
      ->check(CLI::PositiveNumber);
  CLI::Option* multiple =
      verb->add_flag("--multiple", options->multiple, "Each flow chooses its own hubs")
          ->needs(hub_ap);
  verb->add_option("--capacity", options->capacity, "Capacities of the nodes as hubs")
      ->needs(hub_ap)
      ->excludes(multiple);
  verb->add_option("--fixed-cost", options->fixed_cost,
                   "Costs of hubs; then their number is open unless --p tells it")
      ->needs(hub_ap);
  verb->add_flag("--center", options->center, "p-center: the longest distance, not the sum")
      ->needs(pmed);
  verb->add_option("--time-limit", options->time_limit, "Seconds after which the best is printed")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  verb->add_option("--seed", options->seed, "Of the heuristics")->capture_default_str();
  verb->callback([options, &exit_code] {
    const Json json = options->pmed.empty() ? solve_hub_ap(*options) : solve_pmed(*options);
    fmt::print("{}\n", json.dump(2));
    exit_code = kDone;
  });
}

}  // namespace

void add_bench(CLI::App& app, ExitCode& exit_code) {
  CLI::App* verb = app.add_subcommand("bench", "Measure the planner and the live network");
  verb->require_subcommand(1);
  add_placement(*verb, exit_code);
  add_fidelity(*verb, exit_code);
}

}  // namespace violin::cli
