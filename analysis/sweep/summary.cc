#include "analysis/sweep/summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <type_traits>

#include "analysis/report/tables.h"

namespace violin::sweep {

namespace {

using Json = nlohmann::ordered_json;

std::string number(const std::optional<double>& value, double unit = 1) {
  return value ? fmt::format("{:.5g}", *value / unit) : "-";
}

std::string with_interval(const Outcome& outcome, RankBy by, double unit) {
  const auto interval = interval_of(outcome, by);
  if (!interval) {
    return "-";
  }
  return interval->half_width
             ? fmt::format("{:.4g} +- {:.2g}", interval->mean / unit, *interval->half_width / unit)
             : fmt::format("{:.4g}", interval->mean / unit);
}

// Those that the objective weighs, or that are not the same everywhere.
std::vector<placement::Term> shown_terms(const Findings& findings) {
  std::vector<placement::Term> terms;
  for (std::size_t t = 0; t < placement::kTerms; ++t) {
    std::optional<double> first;
    bool differs = false;
    for (const Outcome& outcome : findings.outcomes) {
      if (outcome.costs) {
        differs = differs || (first && outcome.costs->terms[t] != *first);
        first = outcome.costs->terms[t];
      }
    }
    if (differs || findings.study.weights()[t] > 0) {
      terms.push_back(static_cast<placement::Term>(t));
    }
  }
  return terms;
}

std::string state_of(const Outcome& outcome) {
  if (!outcome.costs) {
    return "no placement";
  }
  return outcome.violations == 0 ? "yes"
         : outcome.violations == 1
             ? outcome.violation
             : fmt::format("{} and {} more", outcome.violation, outcome.violations - 1);
}

std::vector<std::string> header(const Findings& findings,
                                const std::vector<placement::Term>& terms) {
  std::vector<std::string> columns{"alternative"};
  for (const Axis& axis : findings.study.axes()) {
    columns.push_back(axis.variation.key);
  }
  columns.emplace_back("cost");
  for (const placement::Term term : terms) {
    columns.emplace_back(to_string(term));
  }
  const Questions& questions = findings.study.questions();
  if (findings.study.places_anew()) {
    columns.emplace_back("gap %");
  }
  if (questions.fail_each_host) {
    columns.insert(columns.end(), {"worst failure", "cut %"});
  }
  if (questions.replications > 0) {
    columns.insert(columns.end(), {"goodput Mbit/s", "p99 ms", "loss %"});
  }
  columns.insert(columns.end(), {"tied", "feasible"});
  return columns;
}

std::vector<std::string> row(const Findings& findings, const std::vector<placement::Term>& terms,
                             std::size_t position) {
  const Study& study = findings.study;
  const Outcome& outcome = findings.outcomes[position];
  const auto& costs = outcome.costs;
  std::vector<std::string> cells{std::to_string(outcome.alternative)};
  for (std::string& value : study.values(study.design().at(outcome.alternative))) {
    cells.push_back(value.empty() ? "-" : std::move(value));
  }
  cells.push_back(costs ? number(costs->cost) : "-");
  for (const placement::Term term : terms) {
    cells.push_back(costs ? number(at(costs->terms, term)) : "-");
  }
  if (study.places_anew()) {
    const bool gap = costs && outcome.bound && costs->cost > 0;
    cells.push_back(gap ? number(100 * std::max(0.0, 1 - *outcome.bound / costs->cost)) : "-");
  }
  if (study.questions().fail_each_host) {
    const HostFailure* worst = outcome.worst_failure();
    cells.push_back(worst != nullptr ? worst->host : "-");
    cells.push_back(worst != nullptr ? number(100 * worst->cut_share) : "-");
  }
  if (study.questions().replications > 0) {
    cells.push_back(with_interval(outcome, RankBy::kGoodput, 1e6));
    cells.push_back(with_interval(outcome, RankBy::kP99, 1e-3));
    cells.push_back(with_interval(outcome, RankBy::kLoss, 1e-2));
  }
  const auto& tied = findings.ranking.tied[position];
  const bool best = position == findings.ranking.order.front();
  cells.push_back(best ? "best" : !tied ? "-" : *tied ? "yes" : "no");
  cells.push_back(state_of(outcome));
  return cells;
}

// How many others cannot be told from the best.
std::string ties(const Findings& findings) {
  const auto tied = std::ranges::count(findings.ranking.tied, std::optional(true)) - 1;
  if (findings.outcomes.size() < 2 || tied < 1) {
    return "";
  }
  return findings.by == RankBy::kCost
             ? fmt::format("{} cost the same as the best.\n", tied)
             : fmt::format("{} cannot be told from the best by {} at {:.0f} %.\n", tied,
                           to_string(findings.by), kConfidence * 100);
}

Json json(const Cell& cell) {
  return std::visit(
      [](const auto& value) {
        if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::monostate>) {
          return Json(nullptr);
        } else {
          return Json(value);
        }
      },
      cell);
}

Json object(const Sheet& sheet, std::size_t row) {
  Json object = Json::object();
  for (std::size_t column = 0; column < sheet.columns.size(); ++column) {
    object[sheet.columns[column]] = json(sheet.rows[row][column]);
  }
  return object;
}

}  // namespace

const Outcome* Findings::best() const {
  const Outcome* first = outcomes.empty() ? nullptr : &outcomes[ranking.order.front()];
  return first != nullptr && first->costs ? first : nullptr;
}

std::string to_string(RankBy by) {
  switch (by) {
    case RankBy::kGoodput:
      return "goodput";
    case RankBy::kP99:
      return "p99";
    case RankBy::kLoss:
      return "loss";
    case RankBy::kCost:
      break;
  }
  return "cost";
}

std::string to_table(const Findings& findings, std::size_t rows) {
  const std::size_t all = findings.outcomes.size();
  const std::vector<placement::Term> terms = shown_terms(findings);
  Table table(header(findings, terms));
  for (std::size_t i = 0; i < std::min(rows, all); ++i) {
    table.add(row(findings, terms, findings.ranking.order[i]));
  }
  std::string text = fmt::format("{} alternatives, the best by {} first\n{}", all,
                                 to_string(findings.by), table.text());
  if (all > rows) {
    text += fmt::format("  ... and {} more\n", all - rows);
  }
  return text + ties(findings);
}

std::string to_json(const Findings& findings) {
  const Study& study = findings.study;
  const Sheet sheet = alternatives(study, findings.outcomes, findings.ranking);
  const Sheet failed = failures(findings.outcomes);
  Json varied = Json::object();
  for (const Axis& axis : study.axes()) {
    varied[axis.variation.key] = axis.variation.values;
  }
  Json document{{"study",
                 {{"scenario", study.scenario().message.name()},
                  {"seed", study.seed()},
                  {"varied", varied},
                  {"rank_by", to_string(findings.by)},
                  {"replications", study.questions().replications},
                  {"confidence", kConfidence}}},
                {"alternatives", Json::array()},
                {"failures", Json::array()}};
  for (const std::size_t position : findings.ranking.order) {
    document["alternatives"].push_back(object(sheet, position));
  }
  for (std::size_t i = 0; i < failed.rows.size(); ++i) {
    document["failures"].push_back(object(failed, i));
  }
  return document.dump(2) + "\n";
}

}  // namespace violin::sweep
