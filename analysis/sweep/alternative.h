// Evaluates alternatives of a study, each by itself: the same index gives the same outcome, in
// whatever order and by however many evaluators.
//
// Delays and demand are scaled, weights and places changed in a copy of the problem; other data,
// other seeds and vLANs of other vSwitches, and places where vRouters form a mesh, whose routes
// follow the places, make the problem anew.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "analysis/sweep/outcome.h"
#include "analysis/sweep/study.h"

namespace violin::sweep {

// An alternative as a network on its hosts.
struct Realised {
  const scenario::LoadedScenario* scenario;  // without the placement
  const Planning* planning;
  const placement::Problem* problem;
  std::optional<placement::Assignment> placement;  // none keeps the constraints
  std::optional<double> bound;                     // of what was placed anew
};

class Evaluator {
 public:
  // The study outlives it. Not for concurrent use.
  explicit Evaluator(
      const Study& study, std::function<bool()> keep_going = [] { return true; })
      : study_(study), keep_going_(std::move(keep_going)) {}
  Evaluator(const Evaluator&) = delete;
  Evaluator& operator=(const Evaluator&) = delete;

  // nullopt once `keep_going` says so. Throws VariationError if the data of this alternative has
  // no host of a name that is varied; scenario::ScenarioError if the data is wrong.
  std::optional<Outcome> evaluate(std::uint64_t index);

  // Valid until the next call of either.
  Realised realise(std::uint64_t index);
  // The scenario with all that this alternative changes of it; there must be a placement.
  scenario::LoadedScenario scenario_of(std::uint64_t index, const Realised& realised) const;

 private:
  // A scenario as a problem; scales, weights and places are those of the latest alternative.
  struct Context {
    Context(const Study& study, scenario::LoadedScenario changed);
    // After `planning` was exchanged.
    void renew(const Study& study);

    scenario::LoadedScenario scenario;
    std::unique_ptr<Planning> planning;
    std::optional<placement::Problem> problem;
    std::vector<std::size_t> entities;  // by axis, of kHost
    bool routes_follow_places = false;
    double delay_factor = 1;
    double demand_factor = 1;
  };

  const std::string* value(const Choice& choice, std::size_t axis, Subject subject) const;
  scenario::LoadedScenario changed_scenario(const Choice& choice) const;
  Context& context(const Choice& choice);
  double factor(const Choice& choice, Subject subject) const;
  void adjust(Context& context, const Choice& choice) const;
  std::optional<placement::Assignment> move_varied(Context& context, const Choice& choice) const;
  Realised place_anew(Context& shared, const Choice& choice,
                      const std::optional<placement::Assignment>& start);
  Context& follow_routes(Context& shared, const Choice& choice,
                         const placement::Assignment& placement);
  std::optional<double> cost_without(const Realised& realised, HostId host) const;
  std::vector<HostFailure> failures(const Realised& realised) const;

  const Study& study_;
  std::function<bool()> keep_going_;
  std::map<Choice, std::unique_ptr<Context>> contexts_;  // by what makes the problem anew
  std::unique_ptr<Context> own_;  // of the latest alternative, where others cannot share it
};

}  // namespace violin::sweep
