// The best feasible placement that a solver has met so far.
#pragma once

#include <limits>
#include <optional>

#include "models/placement/exact/pair_model.h"

namespace violin::placement {

class Incumbent {
 public:
  // Both outlive this.
  Incumbent(const Problem& problem, const PairModel& model) : problem_(problem), model_(model) {}

  // True if it is feasible and better. `pairwise`: what the model makes it cost.
  bool offer(const Hosts& hosts, double pairwise);
  bool offer(const Assignment& placement);

  const std::optional<Hosts>& hosts() const { return hosts_; }
  // Infinite before there is one.
  double cost() const { return cost_; }
  // The least of all that were feasible.
  double pairwise() const { return pairwise_; }
  // Whether nothing can be better than it by more than rounding errors, given this bound.
  bool proven(double bound) const;

 private:
  const Problem& problem_;
  const PairModel& model_;
  std::optional<Hosts> hosts_;
  double cost_ = std::numeric_limits<double>::infinity();
  double pairwise_ = std::numeric_limits<double>::infinity();
};

}  // namespace violin::placement
