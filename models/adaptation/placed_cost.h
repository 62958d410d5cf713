// What a placement costs per second at one time, and what it would cost with one entity elsewhere.
//
// A changing substrate can break any placement, so constraints are priced: the rate is the
// pairwise cost plus `breach_price` times the breach. The breach is 0 where all constraints are
// kept. It grows by
//   use / limit - 1   for each host and resource of which more is used than there is,
//   1                 for each entity on a host that is down or that it may not be on,
//   1                 for each two entities on one host that are to be apart.
#pragma once

#include <span>
#include <vector>

#include "models/adaptation/snapshot.h"

namespace violin::adaptation {

// The snapshot outlives it.
class PlacedCost {
 public:
  PlacedCost(const Snapshot& snapshot, Assignment placement, double breach_price);

  double rate() const { return cost_ + breach_price_ * breach(); }
  double breach() const { return excess_ + broken_; }
  const Assignment& placement() const { return placement_; }
  std::span<const Resources> uses() const { return uses_; }  // by HostId
  std::size_t host(std::size_t entity) const { return violin::to_index(placement_[entity]); }

  // The rate with the entity on each host, by HostId. Takes O(hosts x links of the entity).
  std::vector<double> rates(std::size_t entity) const;
  void move(std::size_t entity, std::size_t to);

 private:
  using Uses = std::vector<Resources>;  // by HostId
  struct Away;

  std::size_t other(const Snapshot::Link& link, std::size_t entity) const {
    return host(link.ends[0] == entity ? link.ends[1] : link.ends[0]);
  }
  Away without(std::size_t entity) const;
  double link_cost(std::size_t entity, std::size_t on) const;
  void use(std::size_t entity, double sign);
  double excess(std::size_t host, const Resources& used) const;
  double total_excess(const Uses& uses) const;
  double broken(std::size_t entity, std::size_t on) const;

  const Snapshot& snapshot_;
  Assignment placement_;
  double breach_price_;
  Uses uses_;
  double cost_ = 0;
  double excess_ = 0;
  double broken_ = 0;
};

}  // namespace violin::adaptation
