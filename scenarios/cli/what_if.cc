#include <fmt/format.h>

#include <csignal>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "analysis/sweep/deliver.h"
#include "analysis/sweep/ranks.h"
#include "analysis/sweep/runner.h"
#include "analysis/sweep/shard.h"
#include "analysis/sweep/study_folder.h"
#include "analysis/sweep/summary.h"
#include "scenarios/cli/progress_line.h"
#include "scenarios/cli/verbs.h"
#include "scenarios/load/load.h"

namespace violin::cli {

namespace {

using placement::Term;

const std::map<std::string, sweep::Plan> kPlans{{"grid", sweep::Plan::kGrid},
                                                {"random", sweep::Plan::kRandom},
                                                {"one-at-a-time", sweep::Plan::kOneAtATime}};
const std::map<std::string, sweep::RankBy> kRanks{{"cost", sweep::RankBy::kCost},
                                                  {"goodput", sweep::RankBy::kGoodput},
                                                  {"p99", sweep::RankBy::kP99},
                                                  {"loss", sweep::RankBy::kLoss}};

struct Options {
  std::string file;
  std::vector<std::string> vary;
  std::string design = "grid";
  std::uint64_t samples = 1000;
  std::string fail = "none";
  bool replace = false;
  std::uint32_t simulate = 0;
  std::optional<std::uint64_t> seed;
  std::string rank_by = "cost";
  std::vector<std::string> pareto{"network", "worst_stretch"};
  std::string out;
  bool resume = false;
  unsigned threads = 0;
  std::string format = "table";
  std::size_t rows = 30;
  bool quiet = false;
};

volatile std::sig_atomic_t interrupted = 0;

void on_interrupt(int /*signal*/) { interrupted = 1; }

Term term_of(const std::string& name) {
  if (const auto term = placement::parse_term(name)) {
    return *term;
  }
  throw CLI::ValidationError("--pareto", fmt::format("there is no term '{}'", name));
}

sweep::Study make_study(const Options& options) {
  scenario::LoadedScenario scenario = scenario::load_scenario(options.file);
  if (options.seed) {
    scenario.message.set_seed(*options.seed);
  }
  std::vector<sweep::Variation> variations;
  for (const std::string& text : options.vary) {
    variations.push_back(sweep::parse_variation(text));
  }
  sweep::Questions questions;
  questions.replace = options.replace;
  questions.fail_each_host = options.fail == "each-host";
  questions.replications = options.simulate;
  questions.placer = {
      [](const auto& problem, const auto& how) { return solve(problem, "auto", how); },
      [](auto& planning, const auto& how) {
        PlacedScenario found = solve(std::move(planning), "auto", how);
        planning = std::move(found.planning);
        return found.placed;
      }};
  return {scenario,
          std::move(variations),
          {kPlans.at(options.design), options.samples},
          std::move(questions)};
}

// Of one rank.
class Work {
 public:
  Work(const Options& options, const sweep::Study& study) : options_(options), study_(study) {
    if (!options.out.empty()) {
      folder_.emplace(options.out);
    }
  }

  ExitCode run() {
    ranks_ = sweep::join_ranks([this] {
      if (folder_) {
        folder_->begin(study_.identity(), options_.resume);
      }
    });
    if (ranks_.size > 1 && !folder_) {
      throw CLI::ValidationError("--out", "several ranks need a folder that they share");
    }
    if (!evaluate()) {
      tell_unfinished("interrupted");
      return kInterrupted;
    }
    if (folder_) {
      outcomes_ = sweep::read_shards(folder_->rows());
    }
    if (outcomes_.size() < study_.design().size()) {
      tell_unfinished(fmt::format("rank {} is done, others are not (or were lost)", ranks_.rank));
      return kDone;
    }
    return !folder_ || folder_->claim_completion() ? report() : kDone;
  }

 private:
  bool evaluate() {
    std::optional<sweep::Shard> shard;
    if (folder_) {
      outcomes_ = sweep::read_shards(folder_->rows());
      shard.emplace(folder_->shard(ranks_.rank));
    }
    const auto share = share_of(study_.design().size(), ranks_, [this](std::uint64_t alternative) {
      return outcomes_.contains(alternative);
    });
    ProgressLine line(!options_.quiet && ranks_.rank == 0);
    std::size_t done = 0;
    sweep::RunnerOptions how;
    how.threads = threads();
    how.keep_going = [] { return interrupted == 0; };
    how.finished = [&](sweep::Outcome outcome) {
      if (shard) {
        shard->append(outcome);
      }
      const std::uint64_t alternative = outcome.alternative;
      outcomes_.emplace(alternative, std::move(outcome));
      show(line, ++done, share.size());
    };
    return run_alternatives(study_, share, how);
  }

  // mpirun gives each rank a core unless told otherwise.
  unsigned threads() const {
    return options_.threads > 0 ? options_.threads
           : ranks_.size > 1    ? 1
                                : std::thread::hardware_concurrency();
  }

  static void show(ProgressLine& line, std::size_t done, std::size_t all) {
    if (const auto taken = line.due()) {
      const auto share = static_cast<double>(done) / static_cast<double>(all);
      line.show(
          fmt::format("{} of {} alternatives  {:.0f} s left", done, all, *taken / share - *taken));
    }
  }

