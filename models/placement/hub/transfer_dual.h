// Prices that take transfers apart: for each pair of points with flow between them, u(k) for the
// first being at site k and v(l) for the second being at l, with u(k) + v(l) <= transfer(k, l).
// What a pair pays is then at least weight * (u(k) + v(l)), which depends on each point alone:
// transfers are gone, and what remains is a p-median problem whose optimum is a lower bound.
//
// Only u is kept: the best v for it is v(l) = min over k of transfer(k, l) - u(k). Over all u the
// bound reaches that of the strong path formulation of Skorin-Kapov et al. (EJOR 94, 1996).
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "models/placement/hub/allocation_domain.h"
#include "models/placement/hub/allocation_model.h"

namespace violin {

class TransferDual {
 public:
  explicit TransferDual(const AllocationModel& model);

  // Prices under which the allocation's transfers are paid in full, half by each of the two points:
  // where transfers obey the triangle inequality, u(k) = (t(k, b) - t(k, a)) / 2 for hubs a and b.
  void start_from(const AllocationModel& model, std::span<const std::size_t> allocation);

  // The prices of each point at each site: the model's, with the shares of the transfers.
  Table<double> prices(const AllocationModel& model, const AllocationDomain& domain);
  // Sum of the magnitudes of all that prices() last added: what its rounding errors are shares of.
  double magnitude() const { return magnitude_; }

  // Turns towards a supergradient at the allocation `shares` (point x site), which answered the
  // prices. Returns the square of the direction's norm, in which pairs count by their weights.
  double turn(const AllocationModel& model, const AllocationDomain& domain,
              const Table<double>& shares, double memory);
  void move(double step);

  // Only these sites, as AllocationModel::keep.
  void keep(std::span<const std::size_t> sites);

 private:
  // The site of the first point that decides v(l).
  std::size_t answer(const AllocationModel& model, const std::vector<std::size_t>& sites,
                     std::size_t pair, std::size_t l) const;

  Table<double> u_;          // pair x site
  Table<double> direction_;  // pair x site
  double magnitude_ = 0;
};

}  // namespace violin
