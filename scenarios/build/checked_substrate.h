// The substrate of a scenario, with everything checked that can be told before a run.
#pragma once

#include <vector>

#include "models/substrate/substrate.h"
#include "scenarios/load/load.h"
#include "scenarios/validate/validate.h"

namespace violin {

struct CheckedSubstrate {
  Substrate substrate;
  std::vector<scenario::Diagnostic> warnings;
};

// Reads the scenario's data files and validates the scenario against the hosts that they name.
// Throws scenario::ScenarioError with all that is wrong, in the scenario and in its data files.
CheckedSubstrate checked_substrate(const scenario::LoadedScenario& scenario,
                                   scenario::Unplaced unplaced = scenario::Severity::kError);

}  // namespace violin
