// "tree": exact for virtual topologies whose free entities form a forest, or a graph of width 2 (a
// ring, a ladder), by dynamic programming; with constraints by a Lagrangian bound, repair, some
// local search (search.h), and branching while a gap remains.
//
// Cannot treat wider topologies, nor those of width 2 whose tables (hosts^2 doubles for each
// variable with two neighbours) exceed 100 MB and the size of the delay matrix.
//
// The bound is the cost but for rounding if all terms with weights are pairwise and either the
// cheapest placement keeps the constraints or branching comes to its end. An infinite bound proves
// that there is no feasible placement.
#pragma once

#include "models/placement/solver.h"

namespace violin::placement {

class TreeSolver final : public Solver {
 public:
  std::string name() const override { return "tree"; }
  std::optional<Answer> solve(const Problem& problem, const SolveOptions& options) const override;
};

}  // namespace violin::placement
