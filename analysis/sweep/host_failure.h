// What a placement loses with one of its hosts.
#pragma once

#include <vector>

#include "analysis/sweep/outcome.h"
#include "models/placement/problem.h"

namespace violin::sweep {

// Of each host that entities run on, by HostId, without costs: until routes or entities have moved.
std::vector<HostFailure> host_failures(const placement::Problem& problem,
                                       const placement::Assignment& placement);

// The problem once this host is down for good: nobody may be there, demands of entities that may
// be nowhere else are gone, and these entities stay where nothing reaches them.
placement::Problem without_host(const placement::Problem& problem, HostId host);

}  // namespace violin::sweep
