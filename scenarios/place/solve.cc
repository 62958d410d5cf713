#include "scenarios/place/solve.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>
#include <stdexcept>

namespace violin {

namespace pb = scenario;
using placement::Answer;
using placement::Assignment;
using placement::Problem;
using placement::SolveOptions;
using placement::Solver;

namespace {

const std::vector<std::unique_ptr<Solver>>& solvers() {
  static const auto kSolvers = [] {
    std::vector<std::unique_ptr<Solver>> all;
    return all;
  }();
  return kSolvers;
}

Placed judged(const Problem& problem, const Answer& answer, const std::string& solver) {
  return {answer.placement, evaluate(problem, answer.placement), answer.bound, solver, false};
}

bool same_routes(const Problem& a, const Problem& b) {
  return std::ranges::equal(a.demands, b.demands, [](const auto& x, const auto& y) {
    return std::ranges::equal(x.receivers, y.receivers, {}, &placement::Receiver::path,
                              &placement::Receiver::path);
  });
}

}  // namespace

const std::vector<std::string>& solver_names() {
  static const auto kNames = [] {
    std::vector<std::string> names{"auto"};
    for (const auto& solver : solvers()) {
      names.push_back(solver->name());
    }
    return names;
  }();
  return kNames;
}

double Placed::gap() const {
  return evaluation.cost > 0 ? std::max(0.0, (evaluation.cost - bound) / evaluation.cost) : 0;
}

Placed solve(const Problem& problem, std::string_view solver, const SolveOptions& options) {
  const auto found = std::ranges::find(solvers(), solver, [](const auto& s) { return s->name(); });
  if (found == solvers().end()) {
    throw std::invalid_argument(fmt::format("there is no solver '{}'; there are: {}", solver,
                                            fmt::join(solver_names(), ", ")));
  }
  const auto answer = (*found)->solve(problem, options);
  if (!answer) {
    throw std::invalid_argument(
        fmt::format("the solver '{}' cannot treat this problem; take 'auto'", solver));
  }
  return judged(problem, *answer, (*found)->name());
}

}  // namespace violin
