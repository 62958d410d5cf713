// Small hub problems of all kinds, and their optima by trying everything.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <vector>

#include "core/random.h"
#include "models/placement/hub/hub_cost.h"
#include "models/placement/hub/hub_problem.h"

namespace violin {

inline Table<double> random_table(RandomStream& random, std::size_t rows, std::size_t columns) {
  Table<double> table(rows, columns);
  for (std::size_t i = 0; i < rows; ++i) {
    for (double& cell : table.row(i)) {
      cell = static_cast<double>(random() % 100);
    }
  }
  return table;
}

// Neither symmetric nor metric, some flows zero. By turns with as many points as candidates, homes,
// a number of hubs or fixed costs, and (`capacitated`) capacities.
inline HubProblem random_hub_problem(std::uint64_t seed, bool capacitated = false) {
  RandomStream random(seed, "random hub problem");
  const std::size_t m = 3 + random() % 3;
  const std::size_t n = seed % 2 == 0 ? m : 3 + random() % 3;
  HubProblem problem;
  problem.flow = random_table(random, m, m);
  problem.flow(0, 1) = 0;
  problem.collection = random_table(random, m, n);
  problem.transfer = random_table(random, n, n);
  problem.distribution = random_table(random, m, n);
  for (std::size_t k = 0; k < n; ++k) {
    for (std::size_t l = 0; l < k && seed % 5 != 0; ++l) {
      problem.transfer(l, k) = problem.transfer(k, l);
    }
    problem.transfer(k, k) = seed % 7 == 0 ? 3 : 0;
  }
  if (m == n && seed % 4 == 0) {
    for (std::size_t i = 0; i < m; ++i) {
      problem.homes.push_back(i);
    }
  }
  if (seed % 3 != 0) {
    problem.hubs = 1 + random() % std::min<std::size_t>(n, 3);
  }
  if (seed % 3 != 1) {
    for (std::size_t k = 0; k < n; ++k) {
      problem.fixed_costs.push_back(static_cast<double>(random() % 20'000));
    }
  }
  for (std::size_t k = 0; k < n && capacitated; ++k) {
    problem.capacities.push_back(static_cast<double>(100 + random() % 700));
  }
  return problem;
}

// Calls `visit` with each set of candidates that may be the hubs.
inline void for_each_hub_set(const HubProblem& problem,
                             const std::function<void(const std::vector<std::size_t>&)>& visit) {
  for (std::size_t bits = 1; bits < std::size_t{1} << problem.candidates(); ++bits) {
    std::vector<std::size_t> hubs;
    for (std::size_t k = 0; k < problem.candidates(); ++k) {
      if ((bits >> k & 1) != 0) {
        hubs.push_back(k);
      }
    }
    if (hubs.size() == problem.hubs.value_or(hubs.size())) {
      visit(hubs);
    }
  }
}

// nullopt if there is no solution.
inline std::optional<double> best_single_allocation(const HubProblem& problem) {
  std::optional<double> best;
  for_each_hub_set(problem, [&](const std::vector<std::size_t>& hubs) {
    std::vector<std::size_t> choice(problem.points());
    for (bool more = true; more;) {
      std::vector<std::size_t> allocation;
      for (const std::size_t c : choice) {
        allocation.push_back(hubs[c]);
      }
      if (feasible(problem, hubs, allocation)) {
        const double cost = single_allocation_cost(problem, hubs, allocation);
        best = std::min(best.value_or(cost), cost);
      }
      more = false;
      for (std::size_t i = 0; i < choice.size() && !more; ++i) {
        choice[i] = (choice[i] + 1) % hubs.size();
        more = choice[i] != 0;
      }
    }
  });
  return best;
}

inline double best_multiple_allocation(const HubProblem& problem) {
  double best = std::numeric_limits<double>::infinity();
  for_each_hub_set(problem, [&](const std::vector<std::size_t>& hubs) {
    best = std::min(best, multiple_allocation_cost(problem, hubs));
  });
  return best;
}

}  // namespace violin
