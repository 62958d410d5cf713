// A placement in the making: entities get a host one after the other.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "models/placement/problem.h"
#include "models/placement/search/host_books.h"
#include "models/placement/search/incident_costs.h"

namespace violin::placement {

class Placing {
 public:
  // The problem outlives this. Pinned entities have their hosts already.
  explicit Placing(const Problem& problem);
  Placing(const Placing&) = delete;
  Placing& operator=(const Placing&) = delete;

  // Adds the cost, for one entity, of each host.
  using Preference = std::function<void(EntityId entity, std::span<float> by_host)>;
  // Places all others, next the one with the most traffic to those that are placed, each on the
  // host of least cost on which it breaks no constraint; if there is none, of least cost among
  // those that are allowed.
  Assignment place_all(const Preference& preference);

  bool placed(EntityId entity) const {
    return placement_[to_index(entity)] != HostBooks::nowhere(problem_);
  }
  HostId host(EntityId entity) const { return placement_[to_index(entity)]; }
  const IncidentCosts& pairs() const { return pairs_; }
  // Adds what each host would cost the entity for its links to those that are placed.
  void add_neighbours(EntityId entity, std::span<float> by_host) const;

 private:
  std::optional<EntityId> next() const;
  void place(EntityId entity, HostId host);
  HostId best_host(EntityId entity, std::span<const float> by_host) const;
  bool fits(EntityId entity, HostId host) const;

  const Problem& problem_;
  IncidentCosts pairs_;
  std::vector<std::vector<EntityId>> apart_;
  Assignment placement_;
  HostBooks books_;
  std::vector<double> loads_;
  std::vector<double> pull_;  // traffic of each entity to those that are placed
};

}  // namespace violin::placement
