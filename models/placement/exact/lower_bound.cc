#include "models/placement/exact/lower_bound.h"

#include <cmath>
#include <limits>
#include <memory>
#include <utility>

#include "models/placement/exact/infeasibility.h"
#include "models/placement/exact/outer_trees.h"
#include "models/placement/exact/term_bounds.h"

namespace violin::placement {

LowerBound::LowerBound(const Problem& problem)
    : costs_(problem.delays, log_losses(problem)),
      model_(make_pair_model(problem, costs_)),
      limits_(problem, model_),
      program_(model_, costs_) {
  limits_.forbid_full(model_.alone);
  const double budget = 100e6 + static_cast<double>(problem.delays.cells().size_bytes());
  exact_ = program_.width() <= 2 && program_.table_bytes(model_.alone) <= budget;
}

Relaxation LowerBound::relaxation(const PairModel& model) const {
  if (exact_) {
    return [program = std::make_shared<DynamicProgram>(model, costs_)](HostCosts alone,
                                                                       const AccessPrices& prices) {
      auto found = program->minimise(std::move(alone), prices);
      return Relaxed{found.cost, std::abs(found.cost), std::move(found.hosts)};
    };
  }
  const auto trees = std::make_shared<OuterTrees>(model, costs_);
  return [trees, messages = std::make_shared<MessageBound>(trees->core(), costs_)](
             HostCosts alone, const AccessPrices& prices) {
    const auto reduced = trees->reduce(std::move(alone), prices);
    const auto found = messages->pass(reduced.alone, prices);
    return Relaxed{found.bound + reduced.apart, found.scale + std::abs(reduced.apart),
                   trees->place(reduced, prices, found.hosts)};
  };
}

Priced LowerBound::run(double offset, Incumbent& incumbent, const KeepGoing& keep_going,
                       std::size_t rounds) {
  constexpr double kInfinite = std::numeric_limits<double>::infinity();
  if (limits_.broken()) {
    return {kInfinite, Prices(limits_)};
  }
  const Pricing pricing(model_, costs_, limits_);
  Priced priced =
      pricing.run(relaxation(model_), {.exact = exact_, .rounds = rounds, .offset = offset},
                  incumbent, keep_going);
  if (!incumbent.hosts() && std::isfinite(priced.bound) && keep_going()) {
    const PairModel free = free_of_costs(model_);
    if (proven_infeasible(free, costs_, limits_, relaxation(free), keep_going)) {
      priced.bound = kInfinite;
    }
  }
  return priced;
}

double lower_bound(const Problem& problem, const SolveOptions& options) {
  LowerBound bound(problem);
  Incumbent incumbent(problem, bound.model());
  const double offset = term_bounds(problem, options.keep_going);
  return bound.run(offset, incumbent, options.keep_going).bound + offset;
}

}  // namespace violin::placement
