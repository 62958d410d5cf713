// "messages": for topologies that are neither a forest nor of width 2. Outer trees exactly,
// messages in the core (outer_trees.h, message_bound.h), prices on constraints; each pass has a
// bound and a placement that is repaired. Where the two meet, the placement is proven, which for
// trees with some links more is usual.
//
// Ends after so many passes that they take about as long as 4e10 steps of a min-plus product, if
// the budget does not end it before. Nothing to treat where the tree solver is exact.
#pragma once

#include "models/placement/solver.h"

namespace violin::placement {

class MessageSolver final : public Solver {
 public:
  std::string name() const override { return "messages"; }
  std::optional<Answer> solve(const Problem& problem, const SolveOptions& options) const override;
};

}  // namespace violin::placement
