// The cheapest placement of a model of width 1 or 2, by dynamic programming over its elimination:
// each variable that goes leaves to its neighbours, for each of their hosts, what it and all that
// went into it cost at best.
//
// Time: for a forest one min-plus product a variable (hosts^2), batched by rounds; for each
// variable with two neighbours a table product (hosts^3). Hosts where a variable may not be are
// left out of tables and, if they are most, of products.
// Memory: the costs of single hosts, twice, and a table (8 bytes x hosts^2) for each variable with
// two neighbours: see table_bytes().
#pragma once

#include <optional>
#include <vector>

#include "models/placement/exact/elimination.h"
#include "models/placement/exact/pair_model.h"

namespace violin::placement {

// What a bit per second costs that leaves or enters a host, beyond the model's costs; empty: none.
struct AccessPrices {
  std::vector<double> up;
  std::vector<double> down;

  // What `edge` pays for its ends on two hosts: ends[0]'s part if it is on `host`.
  double part(const PairEdge& edge, std::size_t host) const {
    return up.empty() ? 0 : up[host] * edge.bits[0] + down[host] * edge.bits[1];
  }
};

class DynamicProgram {
 public:
  struct Optimum {
    double cost;  // kFar or more: there is no such placement
    Hosts hosts;
    std::vector<double> by_last;  // the least cost for each host of `last`
  };

  // Both outlive this. `last`: the variable that by_last tells of.
  DynamicProgram(const PairModel& model, const PairCosts& costs,
                 std::optional<std::uint32_t> last = std::nullopt);

  // More than 2: it cannot be run.
  std::size_t width() const { return order_.width; }
  // Of all tables that exist at the same time; hosts where a variable costs kFar are left out.
  double table_bytes(const HostCosts& alone) const;
  // With these costs of single hosts instead of the model's.
  Optimum minimise(HostCosts alone, const AccessPrices& prices = {}) const;

 private:
  class Run;
  const PairModel& model_;
  const PairCosts& costs_;
  std::optional<std::uint32_t> last_;
  Elimination order_;
};

// Where a variable may be, given what each host costs it.
std::vector<std::uint32_t> domain(const std::vector<double>& alone);

}  // namespace violin::placement
