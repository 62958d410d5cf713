#include "models/placement/exact/table_product.h"

#include <algorithm>

#include "core/require.h"

namespace violin::placement {

namespace {

constexpr std::size_t kBlockRows = 4;
constexpr std::size_t kBlockColumns = 16;
constexpr std::size_t kBlockDepth = 128;  // what is read of `right` for a block stays in L1

// Takes the products of `depth` rows into a block of the table, whose columns lie side by side.
template <std::size_t kRows, std::size_t kColumns>
[[gnu::always_inline]] inline void table_block(const TableProduct& t, std::size_t a, std::size_t b,
                                               std::size_t z, std::size_t end) {
  double least[kRows][kColumns];
  for (std::size_t i = 0; i < kRows; ++i) {
    for (std::size_t j = 0; j < kColumns; ++j) {
      least[i][j] = t.out[(a + i) * t.columns_right + b + j];
    }
  }
  for (; z < end; ++z) {
    const double* left = &t.left[z * t.columns_left + a];
    const double* right = &t.right[z * t.columns_right + b];
#pragma GCC unroll 4
    for (std::size_t i = 0; i < kRows; ++i) {
#pragma GCC unroll 16
      for (std::size_t j = 0; j < kColumns; ++j) {
        const double sum = left[i] + right[j];
        least[i][j] = sum < least[i][j] ? sum : least[i][j];
      }
    }
  }
  for (std::size_t i = 0; i < kRows; ++i) {
    for (std::size_t j = 0; j < kColumns; ++j) {
      t.out[(a + i) * t.columns_right + b + j] = least[i][j];
    }
  }
}

template <std::size_t kRows>
[[gnu::always_inline]] inline void table_rows(const TableProduct& t, std::size_t a, std::size_t z,
                                              std::size_t end) {
  std::size_t b = 0;
  for (; b + kBlockColumns <= t.columns_right; b += kBlockColumns) {
    table_block<kRows, kBlockColumns>(t, a, b, z, end);
  }
  for (; b < t.columns_right; ++b) {
    table_block<kRows, 1>(t, a, b, z, end);
  }
}

[[gnu::target_clones("avx512f", "avx2", "default")]] void all_blocks(const TableProduct& t,
                                                                     std::size_t depth) {
  for (std::size_t z = 0; z < depth; z += kBlockDepth) {
    const std::size_t end = std::min(depth, z + kBlockDepth);
    std::size_t a = 0;
    for (; a + kBlockRows <= t.columns_left; a += kBlockRows) {
      table_rows<kBlockRows>(t, a, z, end);
    }
    for (; a < t.columns_left; ++a) {
      table_rows<1>(t, a, z, end);
    }
  }
}

}  // namespace

void multiply(const TableProduct& product) {
  const auto& [left, right, out, columns_left, columns_right] = product;
  const std::size_t depth = columns_left == 0 ? 0 : left.size() / columns_left;
  require(left.size() == depth * columns_left && right.size() == depth * columns_right &&
              out.size() == columns_left * columns_right,
          "tables that are multiplied fit together");
  std::ranges::fill(out, 4 * kFar);
  all_blocks(product, depth);
}

}  // namespace violin::placement
