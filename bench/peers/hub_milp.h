// USApHMP as a mixed integer program in the formulation of Ernst and Krishnamoorthy (Location
// Science 4, 1996), solved by the programs of CBC and GLPK.
#pragma once

#include <optional>
#include <string>

#include "models/placement/hub/hub_problem.h"

namespace violin::bench {

// In CPLEX LP format. Flows are scaled to whole numbers: `scale` of them are one.
std::string to_lp(const HubProblem& problem, double scale);

enum class MilpSolver { kCbc, kGlpk };

bool installed(MilpSolver solver);

struct MilpRun {
  std::optional<double> cost;  // nullopt if the solver tells no proven optimum
  double cpu_seconds;          // of the program, reading its input included
};
MilpRun solve(MilpSolver solver, const std::string& lp);

}  // namespace violin::bench
