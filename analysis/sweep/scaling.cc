#include "analysis/sweep/scaling.h"

#include <Eigen/Eigenvalues>
#include <cmath>

#include "core/require.h"

namespace violin::sweep {

Plane classical_scaling(const Eigen::MatrixXd& distances) {
  const Eigen::Index n = distances.rows();
  require(n == distances.cols(), "distances from each to each");
  Plane plane{Eigen::MatrixX2d::Zero(n, 2), 1};
  if (n < 2) {
    return plane;
  }
  // The squares, centred by rows and columns: scalar products of the positions.
  Eigen::MatrixXd products = (0.5 * (distances + distances.transpose())).array().square();
  products.rowwise() -= products.colwise().mean().eval();
  products.colwise() -= products.rowwise().mean().eval();
  products *= -0.5;
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(products);
  const Eigen::VectorXd& values = solver.eigenvalues();  // ascending
  double held = 0;
  for (Eigen::Index axis = 0; axis < 2; ++axis) {
    const double value = std::max(0.0, values[n - 1 - axis]);
    plane.positions.col(axis) = std::sqrt(value) * solver.eigenvectors().col(n - 1 - axis);
    held += value;
  }
  const double all = values.cwiseAbs().sum();
  plane.explained = all > 0 ? held / all : 1;
  return plane;
}

}  // namespace violin::sweep
