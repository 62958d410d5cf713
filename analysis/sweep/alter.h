// A scenario with some of it changed, as a study asks.
#pragma once

#include <cstdint>
#include <string>

#include "models/placement/problem.h"
#include "scenarios/scenario.pb.h"

namespace violin::sweep {

// The file that the substrate's delays come from; nullptr if it has none, or several.
std::string* substrate_file(scenario::Scenario& scenario);

// How many vSwitches the planning section asks for at this one; 1 if it does not say.
std::uint32_t planned_switches(const scenario::Scenario& scenario, const std::string& vswitch);
void plan_switches(scenario::Scenario& scenario, const std::string& vswitch,
                   std::uint32_t switches);

// Of every term.
void set_weights(scenario::Scenario& scenario, const placement::Terms& weights);

// All delays.
void scale_delays(scenario::Scenario& scenario, double factor);

// All that is demanded: rates of planned demands, cbr, poisson and onoff; pings more often; bulk
// transfers and responses of so many more bytes. Transfers without an end and recorded traces stay.
void scale_demand(scenario::Scenario& scenario, double factor);

}  // namespace violin::sweep
