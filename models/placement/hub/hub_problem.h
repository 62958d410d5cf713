// The p-hub problems: flows between points are collected at hubs, transferred between hubs and
// distributed from hubs; which of the candidates become hubs, and by which do flows go?
//
// A flow w from point i to point j by hubs k and l costs
//   w * (collection(i, k) + transfer(k, l) + distribution(j, l)).
// Single allocation: a point sends and receives all of its flows by one hub (USApHMP; with
// capacities and fixed costs CSAHLP). Multiple allocation: each flow takes hubs of its own
// (UMApHMP). A hub's load is the flow collected at it, that between its own points included.
//
// Points and candidates may be different places. Where they are the same, `homes` says so, and then
// a point whose candidate is a hub is allocated to it, as in the formulations of Ernst and
// Krishnamoorthy (single allocation only; with other prices it could be cheaper elsewhere).
//
// Sources: O'Kelly, EJOR 32, 1987; Campbell, Operations Research 44, 1996; Ernst, Krishnamoorthy,
// Location Science 4, 1996, EJOR 104, 1998, Annals of OR 86, 1999.
#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <vector>

#include "models/placement/hub/table.h"

namespace violin {

struct HubProblem {
  Table<double> flow;                 // point x point
  Table<double> collection;           // point x candidate
  Table<double> transfer;             // candidate x candidate
  Table<double> distribution;         // point x candidate
  std::optional<std::size_t> hubs{};  // exactly so many; without: as many as is cheapest
  std::vector<double> fixed_costs{};  // of each candidate that becomes a hub; empty: none
  std::vector<double> capacities{};   // of each candidate; empty: unlimited
  std::vector<std::size_t> homes{};   // of each point: its candidate; empty: none

  std::size_t points() const { return flow.rows(); }
  std::size_t candidates() const { return transfer.rows(); }
  double fixed_cost(std::size_t candidate) const {
    return fixed_costs.empty() ? 0 : fixed_costs[candidate];
  }
  double capacity(std::size_t candidate) const {
    return capacities.empty() ? std::numeric_limits<double>::infinity() : capacities[candidate];
  }
  // That a point sends, and that it receives.
  std::vector<double> sent() const;
  std::vector<double> received() const;
};

// Throws std::logic_error unless all parts agree in their sizes, no flow or cost is negative, there
// are a point and a candidate, and 1 <= hubs <= candidates.
void check(const HubProblem& problem);

struct HubSolution {
  double cost = std::numeric_limits<double>::infinity();  // of the best found, infinite if none
  double bound = 0;                                       // that no solution can beat
  std::vector<std::size_t> hubs;                          // in ascending order
  std::vector<std::size_t> allocation;  // of each point: its hub; multiple allocation: empty

  bool found() const { return !hubs.empty(); }
  bool proven() const;
  double gap() const;  // (cost - bound) / cost
};

// Two costs that differ by less than this share of them count as equal: bounds are computed in
// doubles, and a solver stops when no better solution can be better by more than that.
inline constexpr double kSameCost = 1e-9;

}  // namespace violin
