#include "analysis/sweep/curves.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <map>

#include "analysis/sweep/pareto.h"

namespace violin::sweep {

using placement::Term;

namespace {

constexpr std::size_t kMostDots = 5000;   // of dominated alternatives
constexpr std::size_t kMostNumbers = 12;  // of alternatives, written beside their points

const char* told(Term term) {
  constexpr std::array kTold{"network: load x delay (Mbit/s x ms)",
                             "delay: mean of receivers (ms)",
                             "stretch: mean of receivers",
                             "loss: mean of receivers, -ln(1 - p)",
                             "worst delay (ms)",
                             "worst stretch",
                             "busiest host: share of its capacity",
                             "busiest link: share of its capacity"};
  return kTold[static_cast<std::size_t>(term)];
}

struct Measure {
  const char* name;
  const char* told;
  double unit;  // of what is drawn
};

Measure measure_of(RankBy by) {
  switch (by) {
    case RankBy::kGoodput:
      return {"goodput", "goodput of all flows (Mbit/s)", 1e6};
    case RankBy::kP99:
      return {"p99", "99th percentile of delay, worst flow (ms)", 1e-3};
    case RankBy::kLoss:
      return {"loss", "share of what was sent that is lost (%)", 1e-2};
    case RankBy::kCost:
      break;
  }
  return {"cost", "cost", 1};
}

const char* told(Subject subject) {
  switch (subject) {
    case Subject::kSwitches:
      return "vSwitches of the vLAN";
    case Subject::kScale:
      return "factor of all substrate delays";
    case Subject::kDemand:
      return "factor of all demand";
    case Subject::kWeight:
      return "weight";
    case Subject::kSeed:
      return "seed";
    case Subject::kHost:
    case Subject::kFile:
      break;
  }
  return "";
}

// At one value of the axis.
struct Spread {
  const Outcome* best = nullptr;
  double best_badness = 0;
  double least = std::numeric_limits<double>::infinity();
  double most = -std::numeric_limits<double>::infinity();
};

std::map<double, Spread> spreads(const Study& study, const std::vector<Outcome>& outcomes,
                                 std::size_t axis, RankBy by) {
  std::map<double, Spread> spreads;
  for (const Outcome& outcome : outcomes) {
    const std::string x = study.values(study.design().at(outcome.alternative))[axis];
    const auto interval = interval_of(outcome, by);
    if (!outcome.feasible() || !interval || x.empty()) {
      continue;
    }
    Spread& spread = spreads[number_of(x)];
    const double badness = by == RankBy::kGoodput ? -interval->mean : interval->mean;
    if (spread.best == nullptr || badness < spread.best_badness) {
      spread.best = &outcome;
      spread.best_badness = badness;
    }
    spread.least = std::min(spread.least, interval->mean);
    spread.most = std::max(spread.most, interval->mean);
  }
  return spreads;
}

std::string file_name(std::string key) {
  std::ranges::replace_if(
      key, [](char c) { return std::string_view("/. \\'\"").find(c) != std::string_view::npos; },
      '-');
  return key;
}

}  // namespace

std::optional<Drawing> pareto_front(const std::vector<Outcome>& outcomes, Term x, Term y) {
  std::vector<Pair> points;
  std::vector<const Outcome*> drawn;
  for (const Outcome& outcome : outcomes) {
    if (outcome.feasible()) {
      points.push_back({at(outcome.costs->terms, x), at(outcome.costs->terms, y)});
      drawn.push_back(&outcome);
    }
  }
  if (points.empty()) {
    return std::nullopt;
  }
  std::string data = fmt::format("# {} {}\n", to_string(x), to_string(y));
  const std::size_t step = points.size() / kMostDots + 1;
  for (std::size_t i = 0; i < points.size(); i += step) {
    data += fmt::format("{} {}\n", points[i][0], points[i][1]);
  }
  data += "\n\n# not dominated, with numbers of alternatives\n";
  const auto front = non_dominated(points);
  const std::size_t number_every = front.size() / kMostNumbers + 1;
  for (std::size_t i = 0; i < front.size(); ++i) {
    const Pair& point = points[front[i]];
    const bool repeated = i > 0 && point == points[front[i - 1]];
    data += fmt::format("{} {} {}\n", point[0], point[1],
                        i % number_every == 0 && !repeated
                            ? fmt::format("{}", drawn[front[i]]->alternative)
                            : "\"\"");
  }
  const std::string script = fmt::format(
      R"(set title "Pareto front of {} alternatives{}"
set xlabel {}
set ylabel {}
set offsets graph 0.05, graph 0.08, graph 0.05, graph 0.05
set key top right opaque
plot 'pareto.dat' index 0 using 1:2 with points pt 7 ps 0.35 lc rgb '#bbbbbb' title 'alternatives', \
     '' index 1 using 1:2 with steps lw 2 lc rgb '#4477aa' notitle, \
     '' index 1 using 1:2 with points pt 7 ps 0.8 lc rgb '#4477aa' title 'not dominated (with number)', \
     '' index 1 using 1:2:3 with labels left offset 0.8,0.5 font ',11' textcolor rgb '#224466' noenhanced notitle
)",
      points.size(),
      points.size() < outcomes.size()
          ? fmt::format(", {} that break constraints left out", outcomes.size() - points.size())
          : "",
      quoted(told(x)), quoted(told(y)));
  return Drawing{"pareto", script, data};
}

