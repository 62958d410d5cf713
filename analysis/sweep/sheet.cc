#include "analysis/sweep/sheet.h"

#include <fmt/format.h>

#include <algorithm>
#include <type_traits>
#include <utility>

#include "analysis/report/sqlite.h"

namespace violin::sweep {

namespace {

using Row = std::vector<Cell>;

template <typename T>
Cell cell(const std::optional<T>& value) {
  return value ? Cell(*value) : Cell();
}

void add_values(const Study& study, const Outcome& outcome, Row& row) {
  const auto values = study.values(study.design().at(outcome.alternative));
  for (std::size_t axis = 0; axis < values.size(); ++axis) {
    const bool number = is_numeric(study.axes()[axis].variation.subject);
    row.push_back(values[axis].empty() ? Cell()
                  : number             ? Cell(number_of(values[axis]))
                                       : Cell(values[axis]));
  }
}

void add_costs(const Outcome& outcome, Row& row) {
  row.emplace_back(outcome.feasible());
  row.emplace_back(std::uint64_t{outcome.violations});
  const auto& costs = outcome.costs;
  row.push_back(costs ? Cell(costs->cost) : Cell());
  row.push_back(cell(outcome.bound));
  const bool gap = costs && outcome.bound && costs->cost > 0;
  row.push_back(gap ? Cell(std::max(0.0, 1 - *outcome.bound / costs->cost)) : Cell());
  for (std::size_t term = 0; term < placement::kTerms; ++term) {
    row.push_back(costs ? Cell(costs->terms[term]) : Cell());
  }
}

void add_worst_failure(const Outcome& outcome, Row& row) {
  const HostFailure* worst = outcome.worst_failure();
  row.push_back(worst != nullptr ? Cell(worst->host) : Cell());
  row.push_back(worst != nullptr ? Cell(worst->cut_share) : Cell());
}

void add_simulated(const Outcome& outcome, Row& row) {
  for (const RankBy by : {RankBy::kGoodput, RankBy::kP99, RankBy::kLoss}) {
    const auto interval = interval_of(outcome, by);
    row.push_back(interval ? Cell(interval->mean) : Cell());
    row.push_back(interval ? cell(interval->half_width) : Cell());
  }
}

std::string quoted(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) {
    return text;
  }
  std::string result = "\"";
  for (const char c : text) {
    result += c == '"' ? "\"\"" : std::string(1, c);
  }
  return result + "\"";
}

std::string csv(const Cell& cell) {
  return std::visit(
      [](const auto& value) -> std::string {
        using T = std::decay_t<decltype(value)>;
        if constexpr (std::is_same_v<T, std::monostate>) {
          return "";
        } else if constexpr (std::is_same_v<T, bool>) {
          return value ? "1" : "0";
        } else if constexpr (std::is_same_v<T, std::string>) {
          return quoted(value);
        } else {
          return fmt::format("{}", value);
        }
      },
      cell);
}

// A name in SQL.
std::string identifier(const std::string& name) {
  std::string result = "\"";
  for (const char c : name) {
    result += c == '"' ? "\"\"" : std::string(1, c);
  }
  return result + "\"";
}

void write(Database& database, const Sheet& sheet) {
  std::string columns;
  for (const std::string& column : sheet.columns) {
    columns += (columns.empty() ? "" : ", ") + identifier(column);
  }
  database.execute("CREATE TABLE " + identifier(sheet.name) + " (" + columns + ")");
  Insertion insertion(database, identifier(sheet.name), static_cast<int>(sheet.columns.size()));
  for (const Row& row : sheet.rows) {
    int column = 0;
    for (const Cell& cell : row) {
      ++column;
      std::visit(
          [&](const auto& value) {
            if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::monostate>) {
              insertion.bind_null(column);
            } else {
              insertion.bind(column, value);
            }
          },
          cell);
    }
    insertion.step();
  }
}

}  // namespace

Sheet alternatives(const Study& study, const std::vector<Outcome>& outcomes,
                   const Ranking& ranking) {
  Sheet sheet{"alternative", {"alternative"}, {}};
  for (const Axis& axis : study.axes()) {
    sheet.columns.push_back(axis.variation.key);
  }
  for (const char* column : {"feasible", "violations", "cost", "bound", "gap"}) {
    sheet.columns.emplace_back(column);
  }
  for (std::size_t term = 0; term < placement::kTerms; ++term) {
    sheet.columns.emplace_back(to_string(static_cast<placement::Term>(term)));
  }
  const bool fail = study.questions().fail_each_host;
  const bool simulate = study.questions().replications > 0;
  if (fail) {
    sheet.columns.insert(sheet.columns.end(), {"worst_failure", "worst_cut_share"});
  }
  if (simulate) {
    sheet.columns.insert(sheet.columns.end(), {"goodput_bps", "goodput_bps_ci", "delay_p99_s",
                                               "delay_p99_s_ci", "loss_rate", "loss_rate_ci"});
  }
  sheet.columns.emplace_back("tied_with_best");
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    const Outcome& outcome = outcomes[i];
    Row row{outcome.alternative};
    add_values(study, outcome, row);
    add_costs(outcome, row);
    if (fail) {
      add_worst_failure(outcome, row);
    }
    if (simulate) {
      add_simulated(outcome, row);
    }
    row.push_back(cell(ranking.tied[i]));
    sheet.rows.push_back(std::move(row));
  }
  return sheet;
}

Sheet failures(const std::vector<Outcome>& outcomes) {
  Sheet sheet{"failure",
              {"alternative", "host", "entities", "cut_bps", "cut_share", "gone_bps", "cost"},
              {}};
  for (const Outcome& outcome : outcomes) {
    for (const HostFailure& f : outcome.failures) {
      sheet.rows.push_back({outcome.alternative, f.host, std::uint64_t{f.entities}, f.cut_bps,
                            f.cut_share, f.gone_bps, cell(f.cost)});
    }
  }
  return sheet;
}

Sheet simulations(const std::vector<Outcome>& outcomes) {
  Sheet sheet{"simulation", {"alternative", "seed", "goodput_bps", "delay_p99_s", "loss"}, {}};
  for (const Outcome& outcome : outcomes) {
    for (const Replication& r : outcome.replications) {
      sheet.rows.push_back(
          {outcome.alternative, r.seed, r.goodput_bps, cell(r.delay_p99_s), r.loss});
    }
  }
  return sheet;
}

std::string to_csv(const Sheet& sheet) {
  std::string text;
  for (std::size_t i = 0; i < sheet.columns.size(); ++i) {
    text += (i == 0 ? "" : ",") + quoted(sheet.columns[i]);
  }
  text += '\n';
  for (const Row& row : sheet.rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      text += (i == 0 ? "" : ",") + csv(row[i]);
    }
    text += '\n';
  }
  return text;
}

void write_database(const std::vector<Sheet>& sheets,
                    const std::vector<std::pair<std::string, std::string>>& study,
                    const std::filesystem::path& file) {
  Database database(file);
  database.execute("BEGIN");
  Sheet keys{"study", {"key", "value"}, {}};
  for (const auto& [key, value] : study) {
    keys.rows.push_back({key, value});
  }
  write(database, keys);
  for (const Sheet& sheet : sheets) {
    write(database, sheet);
  }
  database.execute("COMMIT");
}

}  // namespace violin::sweep
