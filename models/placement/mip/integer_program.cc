#include "models/placement/mip/integer_program.h"

#include <algorithm>
#include <cmath>
#include <coin/CbcEventHandler.hpp>
#include <coin/CbcHeuristic.hpp>
#include <coin/CbcModel.hpp>
#include <coin/CglGomory.hpp>
#include <coin/CglKnapsackCover.hpp>
#include <coin/CglMixedIntegerRounding2.hpp>
#include <coin/CglProbing.hpp>
#include <coin/ClpEventHandler.hpp>
#include <coin/CoinPackedMatrix.hpp>
#include <coin/OsiClpSolverInterface.hpp>

namespace violin::placement {

namespace {

constexpr double kIntegralStep = 0.99;  // integral costs differ by 1 or not at all

// What CBC's handlers, of which it makes copies, share.
struct Watch {
  const KeepGoing& keep_going;
  bool stopped = false;
  double bound = -kUnlimited;

  bool stop() { return stopped = stopped || !keep_going(); }
};

class WatchSimplex final : public ClpEventHandler {
 public:
  explicit WatchSimplex(Watch& watch) : watch_(&watch) {}
  int event(Event event) override {
    const bool asks = event == endOfIteration || event == endOfFactorization;
    return asks && watch_->stop() ? 0 : -1;
  }
  ClpEventHandler* clone() const override { return new WatchSimplex(*this); }

 private:
  Watch* watch_;
};

class WatchTree final : public CbcEventHandler {
 public:
  explicit WatchTree(Watch& watch) : watch_(&watch) {}
  CbcAction event(CbcEvent event) override {
    if (event == node && !watch_->stopped && model_->parentModel() == nullptr) {
      watch_->bound = model_->getBestPossibleObjValue();
    }
    return watch_->stop() ? stop : noAction;
  }
  CbcEventHandler* clone() const override { return new WatchTree(*this); }

 private:
  Watch* watch_;
};

double coin(double bound) { return std::clamp(bound, -COIN_DBL_MAX, COIN_DBL_MAX); }

CoinPackedMatrix matrix_of(const IntegerProgram& program) {
  CoinPackedMatrix matrix(false, 0, 0);
  matrix.setDimensions(0, static_cast<int>(program.columns.size()));
  std::vector<CoinBigIndex> starts{0};
  std::vector<int> columns;
  std::vector<double> coefficients;
  for (const Row& row : program.rows) {
    for (const auto& [column, coefficient] : row.entries) {
      columns.push_back(static_cast<int>(column));
      coefficients.push_back(coefficient);
    }
    starts.push_back(static_cast<CoinBigIndex>(columns.size()));
  }
  if (!program.rows.empty()) {
    matrix.appendRows(static_cast<int>(program.rows.size()), starts.data(), columns.data(),
                      coefficients.data());
  }
  return matrix;
}

void load(OsiClpSolverInterface& into, const IntegerProgram& program) {
  std::vector<double> lower;
  std::vector<double> upper;
  std::vector<double> cost;
  for (const Column& column : program.columns) {
    lower.push_back(column.lower);
    upper.push_back(column.upper);
    cost.push_back(column.cost);
  }
  std::vector<double> row_lower;
  std::vector<double> row_upper;
  for (const Row& row : program.rows) {
    row_lower.push_back(coin(row.lower));
    row_upper.push_back(coin(row.upper));
  }
  into.messageHandler()->setLogLevel(0);
  into.setHintParam(OsiDoReducePrint, true, OsiHintDo);
  into.setHintParam(OsiDoPresolveInInitial, false, OsiHintDo);  // CoinUtils 2.11 leaks there
  into.loadProblem(matrix_of(program), lower.data(), upper.data(), cost.data(), row_lower.data(),
                   row_upper.data());
  for (std::size_t i = 0; i < program.columns.size(); ++i) {
    if (program.columns[i].integer) {
      into.setInteger(static_cast<int>(i));
    }
  }
}

void add_cuts(CbcModel& model) {
  constexpr int kAsLongAsTheyHelp = -99;
  CglProbing probing;
  probing.setRowCuts(3);
  model.addCutGenerator(&probing, kAsLongAsTheyHelp, "probing");
  CglGomory gomory;
  model.addCutGenerator(&gomory, kAsLongAsTheyHelp, "gomory");
  CglKnapsackCover covers;
  model.addCutGenerator(&covers, kAsLongAsTheyHelp, "covers");
  CglMixedIntegerRounding2 rounding;
  model.addCutGenerator(&rounding, kAsLongAsTheyHelp, "rounding");
}

// Of the column's part of the dual objective: its reduced cost at the bound that is worst.
double least(const Column& column, double reduced_cost) {
  return reduced_cost * (reduced_cost > 0 ? column.lower : column.upper);
}

}  // namespace

double IntegerProgram::cost_of(const std::vector<double>& values) const {
  double cost = 0;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    cost += columns[i].cost * values[i];
  }
  return cost;
}

