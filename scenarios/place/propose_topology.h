// The virtual topology of a VIOLIN that has only vHosts: how many vSwitches or vRouters, where, the
// tree or mesh of cables between them, and who is plugged into which
// (models/placement/topology/plan_topology.h).
#pragma once

#include "models/placement/topology/plan_topology.h"
#include "scenarios/load/load.h"

namespace violin {

struct ProposedTopology {
  scenario::LoadedScenario scenario;  // with the entities, cables and where they run
  double bound = 0;                   // of the network term: none of so many entities costs less
};

// For what planning.topology asks. Throws scenario::ScenarioError for a VIOLIN that has switches,
// routers, groups or cables already, or a vHost without host or vNIC.
ProposedTopology propose_topology(const scenario::LoadedScenario& scenario,
                                  const placement::PlanOptions& options);

}  // namespace violin
