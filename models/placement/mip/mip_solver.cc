#include "models/placement/mip/mip_solver.h"

#include <algorithm>
#include <cmath>

#include "models/placement/mip/conflict.h"
#include "models/placement/mip/mip_model.h"

namespace violin::placement {

namespace {

using Status = ProgramAnswer::Status;

// Relative.
constexpr double kTolerance = 1e-6;  // of what CBC says of a solution's cost
constexpr double kSlack = 1e-7;      // of what it says of others
constexpr double kEqual = 1e-9;      // of sums of doubles in another order

// All costs are >= 0.
double safe_bound(const MipModel& model, const KeepGoing& keep_going) {
  return model.cost(std::max(0.0, relaxation_bound(model.program(), keep_going)));
}

Assignment anywhere(const Problem& problem) {
  Assignment placement;
  for (const Entity& entity : problem.entities) {
    placement.push_back(entity.allowed.empty() ? HostId{0} : entity.allowed.front());
  }
  return placement;
}

std::optional<double> cost_of_start(const Problem& problem, const SolveOptions& options) {
  if (!options.start) {
    return std::nullopt;
  }
  const Evaluation evaluation = evaluate(problem, *options.start);
  return evaluation.feasible() ? std::optional(evaluation.cost) : std::nullopt;
}

Answer unproven(const Problem& problem, const SolveOptions& options, double bound) {
  Answer answer{options.start.value_or(anywhere(problem)), bound, true};
  answer.feasible = evaluate(problem, answer.placement).feasible();
  return answer;
}

// CBC's answer to one model, seen through.
Answer answer_of(const Problem& problem, MipModel& model, const SolveOptions& options) {
  const double safe = safe_bound(model, options.keep_going);
  if (!options.keep_going()) {
    return unproven(problem, options, safe);
  }
  const auto start = cost_of_start(problem, options) ? model.values(*options.start) : std::nullopt;
  for (;;) {
    const ProgramAnswer found = solve(model.program(), options.keep_going, start);
    if (found.status == Status::kInfeasible) {
      if (auto conflict = smallest_conflict(problem, options.keep_going); !conflict.empty()) {
        throw Infeasible(std::move(conflict));
      }
    }
    if (!found.values) {
      return unproven(problem, options, safe);
    }
    const Assignment placement = model.placement(*found.values);
    const Evaluation evaluation = evaluate(problem, placement);
    if (evaluation.feasible()) {
      const double cost = model.program().cost_of(*model.values(placement));
      const Claim claim{model.cost(cost), model.cost(found.bound), model.rounding()};
      return Answer{placement, believed_bound(claim, evaluation.cost, safe), true};
    }
    if (!options.keep_going()) {
      return unproven(problem, options, safe);
    }
    model.forbid(placement);
  }
}

}  // namespace

double believed_bound(const Claim& claim, double cost, double safe) {
  const double scale = std::max(std::abs(cost), std::abs(claim.cost));
  const bool possible = cost >= claim.cost - kEqual * scale &&
                        cost <= claim.cost + claim.rounding + kEqual * scale &&
                        claim.bound <= claim.cost + kTolerance * scale;
  const double claimed = std::min(claim.bound, claim.cost) - kSlack * scale;
  return std::min(cost, possible ? std::max(safe, claimed) : safe);
}

std::optional<Answer> MipSolver::solve(const Problem& problem, const SolveOptions& options) const {
  SolveOptions from = options;
  for (bool refined = false;; refined = true) {
    const auto worth = cost_of_start(problem, from);
    auto model = MipModel::of(problem, worth.value_or(kUnlimited));
    if (!model) {
      return std::nullopt;
    }
    auto answer = answer_of(problem, *model, from);
    const double cost = evaluate(problem, answer.placement).cost;
    if (refined || !answer.feasible || cost - answer.bound <= kTolerance * cost ||
        model->rounding() <= kSlack * cost) {
      return answer;
    }
    from.start = answer.placement;
  }
}

std::optional<double> lp_bound(const Problem& problem, const KeepGoing& keep_going) {
  const auto model = MipModel::of(problem);
  return model ? std::optional(safe_bound(*model, keep_going)) : std::nullopt;
}

}  // namespace violin::placement
