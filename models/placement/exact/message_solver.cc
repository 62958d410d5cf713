#include "models/placement/exact/message_solver.h"

#include <algorithm>

#include "models/placement/exact/lower_bound.h"
#include "models/placement/exact/term_bounds.h"
#include "models/placement/search/baselines.h"

namespace violin::placement {

namespace {

constexpr double kWork = 4e10;
constexpr double kFewest = 12;
constexpr double kMost = 400;

std::size_t rounds(const LowerBound& ground) {
  const auto hosts = static_cast<double>(ground.costs().hosts());
  const double pass = 2 * hosts * hosts * static_cast<double>(ground.model().edges.size());
  return static_cast<std::size_t>(std::clamp(kWork / pass, kFewest, kMost));
}

}  // namespace

std::optional<Answer> MessageSolver::solve(const Problem& problem,
                                           const SolveOptions& options) const {
  LowerBound ground(problem);
  if (ground.exact()) {
    return std::nullopt;
  }
  Incumbent incumbent(problem, ground.model());
  if (options.start) {
    incumbent.offer(*options.start);
  }
  const double offset = term_bounds(problem, options.keep_going);
  const Priced priced = ground.run(offset, incumbent, options.keep_going, rounds(ground));
  const bool feasible = incumbent.hosts().has_value();
  return Answer{feasible ? ground.model().placement(*incumbent.hosts())
                         : options.start.value_or(*baseline("greedy", problem, options.seed)),
                priced.bound + offset, feasible};
}

}  // namespace violin::placement
