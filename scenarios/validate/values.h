// What the fields of one message mean together, wherever in a scenario the message is.
#pragma once

#include "scenarios/validate/report.h"

namespace violin::scenario {

void check_values(const LoadedScenario& scenario, Report& report);

}  // namespace violin::scenario
