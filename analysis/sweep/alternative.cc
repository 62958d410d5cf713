#include "analysis/sweep/alternative.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "analysis/sweep/alter.h"
#include "analysis/sweep/host_failure.h"
#include "analysis/sweep/replicate.h"
#include "models/placement/evaluation.h"
#include "scenarios/build/builder.h"
#include "scenarios/run/run.h"

namespace violin::sweep {

namespace pb = scenario;
using placement::Assignment;
using placement::Problem;

namespace {

constexpr std::size_t kMostContexts = 16;  // each has a delay matrix

bool makes_anew(Subject subject) {
  return subject == Subject::kFile || subject == Subject::kSeed || subject == Subject::kSwitches;
}

// Whether there are two ways between some entities.
bool has_cycle(const Problem& problem) {
  std::vector<std::size_t> parent(problem.entities.size());
  std::iota(parent.begin(), parent.end(), std::size_t{0});
  const auto root = [&](std::size_t e) {
    while (parent[e] != e) {
      e = parent[e] = parent[parent[e]];
    }
    return e;
  };
  return std::ranges::any_of(problem.links, [&](const placement::VirtualLink& link) {
    const std::size_t a = root(to_index(link.ends[0]));
    const std::size_t b = root(to_index(link.ends[1]));
    parent[a] = b;
    return a == b;
  });
}

DelayMatrix scaled(const DelayMatrix& delays, double factor) {
  std::vector<DelayMatrix::Cell> cells(delays.cells().begin(), delays.cells().end());
  for (DelayMatrix::Cell& cell : cells) {
    if (cell != DelayMatrix::kUnreachable) {
      cell = static_cast<DelayMatrix::Cell>(
          std::min(cell * factor + 0.5, DelayMatrix::kUnreachable - 1.0));
    }
  }
  return DelayMatrix::from_cells(delays.size(), std::move(cells));
}

}  // namespace

// ---- scenarios as problems

Evaluator::Context::Context(const Study& study, pb::LoadedScenario changed)
    : scenario(std::move(changed)), planning(std::make_unique<Planning>(scenario)) {
  renew(study);
}

void Evaluator::Context::renew(const Study& study) {
  problem.emplace(planning->problem());
  routes_follow_places = has_cycle(*problem);
  delay_factor = 1;
  demand_factor = 1;
  entities.clear();
  for (const Axis& axis : study.axes()) {
    const auto found = std::ranges::find(problem->entities, axis.entity, &placement::Entity::name);
    entities.push_back(static_cast<std::size_t>(found - problem->entities.begin()));
  }
}

// nullptr if the axis has another subject, or the choice leaves it as it is.
const std::string* Evaluator::value(const Choice& choice, std::size_t axis, Subject subject) const {
  const Variation& variation = study_.axes()[axis].variation;
  return variation.subject == subject && choice[axis] ? &variation.values[*choice[axis]] : nullptr;
}

pb::LoadedScenario Evaluator::changed_scenario(const Choice& choice) const {
  pb::LoadedScenario scenario = study_.scenario();
  for (std::size_t axis = 0; axis < choice.size(); ++axis) {
    const Variation& variation = study_.axes()[axis].variation;
    if (const std::string* file = value(choice, axis, Subject::kFile)) {
      *substrate_file(scenario.message) = *file;
    } else if (const std::string* seed = value(choice, axis, Subject::kSeed)) {
      scenario.message.set_seed(static_cast<std::uint64_t>(number_of(*seed)));
    } else if (const std::string* switches = value(choice, axis, Subject::kSwitches)) {
      plan_switches(scenario.message, variation.name,
                    static_cast<std::uint32_t>(number_of(*switches)));
    }
  }
  return scenario;
}

Evaluator::Context& Evaluator::context(const Choice& choice) {
  Choice key = choice;
  for (std::size_t axis = 0; axis < key.size(); ++axis) {
    if (!makes_anew(study_.axes()[axis].variation.subject)) {
      key[axis] = std::nullopt;
    }
  }
  if (const auto found = contexts_.find(key); found != contexts_.end()) {
    return *found->second;
  }
  if (contexts_.size() >= kMostContexts) {
    contexts_.clear();
  }
  auto made = std::make_unique<Context>(study_, changed_scenario(key));
  return *(contexts_[key] = std::move(made));
}

double Evaluator::factor(const Choice& choice, Subject subject) const {
  for (std::size_t axis = 0; axis < choice.size(); ++axis) {
    if (const std::string* text = value(choice, axis, subject)) {
      return number_of(*text);
    }
  }
  return 1;
}

// Scales and weights.
void Evaluator::adjust(Context& context, const Choice& choice) const {
  Problem& problem = *context.problem;
  const Problem& original = context.planning->problem();
  if (const double delays = factor(choice, Subject::kScale); delays != context.delay_factor) {
    problem.delays = scaled(original.delays, delays);
    context.delay_factor = delays;
  }
  if (const double demand = factor(choice, Subject::kDemand); demand != context.demand_factor) {
    for (std::size_t d = 0; d < problem.demands.size(); ++d) {
      problem.demands[d].bits_per_second = original.demands[d].bits_per_second * demand;
      problem.demands[d].frames_per_second = original.demands[d].frames_per_second * demand;
    }
    context.demand_factor = demand;
  }
  problem.weights = original.weights;
  for (std::size_t axis = 0; axis < choice.size(); ++axis) {
    if (const std::string* weight = value(choice, axis, Subject::kWeight)) {
      at(problem.weights, *placement::parse_term(study_.axes()[axis].variation.name)) =
          number_of(*weight);
    }
  }
}

// ---- alternatives

Realised Evaluator::realise(std::uint64_t index) {
  const Choice choice = study_.design().at(index);
  own_.reset();
  Context* context = &this->context(choice);
  adjust(*context, choice);
  Realised realised{&context->scenario, context->planning.get(), &*context->problem,
                    move_varied(*context, choice), std::nullopt};
  if (study_.places_anew()) {
    try {
      realised = place_anew(*context, choice, realised.placement);
    } catch (const placement::Infeasible&) {
      realised.placement.reset();
      return realised;
    }
  }
  if (own_ == nullptr && context->routes_follow_places &&
      realised.placement != context->planning->given()) {
    context = &follow_routes(*context, choice, *realised.placement);
    realised.scenario = &context->scenario;
    realised.planning = context->planning.get();
    realised.problem = &*context->problem;
  }
  return realised;
}

pb::LoadedScenario Evaluator::scenario_of(std::uint64_t index, const Realised& realised) const {
  const Choice choice = study_.design().at(index);
  pb::LoadedScenario scenario =
      with_plan(*realised.scenario, *realised.problem, *realised.placement);
  if (const double delays = factor(choice, Subject::kScale); delays != 1) {
    scale_delays(scenario.message, delays);
  }
  if (const double demand = factor(choice, Subject::kDemand); demand != 1) {
    scale_demand(scenario.message, demand);
  }
  if (realised.problem->weights != study_.weights()) {
    set_weights(scenario.message, realised.problem->weights);
  }
  return scenario;
}

// ---- questions

std::optional<double> Evaluator::cost_without(const Realised& realised, HostId host) const {
  if (!study_.questions().placer) {
    return std::nullopt;
  }
  const Problem rest = without_host(*realised.problem, host);
  try {
    const Placed placed =
        study_.questions().placer.problem(rest, {study_.seed(), keep_going_, std::nullopt});
    return placed.evaluation.feasible() ? std::optional(placed.evaluation.cost) : std::nullopt;
  } catch (const placement::Infeasible&) {
    return std::nullopt;
  }
}

std::vector<HostFailure> Evaluator::failures(const Realised& realised) const {
  std::vector<HostFailure> failures = host_failures(*realised.problem, *realised.placement);
  for (HostFailure& failure : failures) {
    failure.cost = cost_without(realised, *realised.problem->substrate.find(failure.host));
  }
  return failures;
}

// Fewer than asked for if the run was told to end.
std::optional<Outcome> Evaluator::evaluate(std::uint64_t index) {
  Outcome outcome;
  outcome.alternative = index;
  const Realised realised = realise(index);
  if (realised.placement) {
    const placement::Evaluation evaluation =
        placement::evaluate(*realised.problem, *realised.placement);
    outcome.costs = {evaluation.terms, evaluation.cost};
    outcome.violations = evaluation.violations.size();
    outcome.violation = evaluation.feasible() ? "" : evaluation.violations.front();
    outcome.bound = realised.bound;
    std::ranges::transform(*realised.placement, std::back_inserter(outcome.placement),
                           [](HostId host) { return static_cast<std::uint32_t>(host); });
    if (study_.questions().fail_each_host) {
      outcome.failures = failures(realised);
    }
  }
  if (realised.placement && study_.questions().replications > 0) {
    try {
      outcome.replications =
          replicate(scenario_of(index, realised), study_.questions().replications, keep_going_);
    } catch (const InfeasibleError&) {
      // Hosts have too little memory, which is among the violations.
    }
  }
  return keep_going_() ? std::optional(std::move(outcome)) : std::nullopt;
}

}  // namespace violin::sweep
