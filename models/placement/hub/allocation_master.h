// The p-median problem that is left when transfers are taken apart: sites cost what they cost,
// points have a price at each site, and each point needs one site that is a hub. Bounded from below
// by Lagrangian relaxation of "each point needs one" (Cornuejols, Fisher, Nemhauser, Management
// Science 23, 1977) and, where there are capacities, of those of each site and of all together, at
// their best multipliers (fractional knapsacks; Contreras, Diaz, Fernandez, OR Spectrum 31, 2009).
#pragma once

#include <cstddef>
#include <vector>

#include "models/placement/hub/allocation_domain.h"
#include "models/placement/hub/allocation_model.h"
#include "models/placement/hub/cheapest_sites.h"

namespace violin {

class AllocationMaster {
 public:
  explicit AllocationMaster(const AllocationModel& model);

  // Multipliers between what each point pays at its site and at the next best of these hubs.
  void start_from(const Table<double>& prices, std::span<const std::size_t> hubs);

  struct Answer {
    double bound;              // infinite if the domain holds no solution
    double magnitude;          // of the sums in it: what its rounding errors are shares of
    Table<double> shares;      // point x site: the mean of the relaxation's solutions
    std::vector<double> open;  // likewise, of each site
  };
  // Makes a few steps towards `target` and stays at the best multipliers met.
  Answer climb(const AllocationModel& model, const AllocationDomain& domain,
               const Table<double>& prices, double target);

  // As TransferDual's.
  double turn(const AllocationModel& model, const Table<double>& shares, double memory);
  void move(const AllocationModel& model, double step);

  // Takes out of the domain what costs more than `cutoff` at the present multipliers.
  void reduce(const AllocationModel& model, AllocationDomain& domain, const Table<double>& prices,
              double cutoff) const;

 private:
  std::vector<double> multipliers_;  // of each point
  std::vector<double> direction_;
};

}  // namespace violin
