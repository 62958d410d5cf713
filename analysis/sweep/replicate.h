// Simulations of one scenario with other dice each time.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "analysis/sweep/outcome.h"
#include "scenarios/load/load.h"

namespace violin::sweep {

// Replication r runs with the scenario's seed plus r: common random numbers, so that scenarios that
// are compared differ by themselves and not by their dice. Fewer than asked for once `keep_going`
// says so. Throws as run() does.
std::vector<Replication> replicate(const scenario::LoadedScenario& scenario,
                                   std::uint32_t replications,
                                   const std::function<bool()>& keep_going);

}  // namespace violin::sweep
