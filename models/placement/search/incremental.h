// A placement with its cost and the constraints that it breaks, kept up to date while entities
// move. What evaluation.h computes afresh, within rounding of doubles and floats (losses), as long
// as pinned entities are on their hosts.
//
// Asking what a move would change takes O(neighbours) for the pairwise part of the cost and for the
// constraints. A weight of worst_delay, worst_stretch, or of stretch with free ends, makes it
// O(paths across the entity x log paths); one of busiest_link O(neighbours x length of a route).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "models/placement/problem.h"
#include "models/placement/search/host_books.h"
#include "models/placement/search/incident_costs.h"
#include "models/placement/search/link_books.h"
#include "models/placement/search/path_books.h"

namespace violin::placement {

class Incremental {
 public:
  // The problem outlives this and stays as it is. Throws std::logic_error unless `placement` names
  // an existing host for each entity.
  Incremental(const Problem& problem, Assignment placement);

  const Problem& problem() const { return problem_; }
  const IncidentCosts& pairs() const { return pairs_; }
  const Assignment& placement() const { return placement_; }
  HostId host(EntityId entity) const { return placement_[to_index(entity)]; }
  double cost() const { return cost_; }
  // Of all constraints. Hosts as host_books.h tells; else 1 for an entity on a host that is not
  // allowed, for two that are to be apart and are not, and for a hop of a receiver without a way.
  const Excess& excess() const { return excess_; }
  bool feasible() const { return excess_.broken == 0; }
  // Whether hosts have limits or entities are to be apart.
  bool constrained() const { return hosts_.limited() || !problem_.apart.empty(); }

  // What would be added to both.
  struct Change {
    double cost = 0;
    Excess excess;
  };
  Change move_cost(EntityId entity, HostId to);
  // If both exchanged their hosts.
  Change swap_cost(EntityId a, EntityId b);
  void apply(EntityId entity, HostId to);
  // Starts anew, without rounding that has gathered.
  void reset(Assignment placement);

  // These add to what is told for each host. The pairwise cost of the entity on it:
  void add_links(EntityId entity, std::span<float> by_host) const;
  // And `price` x the growth of the excess if the entity came there from nowhere; access bandwidth,
  // allowed hosts and ways are left out.
  void add_growth(EntityId entity, float price, std::span<float> by_host) const;

 private:
  // What a move changes; leaves `paths_` and `links_` moved.
  Change advance(EntityId entity, const HostBooks::Move& move);
  Change pairwise_change(EntityId entity, HostId to) const;
  std::int64_t forbidden_on(EntityId entity, HostId host) const;
  std::int64_t misplaced(EntityId entity, HostId own) const;
  double other_terms(double busiest_host) const;
  void count_afresh();

  const Problem& problem_;
  bool free_stretch_;  // no sum over links
  IncidentCosts pairs_;
  std::vector<std::vector<EntityId>> apart_;  // by entity
  Assignment placement_;
  HostBooks hosts_;
  std::optional<PathBooks> paths_;  // if a weight makes them count
  std::optional<LinkBooks> links_;  // likewise
  double cost_ = 0;
  Excess excess_;
};

}  // namespace violin::placement
