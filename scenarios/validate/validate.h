// Whether a loaded scenario makes sense: everything that can be told without its data files.
//
//   values      what fields of one message mean together: low <= high, jitter <= delay, files exist
//   substrate   hosts, pairs, and which VIOLIN carries which
//   network     names, cables, vLANs without loops, addresses, gateways, static routes
//   run         flows, captures and the timeline, played in order over the network
//
// Each problem is told with its place, what is wrong and what to do about it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "scenarios/load/load.h"

namespace violin::scenario {

// How bad it is that an entity has no host: a run needs one, planning finds one (nullopt: fine).
using Unplaced = std::optional<Severity>;

// All problems by place, warnings among them. `substrate_hosts` are the names of the overlay hosts,
// once the substrate has been loaded; without them, hosts are checked only where the scenario lists
// them itself.
std::vector<Diagnostic> validate(
    const LoadedScenario& scenario,
    const std::optional<std::vector<std::string>>& substrate_hosts = std::nullopt,
    Unplaced unplaced = Severity::kError);

// The warnings. Throws ScenarioError with the errors if there are any.
std::vector<Diagnostic> require_valid(
    const LoadedScenario& scenario,
    const std::optional<std::vector<std::string>>& substrate_hosts = std::nullopt,
    Unplaced unplaced = Severity::kError);

}  // namespace violin::scenario
