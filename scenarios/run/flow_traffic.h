// When and how much a UDP flow of the scenario sends.
#pragma once

#include <memory>

#include "core/random.h"
#include "models/app/traffic.h"
#include "scenarios/load/load.h"

namespace violin {

// Of a flow that is cbr, poisson, onoff or trace. Throws scenario::ScenarioError, with the place,
// for a trace that cannot be read.
std::unique_ptr<Traffic> make_traffic(const scenario::Flow& flow,
                                      const scenario::LoadedScenario& scenario,
                                      const RandomStream& random);

}  // namespace violin
