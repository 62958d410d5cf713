// A delay matrix as Eigen sees it, for solvers. Cells are in DelayMatrix::kUnit.
#pragma once

#include <Eigen/Core>

#include "models/substrate/delay_matrix.h"

namespace violin {

using DelayView = Eigen::Map<
    const Eigen::Array<DelayMatrix::Cell, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>;

// No copy: the matrix outlives the view.
inline DelayView view(const DelayMatrix& matrix) {
  const auto n = static_cast<Eigen::Index>(matrix.size());
  return {matrix.cells().data(), n, n};
}

}  // namespace violin
