// Virtual links that lead over a third host.
#pragma once

#include <span>

#include "models/placement/relays.h"
#include "scenarios/place/planning.h"

namespace violin {

// The planning's scenario with a vSwitch "relay1", "relay2"... of two ports in the middle of each
// of these links, on the relay's host. The first half of the link, from the end that was given
// first, is configured as it was; the second half is not limited. Everything is where `placement`
// has it.
scenario::LoadedScenario with_relays(const Planning& planning,
                                     const placement::Assignment& placement,
                                     std::span<const placement::Relay> relays);

}  // namespace violin
