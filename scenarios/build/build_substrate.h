// The substrate that a scenario describes: its data files are read here.
#pragma once

#include "models/substrate/substrate.h"
#include "scenarios/load/load.h"

namespace violin {

// Throws LoadError for a data file's contents, scenario::ScenarioError for what the scenario says
// of hosts that the data does not have, and for files that cannot be read or are too large.
Substrate build_substrate(const scenario::LoadedScenario& scenario);

// Gives both directions of the pair what it says: half of its RTT, its loss.
void apply_pair(Substrate& substrate, HostId a, HostId b, const scenario::HostPair& pair);

}  // namespace violin
