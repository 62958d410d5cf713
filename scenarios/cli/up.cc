// `violin up`, `violin down`: a scenario as a running network, and its end.
#include "datapath/agent/up.h"

#include <fmt/format.h>

#include <csignal>
#include <memory>
#include <optional>
#include <string>

#include "scenarios/build/checked_substrate.h"
#include "scenarios/cli/status_report.h"
#include "scenarios/cli/verbs.h"
#include "scenarios/load/load.h"
#include "scenarios/load/quantities.h"
#include "scenarios/place/solve.h"

namespace violin::cli {

namespace {

struct Options {
  std::string file;
  std::string name;
  std::string simulate_for;
  std::string underlay = "loopback";
  std::string hosts = "guests";
  bool router_guests = false;
  bool place = false;
  std::string root = "host";
  std::string kernel = "/usr/bin/linux.uml";
  std::string memory = "64MiB";
  std::string spin;
  std::optional<std::uint64_t> seed;
  std::string format = "table";
};

volatile std::sig_atomic_t interrupted = 0;

void on_interrupt(int /*signal*/) { interrupted = 1; }

void tell(const std::string& text) { fmt::print(stderr, "{}\n", text); }

Duration duration_option(const char* option, const std::string& text) {
  const auto value = text.empty() ? Duration{} : scenario::duration(text);
  if (!value) {
    throw CLI::ValidationError(option, "'" + text + "' is no duration, such as 60s or 150us");
  }
  return *value;
}

UpOptions read(const Options& options) {
  UpOptions up;
  up.live.seed = options.seed;
  up.live.simulate_for = duration_option("--simulate-for", options.simulate_for);
  up.live.spin = duration_option("--spin", options.spin);
  up.live.emulate_underlay = options.underlay == "emulated";
  up.models = options.hosts == "models";
  up.stations.router_guests = options.router_guests;
  up.stations.kernel = options.kernel;
  const auto memory = scenario::size(options.memory);
  if (!memory) {
    throw CLI::ValidationError("--memory", "'" + options.memory + "' is no size, such as 64MiB");
  }
  up.stations.memory = *memory;
  if (options.root == "busybox") {
    up.stations.root = uml::BusyboxRoot{};
  } else if (options.root != "host") {
    up.stations.root = uml::DiskRoot{std::filesystem::absolute(options.root)};
  }
  return up;
}

// Where the planner would have the entities.
scenario::LoadedScenario placed(const scenario::LoadedScenario& loaded) {
  placement::SolveOptions how;
  PlacedScenario best = solve(std::make_unique<Planning>(loaded), "auto", how);
  return with_plan(best.planning->scenario(), best.planning->problem(), best.placed.placement);
}

ExitCode up(const Options& options) {
  scenario::LoadedScenario scenario = scenario::load_scenario(options.file);
  if (options.place) {
    scenario = placed(scenario);
  }
  for (const scenario::Diagnostic& warning : checked_substrate(scenario).warnings) {
    tell(to_string(warning));
  }
  std::signal(SIGINT, on_interrupt);
  const RunDirectory directory(options.name.empty() ? scenario.message.name() : options.name);
  const auto status =
      bring_up(scenario, directory, read(options), tell, [] { return interrupted != 0; });
  if (!status) {
    tell("still coming up: `violin status " + directory.name() +
         "` shows how far it is, `violin "
         "down " +
         directory.name() + "` ends it");
    return kInterrupted;
  }
  fmt::print("{}", options.format == "json" ? status->dump(2) + "\n" : status_report(*status));
  return kDone;
}

struct DownOptions {
  std::string name;
  std::string format = "table";
};

ExitCode down(const DownOptions& options) {
  const Down down = take_down(RunDirectory(options.name), tell);
  for (const std::string& removed : down.remains) {
    tell("removed " + removed);
  }
  if (options.format == "json") {
    fmt::print("{}\n", down.last.dump(2));
  } else if (!down.last.is_null()) {
    fmt::print("{}: down\n{}", options.name, closing_report(down.last));
  } else {
    fmt::print("{}: down; its daemon had died, so nothing is known of its run\n", options.name);
  }
  return kDone;
}

}  // namespace

void add_up(CLI::App& app, ExitCode& exit_code) {
  auto options = std::make_shared<Options>();  // shared by the command's copies of the callback
  CLI::App* verb = app.add_subcommand(
      "up", "Run a scenario for real: vHosts as User-Mode Linux guests, UDP tunnels between hosts");
  verb->add_option("file", options->file, "The scenario")->required();
  verb->add_option("--name", options->name, "Of the running network; the scenario's, if not given");
  verb->add_option("--simulate-for", options->simulate_for,
                   "First so long in virtual time, then on in real time with the same switches and "
                   "routers");
  verb->add_option(
          "--underlay", options->underlay,
          "loopback: bare tunnels; emulated: with the substrate's delays, rates and losses")
      ->check(CLI::IsMember({"loopback", "emulated"}));
  verb->add_option("--hosts", options->hosts,
                   "guests: User-Mode Linux; models: simulated stacks with the scenario's traffic")
      ->check(CLI::IsMember({"guests", "models"}));
  verb->add_flag("--router-guests", options->router_guests,
                 "vRouters are guests that forward, not VIOLIN's own");
  verb->add_flag("--place", options->place, "Let the planner choose hosts first");
  verb->add_option("--root", options->root,
                   "What guests boot from: host (this machine's files), busybox, or an image file");
  verb->add_option("--kernel", options->kernel, "User-Mode Linux kernel");
  verb->add_option("--memory", options->memory, "Of each guest");
  verb->add_option("--spin", options->spin,
                   "Poll so long before each departure instead of sleeping, such as 150us");
  verb->add_option("--seed", options->seed, "Seed of all randomness, in place of the scenario's");
  verb->add_option("--format", options->format, "What to print: table or json")
      ->check(CLI::IsMember({"table", "json"}));
  verb->callback([options, &exit_code] { exit_code = up(*options); });
}

void add_down(CLI::App& app, ExitCode& exit_code) {
  auto options = std::make_shared<DownOptions>();
  CLI::App* verb = app.add_subcommand(
      "down", "End a running network and remove all that it made, also after a crash");
  verb->add_option("--name,name", options->name, "The running network")->required();
  verb->add_option("--format", options->format, "What to print: table or json")
      ->check(CLI::IsMember({"table", "json"}));
  verb->callback([options, &exit_code] { exit_code = down(*options); });
}

}  // namespace violin::cli
