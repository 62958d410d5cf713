// The pairwise part of the cost (pairwise.h) seen from one entity: what its links to each neighbour
// cost, with it on one host or on every host at once.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "models/placement/pairwise.h"
#include "models/placement/problem.h"

namespace violin::placement {

// All links between an entity and one neighbour together. Index 0 leads to the neighbour, 1 back.
struct Incident {
  EntityId other{};
  std::array<double, 2> delay{};  // cost per unit of delay, as in PairWeights
  std::array<double, 2> loss{};
  std::array<double, 2> bits_per_second{};
  std::array<std::uint32_t, 2> uses{};  // receivers whose path crosses, link by link
};

class IncidentCosts {
 public:
  // The problem outlives this. Where delays are not symmetric this keeps another copy of them, and
  // where losses count one or two matrices of floats.
  IncidentCosts(const Problem& problem, const Terms& weights);

  // By neighbour; links from an entity to itself cost nothing and are left out.
  std::span<const Incident> incidents(EntityId entity) const {
    return incidents_[to_index(entity)];
  }
  bool symmetric() const { return symmetric_; }  // of delays
  bool lossy() const { return !losses_.empty(); }
  // With the entity on `own` and the neighbour on `other`.
  double cost(const Incident& incident, HostId own, HostId other) const;
  // Receivers whose path crosses here although there is no way.
  std::uint32_t cut(const Incident& incident, HostId own, HostId other) const;
  // Adds the cost of each host for the entity, within the precision of float.
  void add(const Incident& incident, HostId other, std::span<float> by_host) const;

 private:
  DelayMatrix::Cell delay(std::size_t from, std::size_t to) const {
    return problem_.delays.cells()[from * problem_.delays.size() + to];
  }

  const Problem& problem_;
  bool symmetric_;
  std::vector<DelayMatrix::Cell> delays_to_;  // transposed, unless symmetric
  std::vector<float> losses_;
  std::vector<float> losses_to_;
  std::vector<std::vector<Incident>> incidents_;
};

// The first of the smallest.
HostId cheapest_host(std::span<const float> by_host);

}  // namespace violin::placement
