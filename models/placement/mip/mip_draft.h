// A mixed-integer program of a placement problem while it is made: where entities are, so far.
//
// What may add nonzeros is false, and adds none, once there would be more than kMaxNonzeros.
#pragma once

#include <utility>
#include <vector>

#include "models/placement/constraints.h"
#include "models/placement/mip/integer_program.h"
#include "models/placement/mip/placement_columns.h"
#include "models/placement/problem.h"

namespace violin::placement {

// Sums up the terms of each column.
std::vector<std::pair<std::size_t, double>> merged(Linear linear);

std::vector<HostId> all_hosts(const Problem& problem);

class MipDraft {
 public:
  static constexpr std::size_t kMaxNonzeros = 2'000'000;

  // Entities may be anywhere unless `kept` says where.
  MipDraft(const Problem& problem, const std::vector<Constraint>& kept);

  IntegerProgram& program() { return program_; }
  const IntegerProgram& program() const { return program_; }
  const PlacementColumns& columns() const { return columns_; }

  bool add_row(Row row);
  // For add_hop() and PlacementColumns::add_pair() of the link's ends.
  bool need_product(std::size_t link);
  // Room for so many more in rows that are to come?
  bool fits(std::size_t more) const { return nonzeros_ + more <= kMaxNonzeros; }

  EntityId end(std::size_t link, std::size_t which) const {
    return problem_.links[link].ends[which];
  }
  // A loop never leaves its host.
  bool is_loop(std::size_t link) const { return end(link, 0) == end(link, 1); }
  bool joined(HostId from, HostId to) const;
  double cells(HostId from, HostId to) const;

  // Adds value(from, to) for where the ends of the hop are.
  template <typename Value>
  void add_hop(Linear& to, const Hop& hop, const Value& value) const {
    if (is_loop(hop.link)) {
      return;
    }
    const EntityId source = end(hop.link, hop.direction);
    const EntityId target = end(hop.link, 1 - hop.direction);
    for (const HostId from : columns_.hosts(source)) {
      for (const HostId at : columns_.hosts(target)) {
        columns_.add_pair(to, source, from, target, at, value(from, at));
      }
    }
  }

 private:
  const Problem& problem_;
  IntegerProgram program_;
  PlacementColumns columns_;
  std::size_t nonzeros_ = 0;
};

}  // namespace violin::placement
