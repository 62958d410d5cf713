// A study: a scenario, what is varied of it, and what is asked of each alternative.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "analysis/sweep/design.h"
#include "analysis/sweep/variation.h"
#include "scenarios/load/load.h"
#include "scenarios/place/planning.h"
#include "scenarios/place/solve.h"

namespace violin::sweep {

// A variation with what the scenario has to do with it.
struct Axis {
  Variation variation;        // patterns replaced by the hosts that they match
  std::string given;          // the value that the scenario has; empty if none
  std::string entity;         // of kHost, as the problem has it
  bool moves_pinned = false;  // of kHost: the scenario would keep that entity where it is
};

// How entities are placed anew: as the two functions solve() of scenarios/place/solve.h.
struct Placer {
  std::function<Placed(const placement::Problem&, const placement::SolveOptions&)> problem;
  // For vLANs that are spread over several vSwitches: the planning becomes that of the network that
  // was placed.
  std::function<Placed(std::unique_ptr<Planning>&, const placement::SolveOptions&)> scenario;

  explicit operator bool() const { return problem && scenario; }
};

struct Questions {
  bool replace = false;            // what can move and is not varied, to where it costs least
  bool fail_each_host = false;     // what does each host's failure cost?
  std::uint32_t replications = 0;  // simulations of each alternative
  Placer placer{};                 // may be empty unless `replace`
};

enum class Plan : std::uint8_t { kGrid, kRandom, kOneAtATime };

struct Sampling {
  Plan plan = Plan::kGrid;
  std::uint64_t samples = 0;  // of kRandom
};

class Study {
 public:
  // Throws VariationError if the scenario has not what is varied, or entities are without a host;
  // std::invalid_argument if there are too many alternatives; scenario::ScenarioError.
  Study(const scenario::LoadedScenario& scenario, std::vector<Variation> variations,
        Sampling sampling, Questions questions);

  const std::vector<Axis>& axes() const { return axes_; }
  const Design& design() const { return *design_; }
  const Questions& questions() const { return questions_; }
  const scenario::LoadedScenario& scenario() const { return scenario_; }
  std::uint64_t seed() const { return scenario_.message.has_seed() ? scenario_.message.seed() : 1; }
  // Of the scenario as given.
  const placement::Terms& weights() const { return weights_; }
  // By axis: of the choice, or as given.
  bool places_anew() const;  // `replace`, or vLANs are spread
  std::vector<std::string> values(const Choice& choice) const;
  const std::vector<std::string>& warnings() const { return warnings_; }
  // Two studies with the same text have the same rows, as far as their data files are the same.
  std::string identity() const;

 private:
  void find_host_axis(Axis& axis, const Planning& planning) const;
  void settle(Axis& axis, const Planning& planning) const;
  void place_the_unplaced();

  scenario::LoadedScenario scenario_;
  std::vector<Axis> axes_;
  Sampling sampling_;
  Questions questions_;
  placement::Terms weights_{};
  std::optional<Design> design_;
  std::vector<std::string> warnings_;
};

}  // namespace violin::sweep
