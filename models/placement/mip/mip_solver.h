// Exact in general: a mixed-integer program through CBC, for small cases and for proving.
#pragma once

#include <optional>

#include "models/placement/solver.h"

namespace violin::placement {

// "mip". Cannot treat what MipModel cannot. Throws Infeasible with the smallest conflict.
//
// CBC's answer is a claim: the placement is evaluated, and its bound counts only if it does not
// contradict what was found (believed_bound()); if it does, the relaxation's bound stands. So does
// it if CBC calls a problem infeasible in which no conflict is found. A bound that is believed is
// told 1e-7 lower, relatively, than CBC has it: its tolerance.
class MipSolver final : public Solver {
 public:
  std::string name() const override { return "mip"; }
  std::optional<Answer> solve(const Problem& problem, const SolveOptions& options) const override;
};

// What CBC says of a placement that costs `cost`, in the problem's units.
struct Claim {
  double cost = 0;      // of the placement
  double bound = 0;     // of all
  double rounding = 0;  // that the placement may cost more than CBC is to know
};
// Not above `cost`; `safe` at least, and nothing else if the claim cannot be true.
double believed_bound(const Claim& claim, double cost, double safe);

// No placement that keeps the constraints costs less: the optimum of the linear relaxation, or less
// if `keep_going` ends it. nullopt where MipModel has none.
std::optional<double> lp_bound(
    const Problem& problem, const KeepGoing& keep_going = [] { return true; });

}  // namespace violin::placement
