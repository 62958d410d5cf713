#include "models/placement/hub/hub_problem.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/require.h"

namespace violin {

std::vector<double> HubProblem::sent() const {
  std::vector<double> sums(points());
  for (std::size_t i = 0; i < points(); ++i) {
    const auto row = flow.row(i);
    sums[i] = std::accumulate(row.begin(), row.end(), 0.0);
  }
  return sums;
}

std::vector<double> HubProblem::received() const {
  std::vector<double> sums(points());
  for (std::size_t i = 0; i < points(); ++i) {
    for (std::size_t j = 0; j < points(); ++j) {
      sums[j] += flow(i, j);
    }
  }
  return sums;
}

void check(const HubProblem& problem) {
  const std::size_t m = problem.points();
  const std::size_t n = problem.candidates();
  const auto sized = [](const Table<double>& table, std::size_t rows, std::size_t columns) {
    return table.rows() == rows && table.columns() == columns;
  };
  const auto one_each = [](const auto& list, std::size_t size) {
    return list.empty() || list.size() == size;
  };
  require(m > 0 && n > 0, "a hub problem has points and candidates");
  require(sized(problem.flow, m, m), "flows are between points");
  require(sized(problem.transfer, n, n), "transfers are between candidates");
  require(sized(problem.collection, m, n) && sized(problem.distribution, m, n),
          "collection and distribution are between points and candidates");
  for (const Table<double>* table :
       {&problem.flow, &problem.collection, &problem.transfer, &problem.distribution}) {
    require(std::ranges::all_of(table->cells(), [](double cell) { return cell >= 0; }),
            "flows and costs are not negative");
  }
  require(one_each(problem.fixed_costs, n) && one_each(problem.capacities, n),
          "fixed costs and capacities are of candidates");
  require(one_each(problem.homes, m), "homes are of points");
  require(std::ranges::all_of(problem.homes, [n](std::size_t home) { return home < n; }),
          "homes are candidates");
  require(!problem.hubs || (*problem.hubs >= 1 && *problem.hubs <= n),
          "there are as many hubs as candidates at most, and one at least");
}

bool HubSolution::proven() const { return found() && gap() <= 2 * kSameCost; }

double HubSolution::gap() const {
  return found() && cost > 0 ? std::max(0.0, (cost - bound) / cost) : 0;
}

}  // namespace violin
