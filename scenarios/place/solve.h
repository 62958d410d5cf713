// Places the entities of a scenario: picks a solver, follows the routes, compares with baselines.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "models/placement/evaluation.h"
#include "models/placement/solver.h"
#include "scenarios/place/planning.h"

namespace violin {

// The names that solve() takes for a scenario: "auto", those of single solvers, and "hub".
const std::vector<std::string>& solver_names();

struct Placed {
  placement::Assignment placement;
  placement::Evaluation evaluation;
  double bound = 0;
  std::string solver;  // that found the placement
  // What the bound is taken to be given: nothing if empty, else the routes of this placement
  // (routers that form a mesh may take others elsewhere), or how vLANs are spread over vSwitches.
  std::string given;

  // (cost - bound) / cost.
  double gap() const;
  // No placement that keeps the constraints costs less, but for rounding.
  bool proven() const { return evaluation.feasible() && gap() < 1e-6; }
};

// "auto" takes the exact solver where the topology allows, else the search, and the mixed-integer
// program for small cases that are left with a gap. Throws placement::Infeasible if no placement
// keeps the constraints; std::invalid_argument if a solver that is asked for by name cannot treat
// such a problem, or there is none of that name.
Placed solve(const placement::Problem& problem, std::string_view solver,
             const placement::SolveOptions& options);

// The same for a scenario, whose planned vLANs are spread over as many vSwitches as pay
// (spread_lan.h) from the best placement without; "hub" spreads them by the hub location problem
// and takes "auto" for all else, a vLAN that keeps its one vSwitch included; until the routes that
// the tables have at the placement are those that it was found for, at most kMostRoutings times;
// the best of what was found, with the planning of the scenario placed so.
inline constexpr int kMostRoutings = 10;
struct PlacedScenario {
  Placed placed;
  std::unique_ptr<Planning> planning;
};
PlacedScenario solve(std::unique_ptr<Planning> planning, std::string_view solver,
                     const placement::SolveOptions& options);

// What was placed, with relays in the links on which they save at least `share` (relay_links.h),
// all placed anew; as it was if that does not pay.
PlacedScenario relay(PlacedScenario placed, double share, std::string_view solver,
                     const placement::SolveOptions& options);

}  // namespace violin
