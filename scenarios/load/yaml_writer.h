// A scenario as canonical YAML.
#pragma once

#include <string>

#include "scenarios/scenario.pb.h"

namespace violin::scenario {

// Fields in the schema's order, short forms where there are, small messages on one line. Loading
// it gives an equal message.
std::string to_yaml(const Scenario& scenario);

}  // namespace violin::scenario
