// A scenario whose groups are written out.
#pragma once

#include "scenarios/build/builder.h"

namespace violin {

// The same network and traffic: each member of a group as a vHost of its own, each LAN of a group
// as a vSwitch and a vNIC of its router, each flow between groups as single ones. `builder` has
// built the scenario. Components keep their names.
scenario::LoadedScenario without_groups(const ScenarioBuilder& builder);

}  // namespace violin
