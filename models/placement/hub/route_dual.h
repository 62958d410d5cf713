// Prices on the use of sites by flows, for the bound of multiple allocation: each flow pays for the
// sites of its route, and a hub earns what all flows pay for it. The flows' cheapest routes, less
// what the best hubs earn, is a lower bound; over all prices it reaches that of the strong
// formulation of Hamacher, Labbe, Nickel, Sonneborn (Discrete Applied Mathematics 145, 2004).
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "models/placement/hub/hub_problem.h"
#include "models/placement/hub/hub_set_proof.h"
#include "models/placement/hub/table.h"

namespace violin {

class RouteDual final : public HubSetDual {
 public:
  // The problem outlives it.
  explicit RouteDual(const HubProblem& problem);

  void use(const std::vector<std::size_t>& sites) override;
  // The value of a site is its fixed cost less what it earns.
  Relaxed relax() override;
  // Flows count by their size in the norm.
  double turn(const std::vector<double>& open) override;
  void move(double step) override;

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
  std::vector<std::size_t> sites_;
  std::vector<std::vector<std::size_t>> by_collection_;  // of each point: sites, cheapest first
  std::vector<std::vector<std::size_t>> by_distribution_;
};

}  // namespace violin
