// Mixed-integer linear programs as plain values, solved by CBC, and a bound from their linear
// relaxation that does not depend on how exactly it was solved.
//
// Write integer data: with coefficients that were rounded to decimals CBC has reported wrong optima
// and false infeasibility. Its answers are claims all the same, to be judged by whoever asks.
// CBC prints nothing.
#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "models/placement/budget.h"

namespace violin::placement {

inline constexpr double kUnlimited = std::numeric_limits<double>::infinity();

struct Column {
  double lower = 0;
  double upper = 1;  // finite
  double cost = 0;
  bool integer = false;
};

struct Row {
  double lower = -kUnlimited;
  double upper = kUnlimited;
  std::vector<std::pair<std::size_t, double>> entries;  // column and coefficient
};

// Minimise the cost of columns within their bounds and rows.
struct IntegerProgram {
  std::vector<Column> columns;
  std::vector<Row> rows;
  bool integral_cost = false;  // the cost of whatever CBC would call a solution is an integer

  std::size_t add(const Column& column) {
    columns.push_back(column);
    return columns.size() - 1;
  }
  double cost_of(const std::vector<double>& values) const;
};

struct ProgramAnswer {
  enum class Status { kOptimal, kInfeasible, kStopped };
  Status status = Status::kStopped;
  std::optional<std::vector<double>> values;  // by column, of the best solution that is known
  double bound = -kUnlimited;                 // as CBC claims it
};

// `start`, if there is one, is a solution to beat.
ProgramAnswer solve(const IntegerProgram& program, const KeepGoing& keep_going,
                    const std::optional<std::vector<double>>& start = {});

// No solution costs less, whether integral or not: Clp's dual values, whatever they are, repaired
// to a feasible dual solution as Neumaier and Shcherbina do ("Safe bounds in linear and mixed-
// integer linear programming", Math. Programming 99, 2004), up to the rounding of one sum.
double relaxation_bound(const IntegerProgram& program, const KeepGoing& keep_going);

}  // namespace violin::placement