ProgramAnswer solve(const IntegerProgram& program, const KeepGoing& keep_going,
                    const std::optional<std::vector<double>>& start) {
  using Status = ProgramAnswer::Status;
  if (program.columns.empty()) {  // CBC calls it infeasible
    const bool solved = std::ranges::all_of(
        program.rows, [](const Row& row) { return row.lower <= 0 && row.upper >= 0; });
    return solved ? ProgramAnswer{Status::kOptimal, std::vector<double>{}, 0}
                  : ProgramAnswer{Status::kInfeasible, std::nullopt, kUnlimited};
  }
  Watch watch{keep_going};
  OsiClpSolverInterface simplex;
  load(simplex, program);
  const WatchSimplex watch_simplex(watch);
  simplex.getModelPtr()->passInEventHandler(&watch_simplex);
  CbcModel model(simplex);
  model.setLogLevel(0);
  const WatchTree watch_tree(watch);
  model.passInEventHandler(&watch_tree);
  add_cuts(model);
  CbcRounding rounding(model);
  model.addHeuristic(&rounding);
  const double step = program.integral_cost ? kIntegralStep : 1e-6;
  model.setCutoffIncrement(step);
  model.setIntegerTolerance(1e-9);
  ProgramAnswer answer{.values = start};
  const double known = start ? program.cost_of(*start) : kUnlimited;
  if (start) {
    model.setCutoff(known - step);
  }
  model.branchAndBound();
  if (const double* best = model.bestSolution()) {
    answer.values.emplace(best, best + program.columns.size());
  }
  if (watch.stopped || model.status() != 0) {
    answer.bound = watch.bound;
    return answer;
  }
  answer.status = answer.values ? Status::kOptimal : Status::kInfeasible;
  answer.bound = model.bestSolution() == nullptr ? known : model.getObjValue();
  return answer;
}

double relaxation_bound(const IntegerProgram& program, const KeepGoing& keep_going) {
  Watch watch{keep_going};
  OsiClpSolverInterface simplex;
  load(simplex, program);
  const WatchSimplex watch_simplex(watch);
  simplex.getModelPtr()->passInEventHandler(&watch_simplex);
  simplex.initialSolve();
  const double* duals = simplex.getRowPrice();
  std::vector<double> reduced;
  for (const Column& column : program.columns) {
    reduced.push_back(column.cost);
  }
  double bound = 0;
  for (std::size_t i = 0; i < program.rows.size(); ++i) {
    const Row& row = program.rows[i];
    const double side = duals[i] > 0 ? row.lower : row.upper;
    if (duals[i] == 0 || !std::isfinite(side)) {
      continue;
    }
    bound += duals[i] * side;
    for (const auto& [column, coefficient] : row.entries) {
      reduced[column] -= duals[i] * coefficient;
    }
  }
  for (std::size_t i = 0; i < program.columns.size(); ++i) {
    bound += least(program.columns[i], reduced[i]);
  }
  return bound;
}

}  // namespace violin::placement
