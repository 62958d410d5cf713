// The min-plus product of two tables of costs: what exact solvers do where a virtual topology has a
// cycle. Vectorised for AVX2 and AVX-512 where the machine has them, in blocks that stay in
// registers and caches.
#pragma once

#include <cstddef>
#include <span>

#include "models/placement/exact/min_plus.h"

namespace violin::placement {

// out[a][b] = min over z of left[z][a] + right[z][b]; all row-major, with so many columns.
struct TableProduct {
  std::span<const double> left;
  std::span<const double> right;
  std::span<double> out;
  std::size_t columns_left;
  std::size_t columns_right;
};
void multiply(const TableProduct& product);

}  // namespace violin::placement