  void tell_unfinished(const std::string& why) const {
    fmt::print(
        stderr, "{}: {} of {} alternatives{}\n", why, outcomes_.size(), study_.design().size(),
        folder_
            ? fmt::format("; go on with --resume, rows are kept in {}", folder_->partial().string())
            : "");
  }

  ExitCode report() {
    std::vector<sweep::Outcome> outcomes;
    for (auto& [alternative, outcome] : outcomes_) {
      outcomes.push_back(std::move(outcome));
    }
    const sweep::Findings findings(study_, outcomes, kRanks.at(options_.rank_by));
    if (folder_) {
      deliver(findings);
    }
    fmt::print("{}",
               options_.format == "json" ? to_json(findings) : to_table(findings, options_.rows));
    if (folder_ && options_.format == "table") {
      fmt::print("Written to {}: rows.csv, run.db, best.yaml, plots\n", options_.out);
    }
    const bool possible = findings.best() != nullptr && findings.best()->feasible();
    return possible ? kDone : kInfeasible;
  }

  void deliver(const sweep::Findings& findings) const {
    const auto missing = sweep::deliver(
        findings, {term_of(options_.pareto[0]), term_of(options_.pareto[1])}, folder_->partial());
    if (!missing.empty()) {
      fmt::print(stderr,
                 "not drawn: {}; is gnuplot installed (Debian: gnuplot-nox)? The scripts are in "
                 "{}/plots\n",
                 fmt::join(missing, ", "), options_.out);
    }
    folder_->complete();
  }

  const Options& options_;
  const sweep::Study& study_;
  std::optional<sweep::StudyFolder> folder_;
  sweep::Ranks ranks_;
  std::map<std::uint64_t, sweep::Outcome> outcomes_;
};

void check(const Options& options) {
  if (options.rank_by != "cost" && options.simulate == 0) {
    throw CLI::ValidationError("--rank-by", options.rank_by + " needs --simulate");
  }
  if (options.resume && options.out.empty()) {
    throw CLI::ValidationError("--resume", "needs --out");
  }
  term_of(options.pareto[0]);
  term_of(options.pareto[1]);
}

ExitCode what_if(const Options& options) {
  check(options);
  std::signal(SIGINT, on_interrupt);
  std::signal(SIGTERM, on_interrupt);
  try {
    const sweep::Study study = make_study(options);
    for (const std::string& warning : study.warnings()) {
      fmt::print(stderr, "warning: {}\n", warning);
    }
    return Work(options, study).run();
  } catch (const sweep::VariationError& error) {
    throw CLI::ValidationError("--vary", error.what());
  } catch (const std::invalid_argument& error) {
    throw CLI::ValidationError("what-if", error.what());
  }
}

void add_options(CLI::App& verb, Options& options) {
  verb.add_option("file", options.file, "The scenario: YAML, JSON or Protobuf text format")
      ->required();
  verb.add_option("--vary", options.vary,
                  "KEY=VALUES: entity.NAME.host, lan.VSWITCH.switches, substrate.scale, "
                  "substrate.file, demand.scale, weight.TERM or seed, to a list with commas, "
                  "ranges a..b or a..b:step, host patterns");
  verb.add_option("--design", options.design, "Which combinations: grid, random, one-at-a-time")
      ->check(CLI::IsMember({"grid", "random", "one-at-a-time"}));
  verb.add_option("--samples", options.samples, "How many with --design random")
      ->check(CLI::PositiveNumber);
  verb.add_option("--fail", options.fail, "What fails in each alternative: none, each-host")
      ->check(CLI::IsMember({"none", "each-host"}));
  verb.add_flag("--replace", options.replace,
                "Place what may move and is not varied anew in each alternative");
  verb.add_option("--simulate", options.simulate, "Simulations of each alternative");
  verb.add_option("--seed", options.seed, "Seed of all randomness, in place of the scenario's");
  verb.add_option("--rank-by", options.rank_by, "What is best: cost, goodput, p99 or loss")
      ->check(CLI::IsMember({"cost", "goodput", "p99", "loss"}));
  verb.add_option("--pareto", options.pareto, "The two terms of the Pareto front")
      ->expected(2)
      ->delimiter(',');
  verb.add_option("--out", options.out, "Folder for rows.csv, run.db, best.yaml and plots");
  verb.add_flag("--resume", options.resume, "Go on with the unfinished study in that folder");
  verb.add_option("--threads", options.threads,
                  "Of each rank; all cores, or under mpirun one, if 0");
  verb.add_option("--format", options.format, "What to print: table or json")
      ->check(CLI::IsMember({"table", "json"}));
  verb.add_option("--rows", options.rows, "Most rows of the table");
  verb.add_flag("--quiet", options.quiet, "No progress line");
}

}  // namespace

void add_what_if(CLI::App& app, ExitCode& exit_code) {
  auto options = std::make_shared<Options>();  // shared by the command's copies of the callback
  CLI::App* verb = app.add_subcommand("what-if", "Compare alternatives of a scenario");
  add_options(*verb, *options);
  verb->callback([options, &exit_code] { exit_code = what_if(*options); });
}

}  // namespace violin::cli
