#include "models/substrate/place_routers.h"

#include <Eigen/Core>
#include <Eigen/SparseCholesky>
#include <cmath>
#include <numbers>

namespace violin {
namespace {

constexpr double kDegree = std::numbers::pi / 180;
constexpr double kLeastNorm = 1e-6;

using Neighbors = std::vector<std::vector<std::size_t>>;
using Positions = std::vector<std::optional<Coordinates>>;

Eigen::RowVector3d unit_vector(Coordinates at) {
  const double north = at.latitude * kDegree;
  const double east = at.longitude * kDegree;
  return {std::cos(north) * std::cos(east), std::cos(north) * std::sin(east), std::sin(north)};
}

std::optional<Coordinates> on_sphere(const Eigen::RowVector3d& v) {
  if (!(v.norm() > kLeastNorm)) {
    return std::nullopt;
  }
  return Coordinates{std::asin(v.z() / v.norm()) / kDegree, std::atan2(v.y(), v.x()) / kDegree};
}

Neighbors neighbors_of(std::size_t routers, std::span<const RouterPair> edges) {
  Neighbors neighbors(routers);
  for (const auto& [a, b] : edges) {
    neighbors[to_index(a)].push_back(to_index(b));
    neighbors[to_index(b)].push_back(to_index(a));
  }
  return neighbors;
}

// Those without a position that a chain of neighbours joins to one with.
std::vector<std::size_t> placeable(const Positions& positions, const Neighbors& neighbors) {
  std::vector<bool> seen(positions.size());
  std::vector<std::size_t> reached;
  for (std::size_t i = 0; i < positions.size(); ++i) {
    if (positions[i]) {
      seen[i] = true;
      reached.push_back(i);
    }
  }
  const std::size_t known = reached.size();
  for (std::size_t next = 0; next < reached.size(); ++next) {
    for (const std::size_t neighbor : neighbors[reached[next]]) {
      if (!seen[neighbor]) {
        seen[neighbor] = true;
        reached.push_back(neighbor);
      }
    }
  }
  reached.erase(reached.begin(), reached.begin() + static_cast<std::ptrdiff_t>(known));
  return reached;
}

// Row i: (number of neighbours) * x_i - sum of unknown neighbours = sum of known neighbours.
Eigen::MatrixX3d solve(const Positions& positions, const Neighbors& neighbors,
                       const std::vector<std::size_t>& unknown) {
  const auto n = static_cast<Eigen::Index>(unknown.size());
  std::vector<Eigen::Index> row(positions.size(), -1);
  for (Eigen::Index i = 0; i < n; ++i) {
    row[unknown[static_cast<std::size_t>(i)]] = i;
  }
  std::vector<Eigen::Triplet<double>> entries;
  Eigen::MatrixX3d known = Eigen::MatrixX3d::Zero(n, 3);
  for (Eigen::Index i = 0; i < n; ++i) {
    for (const std::size_t neighbor : neighbors[unknown[static_cast<std::size_t>(i)]]) {
      entries.emplace_back(i, i, 1.0);
      if (positions[neighbor]) {
        known.row(i) += unit_vector(*positions[neighbor]);
      } else {
        entries.emplace_back(i, row[neighbor], -1.0);
      }
    }
  }
  Eigen::SparseMatrix<double> laplacian(n, n);
  laplacian.setFromTriplets(entries.begin(), entries.end());
  return Eigen::SimplicialLDLT<Eigen::SparseMatrix<double>>(laplacian).solve(known);
}

}  // namespace

std::vector<std::optional<Coordinates>> place_by_neighbors(
    std::vector<std::optional<Coordinates>> positions, std::span<const RouterPair> edges) {
  const Neighbors neighbors = neighbors_of(positions.size(), edges);
  const std::vector<std::size_t> unknown = placeable(positions, neighbors);
  if (!unknown.empty()) {
    const Eigen::MatrixX3d solution = solve(positions, neighbors, unknown);
    for (std::size_t i = 0; i < unknown.size(); ++i) {
      positions[unknown[i]] = on_sphere(solution.row(static_cast<Eigen::Index>(i)));
    }
  }
  return positions;
}

}  // namespace violin
