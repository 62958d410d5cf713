// The Lagrangian bound: raises prices on what constraints limit as long as that raises the least
// cost, and repairs the placements that it meets on the way.
//
// What is priced: memory, forwarding capacity, access bandwidth up and down, groups apart. Allowed
// hosts and ways between hosts are kept by the model itself. A bound is lowered by 1e-9 of the
// terms that it is the sum of, more than their rounding errors.
#pragma once

#include <functional>

#include "models/placement/budget.h"
#include "models/placement/exact/incumbent.h"
#include "models/placement/exact/prices.h"

namespace violin::placement {

// The least cost of a model whose single hosts and access bandwidth cost this, or less than that.
struct Relaxed {
  double bound;  // kFar or more: there is no placement
  double scale;  // what rounding errors are relative to
  Hosts hosts;
};
using Relaxation = std::function<Relaxed(HostCosts alone, const AccessPrices& prices)>;

inline constexpr double kSlack = 1e-9;

struct PricingOptions {
  bool exact = true;  // the relaxation is: asked again at the same prices, it has no better bound
  std::size_t rounds = 200;
  double offset = 0;  // that the whole cost is at least above the model's
};

struct Priced {
  double bound;   // of the model's cost; infinite: there is no feasible placement
  Prices prices;  // that lead to it
};

class Pricing {
 public:
  // All outlive this. `model` costs kFar where `limits` forbid a host outright.
  Pricing(const PairModel& model, const PairCosts& costs, const HostLimits& limits)
      : model_(model), costs_(costs), limits_(limits) {}

  Priced run(const Relaxation& relaxation, const PricingOptions& options, Incumbent& incumbent,
             const KeepGoing& keep_going) const;
  // The relaxation's bound at these prices.
  double bound(const Relaxed& relaxed, const Prices& prices) const;

 private:
  void offer(const Hosts& hosts, Incumbent& incumbent) const;

  const PairModel& model_;
  const PairCosts& costs_;
  const HostLimits& limits_;
};

}  // namespace violin::placement
