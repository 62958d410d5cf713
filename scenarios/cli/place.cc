#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "analysis/report/placement_report.h"
#include "analysis/sweep/ranking.h"
#include "analysis/sweep/replicate.h"
#include "models/placement/constraints.h"
#include "models/placement/relays.h"
#include "models/placement/search/baselines.h"
#include "scenarios/cli/verbs.h"
#include "scenarios/place/plan_file.h"
#include "scenarios/place/propose_topology.h"
#include "scenarios/place/solve.h"
#include "scenarios/place/verification.h"

namespace violin::cli {

namespace {

namespace fs = std::filesystem;
using WallClock = std::chrono::steady_clock;

constexpr const char* kGiven = "given";  // the placement that the scenario has
constexpr std::size_t kTopologyStarts = 20;
constexpr double kWorthwhile = 0.05;  // of a link's cost, that a relay saves

const std::map<std::string, sweep::RankBy> kRanks{{"goodput", sweep::RankBy::kGoodput},
                                                  {"p99", sweep::RankBy::kP99},
                                                  {"loss", sweep::RankBy::kLoss}};

struct Options {
  std::string file;
  std::string solver = "auto";
  std::vector<std::string> objective;
  double time_limit = 30;
  std::vector<std::string> against;
  std::optional<std::uint64_t> seed;
  std::string output;
  std::uint32_t simulate = 0;
  std::string rank_by = "goodput";
  bool relay = false;
  bool verify = false;
  std::string format = "table";
  std::size_t rows = 30;
};

volatile std::sig_atomic_t interrupted = 0;

void on_interrupt(int /*signal*/) { interrupted = 1; }

KeepGoing until(WallClock::time_point end) {
  return [end] { return interrupted == 0 && WallClock::now() < end; };
}

// "network=1,stretch=20", or one term alone.
void set_objective(scenario::Objective& objective, const std::vector<std::string>& written) {
  objective.Clear();
  const auto& reflection = *scenario::Objective::GetReflection();
  for (const std::string& part : written) {
    const std::size_t equals = part.find('=');
    const std::string name = part.substr(0, equals);
    const auto* field = scenario::Objective::GetDescriptor()->FindFieldByName(name);
    double weight = 1;
    std::size_t used = 0;
    try {
      weight = equals == std::string::npos ? 1 : std::stod(part.substr(equals + 1), &used);
    } catch (const std::exception&) {
      weight = -1;
    }
    if (field == nullptr || !(weight >= 0) ||
        (equals != std::string::npos && used != part.size() - equals - 1)) {
      throw CLI::ValidationError(
          "--objective", fmt::format("'{}' is not term=weight; terms are network, delay, stretch, "
                                     "loss, worst_delay, worst_stretch, busiest_host, busiest_link",
                                     part));
    }
    reflection.SetDouble(&objective, field, weight);
  }
}

std::vector<Baseline> compared(const Options& options, const Planning& planning,
                               const std::optional<placement::Assignment>& given,
                               std::uint64_t seed) {
  std::vector<Baseline> baselines;
  const placement::Problem& problem = planning.problem();
  const auto add = [&](const std::string& name,
                       const std::optional<placement::Assignment>& placement) {
    baselines.push_back(
        {name, placement ? std::optional(evaluate(problem, *placement)) : std::nullopt});
  };
  if (given) {
    add(kGiven, given);
  }
  for (const std::string& name : options.against) {
    add(name, placement::baseline(name, problem, seed));
  }
  return baselines;
}

// Where a relay would pay, best first.
std::vector<std::string> relays_of(const placement::Problem& problem,
                                   const placement::Assignment& placement) {
  auto relays = worthwhile_relays(problem, placement, kWorthwhile);
  std::ranges::sort(relays, std::ranges::greater{}, &placement::Relay::saved);
  std::vector<std::string> told;
  for (const placement::Relay& relay : relays) {
    told.push_back(fmt::format("{} over {} saves {:.4g}", problem.links[relay.link].name,
                               problem.substrate.host(relay.over).name, relay.saved));
  }
  return told;
}

// The placement and those that it is compared with, by what the scenario's applications get.
std::vector<SimulatedPlacement> simulated(const Options& options, const Planning& planning,
                                          const Placed& placed,
                                          const std::optional<placement::Assignment>& given,
                                          std::uint64_t seed) {
  std::vector<std::string> names;
  std::vector<sweep::Outcome> outcomes;
  const auto add = [&](const std::string& name,
                       const std::optional<placement::Assignment>& placement) {
    if (!placement || !evaluate(planning.problem(), *placement).feasible()) {
      return;
    }
    auto scenario = with_plan(planning.scenario(), planning.problem(), *placement);
    scenario.message.set_seed(seed);
    sweep::Outcome& outcome = outcomes.emplace_back();
    outcome.alternative = names.size();
    outcome.costs.emplace();
    outcome.replications =
        sweep::replicate(scenario, options.simulate, [] { return interrupted == 0; });
    names.push_back(name);
  };
  add("this placement", placed.placement);
  add(kGiven, given);
  for (const std::string& name : options.against) {
    add(name, placement::baseline(name, planning.problem(), seed));
  }
  const sweep::Ranking ranking = rank(outcomes, kRanks.at(options.rank_by));
  std::vector<SimulatedPlacement> placements;
  for (const std::size_t i : ranking.order) {
    const auto estimate = [&](sweep::RankBy by) -> std::optional<Estimate> {
      const auto interval = interval_of(outcomes[i], by);
      return interval ? std::optional(Estimate{interval->mean, interval->half_width})
                      : std::nullopt;
    };
    placements.push_back({names[i], estimate(sweep::RankBy::kGoodput),
                          estimate(sweep::RankBy::kP99), estimate(sweep::RankBy::kLoss),
                          ranking.tied[i]});
  }
  return placements;
}

void write_plan(const std::string& file, const scenario::LoadedScenario& scenario) {
  const std::string text = plan_text(scenario, fs::absolute(file).parent_path());
  std::ofstream out(file, std::ios::binary);
  if (!(out << text << std::flush)) {
    throw std::runtime_error("cannot write '" + file + "': " + std::strerror(errno));
  }
}

// Every vLAN spread, relay and topology that was asked for, with where all of it goes.
PlacedScenario find_placement(scenario::LoadedScenario scenario, const Options& options,
                              placement::SolveOptions& how,
                              std::optional<placement::Assignment>& given,
                              std::vector<std::string>& warnings) {
  std::optional<double> topology_bound;
  if (scenario.message.planning().has_topology()) {
    ProposedTopology proposed = propose_topology(
        scenario, {.seed = how.seed, .starts = kTopologyStarts, .keep_going = how.keep_going});
    scenario = std::move(proposed.scenario);
    topology_bound = proposed.bound;
  }
  auto planning = std::make_unique<Planning>(std::move(scenario));
  warnings = planning->warnings();
  given = planning->given();
  how.start = given;
  PlacedScenario found = solve(std::move(planning), options.solver, how);
  if (options.relay) {
    found = relay(std::move(found), kWorthwhile, options.solver, how);
  }
  if (topology_bound) {
    found.placed.given = fmt::format(
        "the topology that is proposed here; the network term of none within the budget is less "
        "than {:.4g}",
        *topology_bound);
  }
  if (given && given->size() != found.planning->problem().entities.size()) {
    given.reset();  // of another network, without relays or further vSwitches
  }
  return found;
}

void print(const Options& options, const PlacementReport& report) {
  fmt::print("{}", options.format == "json" ? to_json(report) : to_tables(report, options.rows));
  if (!options.output.empty() && options.format == "table") {
    fmt::print("Written to {0}: run it with violin simulate {0}\n", options.output);
  }
}

ExitCode verdict(const PlacementReport& report) {
  if (!report.placed.evaluation.feasible()) {
    fmt::print(stderr,
               "no placement that keeps the constraints was found in time, nor a proof that "
               "there is none; raise --time-limit\n");
    return kFailed;
  }
  if (report.verification && !report.verification->agrees()) {
    return kBroken;
  }
  return interrupted != 0 ? kInterrupted : kDone;
}

ExitCode place(const Options& options) {
  scenario::LoadedScenario scenario = scenario::load_scenario(options.file);
  if (!options.objective.empty()) {
    set_objective(*scenario.message.mutable_planning()->mutable_objective(), options.objective);
  }
  const std::string name = scenario.message.name();
  std::signal(SIGINT, on_interrupt);
  std::signal(SIGTERM, on_interrupt);
  const auto begun = WallClock::now();
  placement::SolveOptions how;
  how.seed = options.seed.value_or(scenario.message.has_seed() ? scenario.message.seed() : 1);
  how.keep_going = until(begun + std::chrono::duration_cast<WallClock::duration>(
                                     std::chrono::duration<double>(options.time_limit)));
  std::optional<placement::Assignment> given;
  std::vector<std::string> warnings;
  const auto [placed, planned] = find_placement(std::move(scenario), options, how, given, warnings);
  const double seconds = std::chrono::duration<double>(WallClock::now() - begun).count();

  const placement::Problem& problem = planned->problem();
  PlacementReport report{
      name,
      problem,
      placed,
      seconds,
      compared(options, *planned, given, how.seed),
      binding_constraints(problem, placed.placement),
      options.relay ? std::vector<std::string>{} : relays_of(problem, placed.placement),
      {},
      std::nullopt,
      warnings};
  if (options.simulate > 0) {
    report.simulated = simulated(options, *planned, placed, given, how.seed);
  }
  if (options.verify) {
    report.verification = verify(planned->scenario(), *planned, placed.placement, how.seed);
  }
  if (!options.output.empty()) {
    write_plan(options.output, with_plan(planned->scenario(), problem, placed.placement));
  }
  print(options, report);
  return verdict(report);
}

}  // namespace

void add_place(CLI::App& app, ExitCode& exit_code) {
  auto options = std::make_shared<Options>();  // shared by the command's copies of the callback
  for (const std::string_view name : placement::kBaselines) {
    options->against.emplace_back(name);
  }
  CLI::App* verb = app.add_subcommand("place", "Find where entities should run, with proof");
  verb->add_option("file", options->file, "The scenario: YAML, JSON or Protobuf text format")
      ->required();
  verb->add_option("-o,--output", options->output, "The plan to write: a scenario for simulate");
  verb->add_option("--solver", options->solver, "How: auto, or one solver")
      ->check(CLI::IsMember(solver_names()))
      ->capture_default_str();
  verb->add_option("--objective", options->objective,
                   "Weights of the cost's terms in place of the scenario's: network=1,stretch=20")
      ->delimiter(',');
  verb->add_option("--time-limit", options->time_limit, "Most seconds to search")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  verb->add_option("--against", options->against, "Placements to compare with")
      ->delimiter(',')
      ->check(CLI::IsMember(
          std::vector<std::string>(placement::kBaselines.begin(), placement::kBaselines.end())))
      ->capture_default_str();
  verb->add_option("--seed", options->seed, "Of all randomness, in place of the scenario's");
  verb->add_option("--simulate", options->simulate,
                   "Simulations of this and the other placements, to rank them by what the "
                   "scenario's own applications get");
  verb->add_option("--rank-by", options->rank_by, "What is best in simulation")
      ->check(CLI::IsMember({"goodput", "p99", "loss"}))
      ->capture_default_str();
  verb->add_flag("--relay", options->relay,
                 "Lead virtual links over a third host where that is shorter, as RON does");
  verb->add_flag("--verify", options->verify,
                 "Simulate the plan and hold it against what is predicted");
  verb->add_option("--format", options->format, "What to print: table or json")
      ->check(CLI::IsMember({"table", "json"}));
  verb->add_option("--rows", options->rows, "Most rows of each table");
  verb->callback([options, &exit_code] { exit_code = place(*options); });
}

}  // namespace violin::cli
