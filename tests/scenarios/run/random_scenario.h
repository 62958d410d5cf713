// Small random scenarios that are valid: a substrate, one or two VIOLINs with the same addresses,
// sometimes one that runs on the first, links with every kind of parameter, flows of every kind,
// and a timeline of every kind of event. The same seed makes the same scenario.
#pragma once

#include <cstdint>

#include "scenarios/load/load.h"

namespace violin {

struct RandomScenarioOptions {
  // Two VIOLINs whose flows share nothing but the delays and failures of hosts: then neither may
  // notice the other.
  bool independent_violins = false;
};

scenario::LoadedScenario random_scenario(std::uint64_t seed,
                                         const RandomScenarioOptions& options = {});

// The same without what concerns the VIOLIN `name`.
scenario::LoadedScenario without_violin(const scenario::LoadedScenario& scenario,
                                        const std::string& name);

}  // namespace violin
