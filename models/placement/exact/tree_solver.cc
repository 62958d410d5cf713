#include "models/placement/exact/tree_solver.h"

#include <algorithm>
#include <cmath>

#include "models/placement/exact/branching.h"
#include "models/placement/exact/lower_bound.h"
#include "models/placement/exact/term_bounds.h"
#include "models/placement/search/search.h"

namespace violin::placement {

namespace {

// Moves to search for: as many as take about as long as branching.
std::uint64_t moves(const Problem& problem, const LowerBound& ground) {
  const std::size_t size = problem.hosts() * ground.model().variables.size();
  return std::min({20'000'000 / problem.hosts(), 2 * size, std::size_t{40'000}});
}

// Exchanges and moves of whole trees find what repair, which moves one entity at a time, does not.
void search_on(const Problem& problem, const SolveOptions& options, const LowerBound& ground,
               Incumbent& incumbent) {
  SolveOptions how = options;
  how.start.reset();  // from elsewhere than what the relaxation led to
  incumbent.offer(Search(moves(problem, ground)).solve(problem, how)->placement);
}

// What to answer where nothing feasible was found: each variable where it is cheapest.
Hosts any_hosts(const LowerBound& ground) {
  return DynamicProgram(ground.model(), ground.costs()).minimise(ground.model().alone).hosts;
}

}  // namespace

std::optional<Answer> TreeSolver::solve(const Problem& problem, const SolveOptions& options) const {
  LowerBound ground(problem);
  if (!ground.exact()) {
    return std::nullopt;
  }
  Incumbent incumbent(problem, ground.model());
  if (options.start) {
    incumbent.offer(*options.start);
  }
  const double offset = term_bounds(problem, options.keep_going);
  const Priced priced = ground.run(offset, incumbent, options.keep_going);
  double bound = priced.bound + offset;
  if (!incumbent.proven(bound) && std::isfinite(bound)) {
    search_on(problem, options, ground, incumbent);
  }
  if (!incumbent.proven(bound) && !ground.limits().broken()) {
    bound = branch(ground.model(), ground.costs(), ground.limits(), priced, {.offset = offset},
                   incumbent, options.keep_going);
  }
  const bool feasible = incumbent.hosts().has_value();
  return Answer{ground.model().placement(feasible ? *incumbent.hosts() : any_hosts(ground)), bound,
                feasible};
}

}  // namespace violin::placement
