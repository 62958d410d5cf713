// What `violin place` found: the placement, what it costs, how good it is.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "scenarios/place/solve.h"
#include "scenarios/place/verification.h"

namespace violin {

// A placement to compare with.
struct Baseline {
  std::string name;
  std::optional<placement::Evaluation>
      evaluation;  // none: the substrate does not have what it needs
};

// A mean of simulations, within half_width at 95 % confidence.
struct Estimate {
  double mean = 0;
  std::optional<double> half_width;
};

// What the scenario's own applications got where its entities were placed like this.
struct SimulatedPlacement {
  std::string name;
  std::optional<Estimate> goodput_bps;
  std::optional<Estimate> delay_p99_s;
  std::optional<Estimate> loss;
  std::optional<bool> tied_with_best;  // whether it cannot be told from the first of the list
};

struct PlacementReport {
  std::string scenario;
  const placement::Problem& problem;
  const Placed& placed;
  double seconds = 0;  // wall clock, of solving
  std::vector<Baseline> baselines;
  std::vector<std::string> binding;           // constraints that the placement uses up
  std::vector<std::string> relays;            // that would make it cheaper
  std::vector<SimulatedPlacement> simulated;  // best first
  std::optional<Verification> verification;
  std::vector<std::string> warnings;
};

// One object: scenario, cost, bound, gap, terms {name: value}, placement {entity: host}, solver,
// seconds, baselines {name: cost}, flows, binding, relays, simulated, verification, warnings.
std::string to_json(const PlacementReport& report);

// Of long tables at most `most_rows` rows.
std::string to_tables(const PlacementReport& report, std::size_t most_rows = 30);

}  // namespace violin
