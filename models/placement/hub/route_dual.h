// Prices on the use of sites by flows, for the bound of multiple allocation: each flow pays for the
// sites of its route, and a hub earns what all flows pay for it. The flows' cheapest routes, less
// what the best hubs earn, is a lower bound; over all prices it reaches that of the strong
// formulation of Hamacher, Labbe, Nickel, Sonneborn (Discrete Applied Mathematics 145, 2004).
#pragma once

#include <cstddef>
#include <vector>

#include "models/placement/hub/hub_problem.h"
#include "models/placement/hub/table.h"

namespace violin {

class RouteDual {
 public:
  // The problem outlives it.
  explicit RouteDual(const HubProblem& problem);

  // Only these sites can be used, in the calls that follow.
  void use(const std::vector<std::size_t>& sites);

  // Finds each flow's cheapest route. Sum of what flows pay for theirs.
  double route();
  // What each site earns.
  const std::vector<double>& earnings() const { return earnings_; }

  // Turns towards a supergradient, where `open` (0 or 1) are the best hubs. Returns the square of
  // the direction's norm, in which flows count by their size.
  double turn(const std::vector<double>& open, double memory);
  void move(double step);

 private:
  struct Flow {
    std::size_t from;
    std::size_t to;
    double size;
  };
  struct Route {
    double cost;
    std::size_t first;
    std::size_t second;
  };
  Route cheapest(const Flow& flow, std::span<const double> prices) const;

  const HubProblem& problem_;
  std::vector<Flow> flows_;
  Table<double> prices_;     // flow x site, none negative
  Table<double> direction_;  // flow x site
  std::vector<Route> routes_;
  std::vector<double> earnings_;
  std::vector<std::size_t> sites_;
  std::vector<std::vector<std::size_t>> by_collection_;  // of each point: sites, cheapest first
  std::vector<std::vector<std::size_t>> by_distribution_;
};

}  // namespace violin
