// Single allocation as the bounds see it: the prices that depend on one point's hub, the transfers
// that depend on two, and the candidates that are still of interest (sites).
#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "models/placement/hub/hub_problem.h"
#include "models/placement/hub/table.h"

namespace violin {

// `weight` times the transfer between the hubs of two points.
struct FlowPair {
  std::size_t from;
  std::size_t to;
  double weight;
};

struct AllocationModel {
  explicit AllocationModel(const HubProblem& problem);

  std::size_t points() const { return linear.rows(); }
  std::size_t sites() const { return linear.columns(); }
  double capacity(std::size_t site) const {
    return capacities.empty() ? std::numeric_limits<double>::infinity() : capacities[site];
  }
  double spread(std::size_t point) const { return sent[point] + received[point]; }

  // Only these sites, in ascending order.
  void keep(std::span<const std::size_t> sites);

  std::vector<std::size_t> candidates;  // of each site
  Table<double> linear;                 // point x site: collection and distribution of all flows
  Table<double> transfer;               // site x site
  Table<double> flow;                   // point x point, none from a point to itself
  std::vector<FlowPair> pairs;          // one for both directions where transfers are symmetric
  std::vector<double> sent;
  std::vector<double> received;
  std::vector<double> fixed_costs;
  std::vector<double> capacities;                 // empty: unlimited
  std::vector<std::optional<std::size_t>> homes;  // of each point: its site, if that is left
  std::optional<std::size_t> hubs;
};

}  // namespace violin
