// Lagrangian prices of what constraints limit: a host's memory, frames and access bandwidth, and
// the places that a group of entities apart has on each host (one). A placement pays for what it
// uses and is given back what all limits are worth; one that keeps the constraints never pays more
// than it is given, so the least cost with prices is a lower bound.
//
// Source: Held, Wolfe, Crowder, "Validation of subgradient optimization", Math. Prog. 6, 1974, with
// the step of Polyak, "Minimization of unsmooth functionals", 1969.
#pragma once

#include "models/placement/exact/dynamic_program.h"
#include "models/placement/exact/host_limits.h"

namespace violin::placement {

class Prices {
 public:
  // All 0. The limits outlive this.
  explicit Prices(const HostLimits& limits);

  // Costs of single hosts with what a variable uses there.
  HostCosts charged(HostCosts alone) const;
  const AccessPrices& access() const { return access_; }
  // What all limits are worth.
  double refund() const;
  // Moves the prices along what `hosts` uses beyond limits, so far that a bound that is linear
  // there would rise by `rise`. False if nothing speaks for another price.
  bool climb(const Hosts& hosts, double rise);

 private:
  // By resource, and after them by group.
  const std::vector<double>& room(std::size_t row) const;
  double unit(std::size_t row, std::size_t host) const;
  std::vector<std::vector<double>> slope(const Hosts& hosts) const;
  void charge_pinned_links(HostCosts& alone) const;
  void set_access();

  const HostLimits* limits_;
  std::vector<double> one_;                  // the room of a group on each host
  std::vector<std::vector<double>> prices_;  // by row and host: for a share of the capacity
  AccessPrices access_;
};

}  // namespace violin::placement
