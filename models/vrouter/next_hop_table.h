// The distinct next hops of a forwarding table, each with the number of routes that use it. A
// full table has a million routes and few next hops.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "models/vrouter/route.h"

namespace violin {

class NextHopTable {
 public:
  using Id = std::uint32_t;

  const NextHop& operator[](Id id) const { return hops_[id]; }
  // Counts one more route that uses `hop`.
  Id acquire(const NextHop& hop);
  void release(Id id);
  std::size_t size() const { return ids_.size(); }
  void clear() { *this = {}; }
  std::size_t memory() const;

 private:
  struct Use {
    Id id;
    std::uint32_t routes;
  };
  std::vector<NextHop> hops_;
  std::vector<Id> free_;
  std::map<NextHop, Use> ids_;
};

}  // namespace violin
