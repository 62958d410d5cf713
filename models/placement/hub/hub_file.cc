#include "models/placement/hub/hub_file.h"

#include <cmath>
#include <numeric>

#include "models/placement/hub/number_reader.h"

namespace violin {
namespace {

// Sums of products of three such stay far from a double's limits.
constexpr double kMost = 1e15;

Table<double> read_distances(NumberReader& numbers, std::size_t n) {
  std::vector<double> x(n);
  std::vector<double> y(n);
  for (std::size_t i = 0; i < n; ++i) {
    x[i] = numbers.number(-kMost, kMost, "an x coordinate");
    y[i] = numbers.number(-kMost, kMost, "a y coordinate");
  }
  Table<double> distances(n, n);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      distances(i, j) = std::hypot(x[i] - x[j], y[i] - y[j]);
    }
  }
  return distances;
}

Table<double> read_flows(NumberReader& numbers, std::size_t n) {
  Table<double> flows(n, n);
  for (std::size_t i = 0; i < n; ++i) {
    for (double& flow : flows.row(i)) {
      flow = numbers.number(0, kMost, "a flow");
    }
  }
  return flows;
}

Table<double> priced(const Table<double>& distances, double price) {
  Table<double> costs = distances;
  for (std::size_t i = 0; i < costs.rows(); ++i) {
    for (double& cost : costs.row(i)) {
      cost *= price;
    }
  }
  return costs;
}

std::vector<double> read_list(const SourceText& source, std::size_t size, std::string_view what,
                              std::size_t max_bytes) {
  NumberReader numbers(source, max_bytes);
  numbers.expect_room_for(size, what);
  std::vector<double> values(size);
  for (double& value : values) {
    value = numbers.number(0, kMost, what);
  }
  numbers.expect_end();
  return values;
}

}  // namespace

HubProblem load_hub_problem(const SourceText& source, std::size_t max_bytes) {
  NumberReader numbers(source, max_bytes);
  const std::size_t n = numbers.count(1, kMaxHubFileNodes, "the number of nodes");
  numbers.expect_room_for(n * (n + 2) + 4, "coordinates, flows, p and three prices");
  const Table<double> distances = read_distances(numbers, n);
  HubProblem problem;
  problem.flow = read_flows(numbers, n);
  problem.hubs = numbers.count(1, n, "p, the number of hubs");
  problem.collection = priced(distances, numbers.number(0, kMost, "the collection price"));
  problem.transfer = priced(distances, numbers.number(0, kMost, "the transfer price"));
  problem.distribution = priced(distances, numbers.number(0, kMost, "the distribution price"));
  numbers.expect_end();
  problem.homes.resize(n);
  std::iota(problem.homes.begin(), problem.homes.end(), std::size_t{0});
  return problem;
}

std::vector<double> load_capacities(const SourceText& source, std::size_t nodes,
                                    std::size_t max_bytes) {
  return read_list(source, nodes, "a capacity", max_bytes);
}

std::vector<double> load_fixed_costs(const SourceText& source, std::size_t nodes,
                                     std::size_t max_bytes) {
  std::vector<double> costs = read_list(source, nodes, "a fixed cost", max_bytes);
  for (double& cost : costs) {
    cost *= kPublishedCost;
  }
  return costs;
}

}  // namespace violin
