// What following a changing substrate costs and saves: policies beside never moving, always moving
// and the clairvoyant plan, on measured changes.
//
//   adaptation_study rtt SLICE SLICE...       matrices of RTTs in ms, in order of time
//   adaptation_study pings PINGS MATRIX
//   adaptation_study cpu TRACES MATRIX
//   adaptation_study                          all three on the data in $VIOLIN_DATA
//
// The environment's SEED (1) draws another VIOLIN.
#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "bench/adaptation_cases.h"
#include "models/adaptation/clairvoyant.h"
#include "models/adaptation/plan_bound.h"

namespace violin {
namespace {

using adaptation::Assignment;
using adaptation::Epochs;
using adaptation::Outcome;
using adaptation::Plan;
using adaptation::PolicyOptions;
using adaptation::Prices;

constexpr std::size_t kPasses = 60;

// The objective is Mbit/s x ms, so carrying a frame of 1000 bytes for 100 ms costs 0.8.
Prices prices(double lost_frame) {
  return {.breach = 1e6,
          .lost_frame = lost_frame,
          .switch_over = std::chrono::seconds(1),
          .transfer = BitRate::mbps(100)};
}

std::string read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    throw std::runtime_error("cannot read " + path);
  }
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// The best placement that is found for the first epoch, to be deployed at no cost.
Assignment first_placement(const Epochs& epochs) {
  const Epochs first{epochs.front()};
  Assignment any;
  for (const auto& entity : epochs.front().snapshot.entities) {
    any.push_back(entity.allowed.empty() ? HostId{0} : entity.allowed.front());
  }
  const Prices free{};
  const Plan suggested = adaptation::bound_plans(first, any, free, kPasses).plan;
  return adaptation::improve(first, any, suggested, free).front();
}

class Table {
 public:
  Table(const AdaptationCase& made, const Epochs& epochs, const Assignment& start,
        double lost_frame)
      : epochs_(epochs), start_(start), prices_(prices(lost_frame)), period_(made.period) {
    never_ = judge(adaptation::never_move(epochs_, start_));
    const auto found = adaptation::bound_plans(epochs_, start_, prices_, kPasses);
    bound_ = found.bound;
    consider(found.plan);
    consider(adaptation::never_move(epochs_, start_));
    fmt::print("\n{}: {} hosts, {} observations every {}, a lost frame costs {}\n", made.name,
               made.substrate->size(), epochs.size(), to_string(made.period), lost_frame);
    fmt::print("{:<12}{:>12}{:>12}{:>12}{:>7}{:>10}{:>12}{:>12}{:>8}{:>9}\n", "", "operating",
               "moving", "total", "moves", "breached", "over plan", "over bound", "gain",
               "ms each");
  }

  void print() {
    print("never", never_);
    for (const Row& row : rows_) {
      print(row.name, row.outcome, fmt::format("{:.2f}", row.ms_per_decision));
    }
    print("plan", plan_);
    fmt::print("{:<12}{:>36.5g}\n", "bound", bound_);
  }

  void play(const std::string& name, adaptation::Policy& policy) {
    const auto begin = std::chrono::steady_clock::now();
    const Plan plan = adaptation::replay(epochs_, start_, policy);
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
    consider(plan);
    rows_.push_back({name, judge(plan), took.count() / static_cast<double>(epochs_.size())});
  }
  PolicyOptions options() const { return {.prices = prices_, .horizon = period_}; }
  double breach_price() const { return prices_.breach; }

 private:
  Outcome judge(const Plan& plan) const {
    return adaptation::judge(epochs_, start_, plan, prices_);
  }
  // As a start for the best plan.
  void consider(const Plan& plan) {
    const Outcome better = judge(adaptation::improve(epochs_, start_, plan, prices_));
    plan_ = plan_.total() == 0 || better.total() < plan_.total() ? better : plan_;
  }
  void print(const std::string& name, const Outcome& outcome,
             const std::string& ms_per_decision = "") const {
    const double total = outcome.total();
    const double possible = never_.total() - plan_.total();
    fmt::print(
        "{:<12}{:>12.5g}{:>12.5g}{:>12.5g}{:>7}{:>9.2f}h{:>11.3f}%{:>11.3f}%{:>7.1f}%{:>9}\n", name,
        outcome.operating, outcome.moving, total, outcome.moves,
        to_seconds(outcome.breached) / 3600, 100 * (total / plan_.total() - 1),
        100 * (total / bound_ - 1), possible > 0 ? 100 * (never_.total() - total) / possible : 0,
        ms_per_decision);
  }

  const Epochs& epochs_;
  const Assignment& start_;
  Prices prices_;
  Duration period_;
  Outcome never_;
  Outcome plan_;
  double bound_ = 0;
  struct Row {
    std::string name;
    Outcome outcome;
    double ms_per_decision;
  };
  std::vector<Row> rows_;
};

void play(Table& table, const std::string& name, const PolicyOptions& options) {
  adaptation::AdaptivePolicy policy(options);
  table.play(name, policy);
}

void study(AdaptationCase made) {
  const Epochs epochs =
      adaptation::observe(*made.problem, *made.substrate, made.trace, made.period, made.end);
  const Assignment start = first_placement(epochs);
  for (const double lost_frame : {1.0, 10.0, 100.0}) {
    Table table(made, epochs, start, lost_frame);
    adaptation::FollowPolicy follow(table.breach_price());
    table.play("follow", follow);
    PolicyOptions options = table.options();
    play(table, "policy", options);
    options.smoothing = 2 * made.period;
    play(table, "+ smoothing", options);
    options = table.options();
    options.count_debts = false;
    options.threshold = 1;
    play(table, "- debts", options);
    table.print();
  }
}

std::uint64_t seed() {
  const char* given = std::getenv("SEED");
  return given != nullptr ? std::stoull(given) : 1;
}

void run(const std::vector<std::string>& arguments) {
  const std::string& what = arguments.at(0);
  std::vector<std::string> texts;
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    texts.push_back(read(arguments[i]));
  }
  if (what == "rtt") {
    study(rtt_slices(texts, seed()));
  } else if (what == "pings") {
    study(ping_series(texts.at(0), texts.at(1), seed()));
  } else if (what == "cpu") {
    study(cpu_traces(texts.at(0), texts.at(1), seed()));
  } else {
    throw std::runtime_error("no such study: " + what);
  }
}

void run_all() {
  const char* given = std::getenv("VIOLIN_DATA");
  const std::string folder = given != nullptr ? given : "../shared/data";
  const std::string slice1 = folder + "/netlatency-planetlab/PlanetLabData_1";
  run({"rtt", slice1, folder + "/netlatency-planetlab/PlanetLabData_9"});
  run({"pings", folder + "/planetlab-pings-2019/pings.csv", slice1});
  run({"cpu", folder + "/planetlab-cpu-traces/20110303.txt", slice1});
}

}  // namespace
}  // namespace violin

int main(int count, char** arguments) {
  try {
    if (count > 1) {
      violin::run({arguments + 1, arguments + count});
    } else {
      violin::run_all();
    }
  } catch (const std::exception& error) {
    fmt::print(stderr, "adaptation_study: {}\n", error.what());
    return 1;
  }
}
