// Positions in a plane from distances alone.
//
// Source: classical multidimensional scaling, W. S. Torgerson, Psychometrika 17, 1952, as in Borg
// and Groenen, "Modern Multidimensional Scaling", chapter 12. Distances of points in a plane are
// met exactly, up to rotation and reflection; others as well as the two largest eigenvalues allow.
#pragma once

#include <Eigen/Core>

namespace violin::sweep {

struct Plane {
  Eigen::MatrixX2d positions;  // a row for each; their mean is the origin
  double explained = 0;        // share of the (absolute) eigenvalues that the plane holds
};

// `distances` is square; what is not symmetric counts by its mean (std::logic_error otherwise).
Plane classical_scaling(const Eigen::MatrixXd& distances);

}  // namespace violin::sweep
