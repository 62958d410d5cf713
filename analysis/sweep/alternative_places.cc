// Where the entities of an alternative are.
#include <fmt/format.h>

#include <utility>

#include "analysis/sweep/alter.h"
#include "analysis/sweep/alternative.h"

namespace violin::sweep {

namespace pb = scenario;
using placement::Assignment;
using placement::Problem;

namespace {

void pin(pb::Scenario& scenario, const std::string& entity, const std::string& host) {
  pb::PlacementRule& rule = *scenario.mutable_planning()->add_rules();
  rule.add_entities(entity);
  rule.add_hosts(host);
  rule.set_movable(true);
}

}  // namespace

// The given placement with those moved that are varied. Who was pinned is pinned where it goes.
std::optional<Assignment> Evaluator::move_varied(Context& context, const Choice& choice) const {
  std::optional<Assignment> places = context.planning->given();
  for (std::size_t axis = 0; axis < choice.size(); ++axis) {
    const Axis& varied = study_.axes()[axis];
    if (varied.variation.subject != Subject::kHost) {
      continue;
    }
    const std::size_t entity = context.entities[axis];
    auto& allowed = context.problem->entities[entity].allowed;
    allowed = context.planning->problem().entities[entity].allowed;
    const std::string* name = value(choice, axis, Subject::kHost);
    if (name == nullptr) {
      continue;
    }
    const auto host = context.problem->substrate.find(*name);
    if (!host) {
      throw VariationError(fmt::format("'{}': the substrate of an alternative has no host '{}'",
                                       varied.variation.key, *name));
    }
    if (places) {
      (*places)[entity] = *host;
    }
    if (varied.moves_pinned) {
      allowed = {*host};
    }
  }
  return places;
}

// Where vRouters form a mesh.
Evaluator::Context& Evaluator::follow_routes(Context& shared, const Choice& choice,
                                             const Assignment& placement) {
  auto own =
      std::make_unique<Context>(study_, with_plan(shared.scenario, *shared.problem, placement));
  adjust(*own, choice);
  move_varied(*own, choice);
  own_ = std::move(own);
  return *own_;
}

Realised Evaluator::place_anew(Context& shared, const Choice& choice,
                               const std::optional<Assignment>& start) {
  const placement::SolveOptions options{study_.seed(), keep_going_, start};
  Context* context = &shared;
  bool spread = false;
  for (std::size_t axis = 0; axis < choice.size(); ++axis) {
    spread = spread || value(choice, axis, Subject::kSwitches) != nullptr;
  }
  Placed placed;
  if (spread) {
    pb::LoadedScenario scenario = shared.scenario;
    for (std::size_t axis = 0; axis < choice.size(); ++axis) {
      if (const std::string* host = value(choice, axis, Subject::kHost)) {
        pin(scenario.message, study_.axes()[axis].entity, *host);
      }
    }
    set_weights(scenario.message, shared.problem->weights);
    own_ = std::make_unique<Context>(study_, std::move(scenario));
    context = own_.get();
    placed = study_.questions().placer.scenario(context->planning, options);
    context->scenario = context->planning->scenario();
    context->renew(study_);
    adjust(*context, choice);
  } else {
    Problem problem = *shared.problem;
    for (std::size_t axis = 0; axis < choice.size(); ++axis) {
      if (const std::string* host = value(choice, axis, Subject::kHost)) {
        problem.entities[shared.entities[axis]].allowed = {*problem.substrate.find(*host)};
      }
    }
    placed = study_.questions().placer.problem(problem, options);
  }
  // What the search did not know, its bound does not hold for.
  const bool proven = !context->routes_follow_places && placed.given.empty() &&
                      (!spread || (context->delay_factor == 1 && context->demand_factor == 1));
  return {&context->scenario, context->planning.get(), &*context->problem,
          std::move(placed.placement), proven ? std::optional(placed.bound) : std::nullopt};
}

}  // namespace violin::sweep
