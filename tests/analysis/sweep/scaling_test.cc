#include "analysis/sweep/scaling.h"

#include <cmath>

#include "core/random.h"

namespace violin::sweep {
namespace {

Eigen::MatrixXd distances(const Eigen::MatrixXd& points) {
  Eigen::MatrixXd all(points.rows(), points.rows());
  for (Eigen::Index i = 0; i < points.rows(); ++i) {
    for (Eigen::Index j = 0; j < points.rows(); ++j) {
      all(i, j) = (points.row(i) - points.row(j)).norm();
    }
  }
  return all;
}

Eigen::MatrixXd random_points(Eigen::Index n, Eigen::Index dimensions) {
  RandomStream random(1, "points");
  return Eigen::MatrixXd::NullaryExpr(n, dimensions, [&] { return 100 * random.uniform(); });
}

TEST(ClassicalScaling, MeetsTheDistancesOfPointsInAPlane) {
  const Eigen::MatrixXd wanted = distances(random_points(40, 2));
  const Plane plane = classical_scaling(wanted);
  EXPECT_LT((distances(plane.positions) - wanted).cwiseAbs().maxCoeff(), 1e-9);
  EXPECT_NEAR(plane.explained, 1, 1e-12);
  EXPECT_LT(plane.positions.colwise().mean().norm(), 1e-10);
}

// A projection is never longer than what it projects.
TEST(ClassicalScaling, ProjectsPointsOfMoreDimensions) {
  const Eigen::MatrixXd wanted = distances(random_points(30, 3));
  const Plane plane = classical_scaling(wanted);
  EXPECT_LT((distances(plane.positions) - wanted).maxCoeff(), 1e-9);
  EXPECT_GT(plane.explained, 2.0 / 3);  // two of three axes, the longest
  EXPECT_LT(plane.explained, 1);
}

TEST(ClassicalScaling, TakesTheMeanOfBothDirections) {
  Eigen::MatrixXd there_and_back(2, 2);
  there_and_back << 0, 2, 4, 0;
  EXPECT_NEAR(distances(classical_scaling(there_and_back).positions)(0, 1), 3, 1e-12);
}

TEST(ClassicalScaling, OfOneOrNoneIsTheOrigin) {
  EXPECT_EQ(classical_scaling(Eigen::MatrixXd(0, 0)).positions.rows(), 0);
  EXPECT_EQ(classical_scaling(Eigen::MatrixXd::Zero(1, 1)).positions.norm(), 0);
}

}  // namespace
}  // namespace violin::sweep