std::optional<Drawing> curve(const Study& study, const std::vector<Outcome>& outcomes,
                             std::size_t axis, RankBy by) {
  const auto at_values = spreads(study, outcomes, axis, by);
  if (at_values.size() < 2) {
    return std::nullopt;
  }
  const Measure measure = measure_of(by);
  const Variation& variation = study.axes()[axis].variation;
  std::string data =
      fmt::format("# {}, best, half of its interval, least, most, bound\n", variation.key);
  bool ranges = false;
  bool intervals = false;
  bool bounds = by == RankBy::kCost;
  for (const auto& [x, spread] : at_values) {
    const Interval interval = *interval_of(*spread.best, by);
    ranges = ranges || spread.least < spread.most;
    intervals = intervals || interval.half_width.has_value();
    bounds = bounds && spread.best->bound.has_value();
    data += fmt::format("{} {} {} {} {} {}\n", x, interval.mean / measure.unit,
                        interval.half_width.value_or(0) / measure.unit, spread.least / measure.unit,
                        spread.most / measure.unit, spread.best->bound.value_or(0));
  }
  const std::string name = fmt::format("{}-by-{}", measure.name, file_name(variation.key));
  std::string script = fmt::format(
      R"(set title {} noenhanced
set xlabel {} noenhanced
set ylabel {}
set autoscale fix
set offsets graph 0.03, graph 0.03, graph 0.08, graph 0.03
set key outside top center horizontal
plot )",
      quoted(fmt::format("{} against {}", measure.name, variation.key)),
      quoted(fmt::format("{} ({})", variation.key, told(variation.subject))), quoted(measure.told));
  if (ranges) {
    script += fmt::format(
        "'{}.dat' using 1:4:5 with filledcurves lc rgb '#dde6ee' title 'range of all', \\\n     ",
        name);
  }
  if (bounds) {
    script += fmt::format(
        "'{}.dat' using 1:6 with lines dt 2 lw 2 lc rgb '#228833' title 'lower bound', \\\n     ",
        name);
  }
  if (intervals) {
    script += fmt::format(
        "'{}.dat' using 1:2:3 with yerrorbars pt 7 ps 0.01 lw 1.5 lc rgb '#4477aa' "
        "title '{:.0f} % interval', \\\n     ",
        name, kConfidence * 100);
  }
  script += fmt::format(
      "'{}.dat' using 1:2 with linespoints pt 7 ps 0.7 lw 2 lc rgb '#4477aa' title 'best'\n", name);
  return Drawing{name, script, data};
}

}  // namespace violin::sweep
