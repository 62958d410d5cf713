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

struct PlacementReport {
  std::string scenario;
  const placement::Problem& problem;
  const Placed& placed;
  double seconds = 0;  // wall clock, of solving
  std::vector<Baseline> baselines;
  std::vector<std::string> binding;  // constraints that the placement uses up
  std::vector<std::string> relays;   // that would make it cheaper
  std::optional<Verification> verification;
  std::vector<std::string> warnings;
};

// One object: scenario, cost, bound, gap, terms {name: value}, placement {entity: host}, solver,
// seconds, baselines {name: cost}, flows, binding, relays, verification, warnings.
std::string to_json(const PlacementReport& report);

// Of long tables at most `most_rows` rows.
std::string to_tables(const PlacementReport& report, std::size_t most_rows = 30);

}  // namespace violin
