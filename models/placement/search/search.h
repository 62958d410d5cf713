// For cases that are too large for exact solvers: iterated local search.
//
// Descends by moving one entity to the best of all hosts given its neighbours, whole trees of
// entities at once (tree_move.h), and by exchanging two. Where it ends it tears loose what
// surrounds a random entity, descends again from there, and goes back unless that was better
// (iterated local search: Lourenco, Martin, Stuetzle, in Handbook of Metaheuristics, 2003).
//
// Constraints may be broken on the way at a price that rises while they are and falls while they
// are not (strategic oscillation: Gendreau, Hertz, Laporte, Management Science 40, 1994); the best
// placement that keeps them is the answer, or if none was met the one that exceeds them least.
#pragma once

#include "models/placement/solver.h"

namespace violin::placement {

class Search final : public Solver {
 public:
  // Ends after so many moves that were considered, if the budget does not end it before.
  explicit Search(std::uint64_t moves = 100'000) : moves_(moves) {}

  std::string name() const override { return "search"; }
  // Always an answer; its bound is 0. Starts from `options.start`, with what may not be where it is
  // put on an allowed host, or else from the greedy placement.
  std::optional<Answer> solve(const Problem& problem, const SolveOptions& options) const override;

 private:
  std::uint64_t moves_;
};

}  // namespace violin::placement
