#include "scenarios/place/solve.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>
#include <stdexcept>

#include "models/placement/mip_solver.h"

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
    all.push_back(std::make_unique<placement::MipSolver>());
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

PlacedScenario solve(std::unique_ptr<Planning> planning, std::string_view solver,
                     const SolveOptions& options) {
  SolveOptions how = options;
  PlacedScenario best;
  for (int routing = 0; routing < kMostRoutings; ++routing) {
    Placed found = solve(planning->problem(), solver, how);
    auto there = std::make_unique<Planning>(
        with_plan(planning->scenario(), planning->problem(), found.placement));
    const bool same = same_routes(planning->problem(), there->problem());
    found.evaluation = evaluate(there->problem(), found.placement);
    found.bound_of_routes = there->routes_may_change();
    if (!same) {
      found.bound = solve(there->problem(), solver, how).bound;
    }
    how.start = found.placement;
    planning = std::move(there);
    if (!best.planning || found.evaluation.cost < best.placed.evaluation.cost) {
      best.placed = std::move(found);
      best.planning = std::make_unique<Planning>(planning->scenario());
    }
    if (same || !how.keep_going()) {
      break;
    }
  }
  return best;
}

}  // namespace violin
