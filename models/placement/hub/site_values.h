// The Lagrangian relaxation of AllocationMaster at some multipliers of the points: what each site
// is worth as a hub, and which sites that makes hubs.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "models/placement/hub/allocation_domain.h"
#include "models/placement/hub/allocation_model.h"
#include "models/placement/hub/cheapest_sites.h"

namespace violin {

class SiteValues {
 public:
  // All outlive it.
  SiteValues(const AllocationModel& model, const AllocationDomain& domain,
             const Table<double>& prices, std::span<const double> multipliers);

  double bound() const { return base_ + choice_->sum(); }
  double magnitude() const { return magnitude_; }
  bool hub(std::size_t site) const { return choice_->takes(site); }
  // Of the point at the site in the relaxation's solution: 1, or a part for the one that only fits
  // in part, or 0.
  double share(std::size_t point, std::size_t site) const;

  // What the solution costs at least if the free site becomes a hub, or does not.
  double bound_with(std::size_t site) const { return bound() + choice_->with(site); }
  double bound_without(std::size_t site) const { return bound() + choice_->without(site); }
  // Likewise if the point goes to each of the sites that it is allowed, in their order.
  std::vector<double> bounds_of(std::size_t point) const;

 private:
  // What is special about a site whose capacity is used up.
  struct Limit {
    double price = 0;      // of a unit of capacity
    std::size_t last = 0;  // the point that only fits in part,
    double part = 1;       // and that part
  };

  // Of the point to the site, if it is a hub; negative if the point likes to be there.
  double gain(std::size_t point, std::size_t site) const {
    return prices_(point, site) + limits_[site].price * model_.sent[point] - multipliers_[point];
  }
  // The point has no choice if the site is a hub.
  bool bound_to(std::size_t point, std::size_t site) const {
    return model_.homes[point] == site || domain_.allowed(point).size() == 1;
  }
  double contribution(std::size_t point, std::size_t site) const {
    const double value = gain(point, site);
    return bound_to(point, site) || value < 0 ? value : 0;
  }
  void limit(std::size_t site);
  void value_sites();
  void value_total_capacity();

  const AllocationModel& model_;
  const AllocationDomain& domain_;
  const Table<double>& prices_;
  std::span<const double> multipliers_;
  std::vector<std::size_t> fixed_;
  std::vector<std::size_t> free_;
  std::vector<Limit> limits_;
  std::vector<double> values_;
  double base_ = 0;  // what does not depend on the choice
  double magnitude_ = 0;
  std::optional<CheapestSites> choice_;
};

}  // namespace violin
