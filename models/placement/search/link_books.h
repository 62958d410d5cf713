// What substrate links carry, or without a router graph what crosses each pair of hosts whose
// bandwidth is known, kept up to date while entities move: for the busiest of them.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <utility>
#include <vector>

#include "models/placement/problem.h"
#include "models/placement/search/incident_costs.h"
#include "models/placement/search/max_tree.h"

namespace violin::placement {

class LinkBooks {
 public:
  // Problem and pairs outlive this.
  LinkBooks(const Problem& problem, const IncidentCosts& pairs, const Assignment& placement);

  double busiest() const { return shares_.max(); }

  // `placement` still has the entity on its old host.
  void move(EntityId entity, HostId to, const Assignment& placement);
  // Takes the last move back, exactly.
  void undo();

 private:
  struct Line {  // a substrate link or a pair of hosts
    double capacity;
    double bits_per_second = 0;
  };
  struct Former {
    std::size_t line;
    double bits_per_second;
  };
  void carry(HostId from, HostId to, double bits_per_second);
  void carry(const Incident& incident, HostId own, HostId other, double sign);
  void carry(std::size_t line, double bits_per_second);
  void set(std::size_t line, double bits_per_second);
  std::optional<std::size_t> line_between(HostId from, HostId to);

  const Problem& problem_;
  const IncidentCosts& pairs_;
  std::vector<Line> lines_;
  std::unordered_map<std::uint64_t, std::size_t> line_of_pair_;  // those that were ever crossed
  MaxTree shares_;
  std::vector<Former> former_;
};

}  // namespace violin::placement
