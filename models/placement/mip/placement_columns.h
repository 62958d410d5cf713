// The columns of a program that say where entities are.
//
// A binary column says that an entity is on a host. A continuous column, the product of two of
// them, says so of two entities: over the hosts of the one the products add up to the column of
// the other (Adams and Sherali's linearisation), so that on trees the relaxation is exact. An
// entity with one host has no column, and adding it to a row adds a constant.
#pragma once

#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "models/placement/mip/integer_program.h"
#include "models/placement/problem.h"

namespace violin::placement {

// Terms may name a column several times.
struct Linear {
  double constant = 0;
  std::vector<std::pair<std::size_t, double>> terms;
};

class PlacementColumns {
 public:
  // `hosts` by entity, ascending, none empty. Adds the columns of places and the rows that put each
  // entity somewhere.
  PlacementColumns(std::vector<std::vector<HostId>> hosts, IntegerProgram& program);

  std::size_t free_entities() const { return free_entities_; }
  std::size_t products() const { return products_.size(); }
  const std::vector<HostId>& hosts(EntityId entity) const { return hosts_[to_index(entity)]; }

  // How many nonzeros the product of two entities would add; 0 if it is there or needs no columns.
  std::size_t nonzeros_of_product(EntityId a, EntityId b) const;
  void add_product(EntityId a, EntityId b, IntegerProgram& program);

  // Adds `amount` if the entity is on the host.
  void add_place(Linear& to, EntityId entity, HostId host, double amount) const;
  // Adds `amount` if both, which are not the same, are where told. If both are free, their product
  // is there.
  void add_pair(Linear& to, EntityId a, HostId on, EntityId b, HostId other, double amount) const;

  Assignment placement(const std::vector<double>& values) const;
  // Sets the columns; false if an entity is where it may not be.
  bool set(std::vector<double>& values, const Assignment& placement) const;
  // Keeps this placement out.
  Row without(const Assignment& placement) const;

 private:
  using Ends = std::pair<std::size_t, std::size_t>;  // entities, the lower index first

  bool is_free(EntityId entity) const { return hosts(entity).size() > 1; }
  static Ends ends(EntityId a, EntityId b);
  std::optional<std::size_t> index_of(EntityId entity, HostId host) const;

  std::vector<std::vector<HostId>> hosts_;
  std::vector<std::size_t> places_;       // first column of each free entity
  std::map<Ends, std::size_t> products_;  // first column; the host of the first end counts slower
  std::size_t free_entities_ = 0;
};

}  // namespace violin::placement
