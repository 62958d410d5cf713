#include "models/placement/exact/tree_solver.h"

#include <algorithm>

#include "models/placement/exact/branching.h"
#include "models/placement/exact/lower_bound.h"
#include "models/placement/exact/term_bounds.h"

namespace violin::placement {

namespace {

void offer_start(const SolveOptions& options, const LowerBound& ground, Incumbent& incumbent) {
  if (options.start) {
    Hosts hosts;
    for (const EntityId entity : ground.model().variables) {
      hosts.push_back(static_cast<std::uint32_t>((*options.start)[to_index(entity)]));
    }
    incumbent.offer(hosts, cost(ground.model(), ground.costs(), hosts));
  }
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
  offer_start(options, ground, incumbent);
  const double offset = term_bounds(problem, options.keep_going);
  const Priced priced = ground.run(offset, incumbent, options.keep_going);
  double bound = priced.bound + offset;
  if (!incumbent.proven(bound) && !ground.limits().broken()) {
    bound = branch(ground.model(), ground.costs(), ground.limits(), priced, {.offset = offset},
                   incumbent, options.keep_going);
  }
  const bool feasible = incumbent.hosts().has_value();
  return Answer{ground.model().placement(feasible ? *incumbent.hosts() : any_hosts(ground)), bound,
                feasible};
}

}  // namespace violin::placement
