#include <fmt/format.h>

#include <csignal>
#include <memory>
#include <optional>
#include <string>

#include "analysis/report/json.h"
#include "analysis/report/run_folder.h"
#include "analysis/report/tables.h"
#include "scenarios/cli/progress_line.h"
#include "scenarios/cli/verbs.h"
#include "scenarios/load/load.h"
#include "scenarios/run/run.h"

namespace violin::cli {

namespace {

struct Options {
  std::string file;
  std::optional<std::uint64_t> seed;
  std::string out;
  std::string format = "table";
  std::size_t rows = 30;
  bool quiet = false;
};

volatile std::sig_atomic_t interrupted = 0;

void on_interrupt(int /*signal*/) { interrupted = 1; }

void show(ProgressLine& line, const RunProgress& progress) {
  const auto taken = line.due();
  if (!taken) {
    return;
  }
  const double share = to_seconds(progress.done) / to_seconds(progress.total);
  line.show(fmt::format("{:5.1f} %  {} of {}  {:.1f} M events/s  {:.0f} s left", share * 100,
                        to_string(progress.done), to_string(progress.total),
                        static_cast<double>(progress.events) * 1e-6 / *taken,
                        share > 0 ? *taken / share - *taken : 0.0));
}

RunResult run_with_progress(const scenario::LoadedScenario& scenario, const Options& options,
                            const std::optional<std::filesystem::path>& folder) {
  std::signal(SIGINT, on_interrupt);
  std::signal(SIGTERM, on_interrupt);
  ProgressLine line(!options.quiet);
  RunOptions how;
  how.seed = options.seed;
  how.folder = folder;
  how.progress = [&line](const RunProgress& progress) {
    show(line, progress);
    return interrupted == 0;
  };
  return run(scenario, how);
}

ExitCode simulate(const Options& options) {
  const scenario::LoadedScenario scenario = scenario::load_scenario(options.file);
  std::optional<RunFolder> folder;
  if (!options.out.empty()) {
    folder.emplace(options.out);
  }
  const RunResult result = run_with_progress(
      scenario, options, folder ? std::optional(folder->partial()) : std::nullopt);
  if (folder) {
    folder->complete(result);
  }
  if (options.format == "json") {
    fmt::print("{}", to_json(result));
  } else {
    fmt::print("{}", to_tables(result, options.rows));
    if (folder) {
      fmt::print(
          "Written to {}: run.db, summary.json{}\n", options.out,
          result.captures.empty() ? "" : fmt::format(", {}", fmt::join(result.captures, ", ")));
    }
  }
  if (!result.ledger.balanced) {
    return kBroken;
  }
  return result.interrupted ? kInterrupted : kDone;
}

}  // namespace

void add_simulate(CLI::App& app, ExitCode& exit_code) {
  auto options = std::make_shared<Options>();  // shared by the command's copies of the callback
  CLI::App* verb = app.add_subcommand("simulate", "Run a scenario in virtual time");
  verb->add_option("file", options->file, "The scenario: YAML, JSON or Protobuf text format")
      ->required();
  verb->add_option("--seed", options->seed, "Seed of all randomness, in place of the scenario's");
  verb->add_option("--out", options->out, "Folder for run.db (SQLite), summary.json and captures");
  verb->add_option("--format", options->format, "What to print: table or json")
      ->check(CLI::IsMember({"table", "json"}));
  verb->add_option("--rows", options->rows, "Most rows of each table");
  verb->add_flag("--quiet", options->quiet, "No progress line");
  verb->callback([options, &exit_code] { exit_code = simulate(*options); });
}

}  // namespace violin::cli
