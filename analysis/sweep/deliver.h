// All files that a finished study leaves.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "analysis/sweep/summary.h"

namespace violin::sweep {

// Into the folder: rows.csv, failures.csv and simulations.csv where these were asked for, run.db
// with all of them, best.yaml (the scenario as the best alternative has it), and plots/ with a map,
// the Pareto front and curves as gnuplot scripts and SVG. Returns the names of drawings of which
// there is no SVG. Throws std::runtime_error where a file cannot be written.
std::vector<std::string> deliver(const Findings& findings,
                                 std::pair<placement::Term, placement::Term> pareto,
                                 const std::filesystem::path& folder);

}  // namespace violin::sweep
