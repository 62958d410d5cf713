// A lower bound for every problem: what no placement that keeps the constraints costs less than.
//
// The pairwise part is bounded with prices on constraints (pricing.h), over the exact dynamic
// program if the topology of free entities has width 1 or 2 and its tables fit, or else over
// message_bound.h of its core (outer_trees.h). Other terms add term_bounds.h.
#pragma once

#include "models/placement/exact/dynamic_program.h"
#include "models/placement/exact/message_bound.h"
#include "models/placement/exact/pricing.h"
#include "models/placement/solver.h"

namespace violin::placement {

class LowerBound {
 public:
  // The problem outlives this.
  explicit LowerBound(const Problem& problem);
  LowerBound(const LowerBound&) = delete;
  LowerBound& operator=(const LowerBound&) = delete;

  // Whether the dynamic program can be run within 100 MB and the size of the delay matrix.
  bool exact() const { return exact_; }
  // Of the pairwise part, for whole costs that are at least `offset` above it. Offers what it
  // meets. Where that was nothing feasible, infeasibility.h may prove that there is nothing.
  Priced run(double offset, Incumbent& incumbent, const KeepGoing& keep_going,
             std::size_t rounds = PricingOptions{}.rounds);

  const PairCosts& costs() const { return costs_; }
  const PairModel& model() const { return model_; }  // kFar also where limits forbid a host
  const HostLimits& limits() const { return limits_; }

 private:
  // The model outlives it.
  Relaxation relaxation(const PairModel& model) const;

  PairCosts costs_;
  PairModel model_;
  HostLimits limits_;
  DynamicProgram program_;
  bool exact_;
};

// Infinite if there is no feasible placement and that was proven.
double lower_bound(const Problem& problem, const SolveOptions& options);

}  // namespace violin::placement
