// What a study found out, as sheets of rows: the one source of CSV files, database and JSON.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <variant>
#include <vector>

#include "analysis/sweep/ranking.h"
#include "analysis/sweep/study.h"

namespace violin::sweep {

using Cell = std::variant<std::monostate, bool, std::uint64_t, double, std::string>;

struct Sheet {
  std::string name;
  std::vector<std::string> columns;
  std::vector<std::vector<Cell>> rows;
};

// One row for each outcome, in their order: number, values of what is varied by key, costs and
// terms (units as placement::Problem tells), and where they were asked for the worst failure and
// the simulations' means with half the width of their confidence intervals.
Sheet alternatives(const Study& study, const std::vector<Outcome>& outcomes,
                   const Ranking& ranking);
// One row for each host's failure, and for each simulation.
Sheet failures(const std::vector<Outcome>& outcomes);
Sheet simulations(const std::vector<Outcome>& outcomes);

// RFC 4180, but for line breaks, which are '\n'. Numbers are exact; what is unknown is empty.
std::string to_csv(const Sheet& sheet);

// Creates the file: a table for each sheet, and `study` (key, value). Throws std::runtime_error.
void write_database(const std::vector<Sheet>& sheets,
                    const std::vector<std::pair<std::string, std::string>>& study,
                    const std::filesystem::path& file);

}  // namespace violin::sweep
