#include "analysis/report/placement_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "analysis/report/tables.h"

namespace violin {

namespace {

using Json = nlohmann::ordered_json;
using placement::Evaluation;
using placement::kTerms;
using placement::Term;

constexpr std::array<const char*, kTerms> kUnits{"Mbit/s x ms", "ms", "", "", "ms", "", "", ""};

constexpr std::size_t kRelays = 3;  // that are told in tables

std::string name_of(std::size_t term) { return std::string(to_string(static_cast<Term>(term))); }

const std::string& host_name(const PlacementReport& report, std::size_t entity) {
  return report.problem.substrate.host(report.placed.placement[entity]).name;
}

std::string number(double value) { return fmt::format("{:.4g}", value); }

Json terms_json(const Evaluation& evaluation) {
  Json terms = Json::object();
  for (std::size_t term = 0; term < kTerms; ++term) {
    terms[name_of(term)] = evaluation.terms[term];
  }
  return terms;
}

Json flows_json(const PlacementReport& report) {
  Json flows = Json::array();
  const Evaluation& evaluation = report.placed.evaluation;
  for (std::size_t d = 0; d < report.problem.demands.size(); ++d) {
    const placement::Demand& demand = report.problem.demands[d];
    for (std::size_t r = 0; r < demand.receivers.size(); ++r) {
      const placement::PathQuality& path = evaluation.paths[d][r];
      flows.push_back({{"name", demand.name},
                       {"from", report.problem.entity(demand.source).name},
                       {"to", report.problem.entity(demand.receivers[r].entity).name},
                       {"delay_s", to_seconds(path.delay)},
                       {"stretch", path.stretch ? Json(*path.stretch) : Json(nullptr)},
                       {"loss", path.loss}});
    }
  }
  return flows;
}

Json verification_json(const Verification& verification) {
  Json rows = Json::array();
  for (const Comparison& c : verification.comparisons) {
    rows.push_back({{"kind", c.kind},
                    {"name", c.name},
                    {"quantity", c.quantity},
                    {"predicted", c.predicted},
                    {"least", c.least},
                    {"most", c.most},
                    {"measured", c.measured},
                    {"agrees", c.agrees()}});
  }
  return {{"agrees", verification.agrees()},
          {"comparisons", rows},
          {"left_out", verification.left_out}};
}

Json estimate_json(const std::optional<Estimate>& estimate) {
  if (!estimate) {
    return nullptr;
  }
  return {{"mean", estimate->mean},
          {"half_width", estimate->half_width ? Json(*estimate->half_width) : Json(nullptr)}};
}

Json simulated_json(const std::vector<SimulatedPlacement>& placements) {
  Json rows = Json::array();
  for (const SimulatedPlacement& p : placements) {
    rows.push_back(
        {{"name", p.name},
         {"goodput_bps", estimate_json(p.goodput_bps)},
         {"delay_p99_s", estimate_json(p.delay_p99_s)},
         {"loss", estimate_json(p.loss)},
         {"tied_with_best", p.tied_with_best ? Json(*p.tied_with_best) : Json(nullptr)}});
  }
  return rows;
}

std::string simulated(const std::vector<SimulatedPlacement>& placements) {
  if (placements.empty()) {
    return "";
  }
  const auto cell = [](const std::optional<Estimate>& estimate, double factor) -> std::string {
    if (!estimate) {
      return "-";
    }
    return number(estimate->mean * factor) +
           (estimate->half_width ? " +- " + number(*estimate->half_width * factor) : "");
  };
  Table table({"", "goodput, Mbit/s", "largest p99, ms", "loss, %", ""});
  for (const SimulatedPlacement& p : placements) {
    table.add({p.name, cell(p.goodput_bps, 1e-6), cell(p.delay_p99_s, 1e3), cell(p.loss, 1e2),
               &p == placements.data() ? "best"
               : !p.tied_with_best     ? ""
               : *p.tied_with_best     ? "cannot be told from the best"
                                       : "worse"});
  }
  return "\nThe scenario's own applications, simulated (95 % confidence)\n" + table.text();
}

std::string entities(const PlacementReport& report, std::size_t most) {
  Table table({"entity", "host", ""});
  std::size_t pinned = 0;
  std::size_t rows = 0;
  for (std::size_t e = 0; e < report.problem.entities.size(); ++e) {
    if (report.problem.entities[e].pinned()) {
      ++pinned;
    } else if (++rows <= most) {
      table.add({report.problem.entities[e].name, host_name(report, e), ""});
    }
  }
  std::string text = "\nPlacement\n" + table.text();
  if (rows > most) {
    text += fmt::format("  ... and {} more, see --format json or the plan\n", rows - most);
  }
  return text + fmt::format("  {} more have to be where they are\n", pinned);
}

std::string costs(const PlacementReport& report) {
  std::vector<std::string> header{"", "cost", "feasible"};
  for (std::size_t term = 0; term < kTerms; ++term) {
    header.push_back(name_of(term));
  }
  Table table(header);
  const auto add = [&](const std::string& name, const Evaluation& evaluation) {
    std::vector<std::string> row{name, number(evaluation.cost),
                                 evaluation.feasible() ? "yes" : "no"};
    for (const double term : evaluation.terms) {
      row.push_back(number(term));
    }
    table.add(row);
  };
  add("this placement", report.placed.evaluation);
  for (const Baseline& baseline : report.baselines) {
    if (baseline.evaluation) {
      add(baseline.name, *baseline.evaluation);
    }
  }
  std::string text = "\nCost, beside other placements\n" + table.text();
  text += "  cost = ";
  for (std::size_t term = 0; term < kTerms; ++term) {
    if (const double weight = report.problem.weights[term]; weight > 0) {
      text +=
          fmt::format("{}{} x {}{}", text.ends_with("= ") ? "" : " + ", number(weight),
                      name_of(term), *kUnits[term] == 0 ? "" : fmt::format(" [{}]", kUnits[term]));
    }
  }
  for (const Baseline& baseline : report.baselines) {
    if (!baseline.evaluation) {
      text += fmt::format("\n  {}: not to be had on this substrate", baseline.name);
    }
  }
  return text + "\n";
}

// The receivers that are worst off.
std::string stretches(const PlacementReport& report, std::size_t most) {
  struct Row {
    const placement::Demand* demand;
    const placement::Receiver* receiver;
    placement::PathQuality path;
  };
  std::vector<Row> rows;
  for (std::size_t d = 0; d < report.problem.demands.size(); ++d) {
    const placement::Demand& demand = report.problem.demands[d];
    for (std::size_t r = 0; r < demand.receivers.size(); ++r) {
      rows.push_back({&demand, &demand.receivers[r], report.placed.evaluation.paths[d][r]});
    }
  }
  std::ranges::stable_sort(rows, std::ranges::greater{},
                           [](const Row& row) { return row.path.stretch.value_or(0); });
  Table table({"flow", "from", "to", "delay", "stretch", "loss"});
  for (const Row& row : rows) {
    if (most-- == 0) {
      break;
    }
    table.add({row.demand->name, report.problem.entity(row.demand->source).name,
               report.problem.entity(row.receiver->entity).name,
               fmt::format("{:.4g} ms", to_seconds(row.path.delay) * 1e3),
               row.path.stretch ? fmt::format("{:.2f}", *row.path.stretch) : "-",
               fmt::format("{:.2f} %", row.path.loss * 100)});
  }
  return table.empty() ? "" : "\nFlows, most stretched first\n" + table.text();
}

std::string proof(const PlacementReport& report) {
  const Placed& placed = report.placed;
  const double gap = placed.gap();
  std::string text =
      fmt::format("\n{} found cost {} in {:.3g} s; none costs less than {}", placed.solver,
                  number(placed.evaluation.cost), report.seconds, number(placed.bound));
  text += gap < 1e-6 ? ": optimal, proven" : fmt::format(": a gap of {:.2f} %", gap * 100);
  text += placed.given.empty() ? "\n" : fmt::format(" (given {})\n", placed.given);
  for (const std::string& constraint : report.binding) {
    text += "  used up: " + constraint + "\n";
  }
  for (std::size_t i = 0; i < report.relays.size() && i < kRelays; ++i) {
    text +=
        fmt::format("  a relay would pay{}: {}\n", i == 0 ? " (--relay)" : "", report.relays[i]);
  }
  for (const std::string& violation : placed.evaluation.violations) {
    text += "  BROKEN: " + violation + "\n";
  }
  return text;
}

std::string verification(const Verification& verification, std::size_t most) {
  std::string text;
  Table table({"", "name", "quantity", "predicted", "at least", "at most", "simulated", ""});
  std::vector<Comparison> rows = verification.comparisons;
  std::ranges::stable_sort(rows, {}, &Comparison::agrees);
  if (rows.size() > most) {
    rows.resize(most);
  }
  for (const Comparison& c : rows) {
    table.add({c.kind, c.name, c.unit.empty() ? c.quantity : c.quantity + ", " + c.unit,
               number(c.predicted), number(c.least), number(c.most), number(c.measured),
               c.agrees() ? "agrees" : "CONTRADICTS"});
  }
  const auto contradictions =
      verification.comparisons.size() - static_cast<std::size_t>(std::ranges::count_if(
                                            verification.comparisons, &Comparison::agrees));
  text += "\nPredicted and simulated\n" + table.text();
  text += fmt::format("  {} comparisons, {} contradictions\n", verification.comparisons.size(),
                      contradictions);
  for (const std::string& what : verification.left_out) {
    text += "  not compared: " + what + "\n";
  }
  return text;
}

}  // namespace

std::string to_json(const PlacementReport& report) {
  const Placed& placed = report.placed;
  Json placement = Json::object();
  for (std::size_t e = 0; e < report.problem.entities.size(); ++e) {
    placement[report.problem.entities[e].name] = host_name(report, e);
  }
  Json baselines = Json::object();
  for (const Baseline& baseline : report.baselines) {
    baselines[baseline.name] =
        baseline.evaluation ? Json(baseline.evaluation->cost) : Json(nullptr);
  }
  Json document = {{"scenario", report.scenario},
                   {"cost", placed.evaluation.cost},
                   {"bound", placed.bound},
                   {"gap", placed.gap()},
                   {"bound_given", placed.given},
                   {"feasible", placed.evaluation.feasible()},
                   {"terms", terms_json(placed.evaluation)},
                   {"placement", placement},
                   {"solver", placed.solver},
                   {"seconds", report.seconds},
                   {"baselines", baselines},
                   {"flows", flows_json(report)},
                   {"binding", report.binding},
                   {"relays", report.relays},
                   {"violations", placed.evaluation.violations},
                   {"warnings", report.warnings}};
  if (!report.simulated.empty()) {
    document["simulated"] = simulated_json(report.simulated);
  }
  if (report.verification) {
    document["verification"] = verification_json(*report.verification);
  }
  return document.dump(2) + "\n";
}

std::string to_tables(const PlacementReport& report, std::size_t most_rows) {
  std::string text = report.scenario + "\n" + entities(report, most_rows) + costs(report) +
                     stretches(report, std::min<std::size_t>(most_rows, 10)) + proof(report);
  text += simulated(report.simulated);
  if (report.verification) {
    text += verification(*report.verification, most_rows);
  }
  for (const std::string& warning : report.warnings) {
    text += "warning: " + warning + "\n";
  }
  return text;
}

}  // namespace violin
