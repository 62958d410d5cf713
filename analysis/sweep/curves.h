// What a study's numbers look like: Pareto fronts, and curves against what is varied.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/sweep/gnuplot.h"
#include "analysis/sweep/ranking.h"
#include "analysis/sweep/study.h"

namespace violin::sweep {

// Two terms of the objective against each other, and which alternatives are not dominated. Those
// that break constraints are left out; no drawing if that leaves none.
std::optional<Drawing> pareto_front(const std::vector<Outcome>& outcomes, placement::Term x,
                                    placement::Term y);

// The best alternative at each value of a numeric axis, with its confidence interval where it was
// simulated, and the range of the others; of those that keep the constraints.
std::optional<Drawing> curve(const Study& study, const std::vector<Outcome>& outcomes,
                             std::size_t axis, RankBy by);

}  // namespace violin::sweep
