#include "models/placement/exact/min_plus.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "core/require.h"

namespace violin::placement {

namespace {

using Cell = DelayMatrix::Cell;

// Visits the pairs of cells that mirror each other, tile by tile, as long as it returns true.
template <class Visit>
bool each_mirrored(std::size_t n, Visit visit) {
  constexpr std::size_t kTile = 32;
  for (std::size_t row = 0; row < n; row += kTile) {
    for (std::size_t column = 0; column <= row; column += kTile) {
      for (std::size_t r = row; r < std::min(n, row + kTile); ++r) {
        for (std::size_t c = column; c < std::min(r, column + kTile); ++c) {
          if (!visit(r * n + c, c * n + r)) {
            return false;
          }
        }
      }
    }
  }
  return true;
}

// Empty if that is the same.
template <class T>
std::vector<T> transposed(std::span<const T> cells, std::size_t n) {
  std::vector<T> to;
  if (!each_mirrored(n, [&](auto a, auto b) { return cells[a] == cells[b]; })) {
    to.assign(cells.begin(), cells.end());
    each_mirrored(n, [&](auto a, auto b) {
      std::swap(to[a], to[b]);
      return true;
    });
  }
  return to;
}

// Cells fit into 31 bits, and signed ones convert faster.
inline double value(Cell cell) { return static_cast<double>(static_cast<std::int32_t>(cell)); }

// `far` for an unreachable pair, without a branch: the other product is <= 0 for all other cells.
template <bool kGaps>
[[gnu::always_inline]] inline double cost(double cell, double weight, double far) {
  const double near = weight * cell;
  const double gap = far * (cell - (DelayMatrix::kUnreachable - 1));
  return kGaps && gap > near ? gap : near;
}

// What up to two planes (a matrix and its transposed) and `kIns` products have in common.
template <std::size_t kPlanes, std::size_t kIns>
struct Pass {
  std::array<const Cell*, kPlanes> planes;
  std::array<std::array<double, kPlanes>, kIns> weights;
  std::array<std::array<double, kPlanes>, kIns> far;  // cost without a way
  std::array<const double*, kIns> in;
  std::array<double*, kIns> out;
};

// `kRows` rows of all products: accumulators stay in registers.
template <std::size_t kRows, bool kGaps, std::size_t kPlanes, std::size_t kIns>
[[gnu::always_inline]] inline void block(const Pass<kPlanes, kIns>& pass, std::size_t x,
                                         std::size_t n) {
  double least[kRows][kIns];
  for (auto& row : least) {
    std::fill(row, row + kIns, 4 * kFar);
  }
  for (std::size_t y = 0; y < n; ++y) {
#pragma GCC unroll 8
    for (std::size_t r = 0; r < kRows; ++r) {
#pragma GCC unroll 4
      for (std::size_t k = 0; k < kIns; ++k) {
        double sum = pass.in[k][y];
#pragma GCC unroll 2
        for (std::size_t p = 0; p < kPlanes; ++p) {
          const double cell = value(pass.planes[p][(x + r) * n + y]);
          sum += cost<kGaps>(cell, pass.weights[k][p], pass.far[k][p]);
        }
        least[r][k] = sum < least[r][k] ? sum : least[r][k];
      }
    }
  }
  for (std::size_t r = 0; r < kRows; ++r) {
    for (std::size_t k = 0; k < kIns; ++k) {
      pass.out[k][x + r] = least[r][k];
    }
  }
}

template <std::size_t kRows, bool kGaps, std::size_t kPlanes, std::size_t kIns>
[[gnu::always_inline]] inline void all_rows(const Pass<kPlanes, kIns>& pass, std::size_t n) {
  std::size_t x = 0;
  for (; x + kRows <= n; x += kRows) {
    block<kRows, kGaps>(pass, x, n);
  }
  for (; x < n; ++x) {
    block<1, kGaps>(pass, x, n);
  }
}

template <std::size_t kPlanes, std::size_t kIns>
[[gnu::always_inline]] inline void run(const Pass<kPlanes, kIns>& pass, std::size_t n, bool gaps) {
  constexpr std::size_t kRows = kIns == 1 ? 8 : 4;
  if (gaps) {
    all_rows<kRows, true>(pass, n);
  } else {
    all_rows<kRows, false>(pass, n);
  }
}

// Whatever these call becomes a part of them, once for each machine.
[[gnu::target_clones("avx512f", "avx2", "default")]] void pass_over(const Pass<1, 4>& pass,
                                                                    std::size_t n, bool gaps) {
  run(pass, n, gaps);
}
[[gnu::target_clones("avx512f", "avx2", "default")]] void pass_over(const Pass<1, 2>& pass,
                                                                    std::size_t n, bool gaps) {
  run(pass, n, gaps);
}
[[gnu::target_clones("avx512f", "avx2", "default")]] void pass_over(const Pass<1, 1>& pass,
                                                                    std::size_t n, bool gaps) {
  run(pass, n, gaps);
}
[[gnu::target_clones("avx512f", "avx2", "default")]] void pass_over(const Pass<2, 4>& pass,
                                                                    std::size_t n, bool gaps) {
  run(pass, n, gaps);
}
[[gnu::target_clones("avx512f", "avx2", "default")]] void pass_over(const Pass<2, 2>& pass,
                                                                    std::size_t n, bool gaps) {
  run(pass, n, gaps);
}
[[gnu::target_clones("avx512f", "avx2", "default")]] void pass_over(const Pass<2, 1>& pass,
                                                                    std::size_t n, bool gaps) {
  run(pass, n, gaps);
}

template <std::size_t kPlanes, std::size_t kIns>
Pass<kPlanes, kIns> make_pass(std::span<const Product> products,
                              const std::array<const Cell*, 2>& planes) {
  Pass<kPlanes, kIns> pass{};
  for (std::size_t p = 0; p < kPlanes; ++p) {
    pass.planes[p] = planes[p];
  }
  for (std::size_t k = 0; k < kIns; ++k) {
    const auto& delay = products[k].weights.delay;
    pass.weights[k][0] = kPlanes == 1 ? delay[0] + delay[1] : delay[0];
    if (kPlanes == 2) {
      pass.weights[k][kPlanes - 1] = delay[1];
    }
    for (std::size_t p = 0; p < kPlanes; ++p) {
      pass.far[k][p] = pass.weights[k][p] > 0 ? kFar : 0;
    }
    pass.in[k] = products[k].in.data();
    pass.out[k] = products[k].out.data();
  }
  return pass;
}

template <std::size_t kPlanes>
void multiply_batches(std::span<const Product> products, const std::array<const Cell*, 2>& planes,
                      std::size_t n, bool gaps) {
  while (!products.empty()) {
    std::size_t taken = 1;
    if (products.size() >= 4) {
      taken = 4;
      pass_over(make_pass<kPlanes, 4>(products, planes), n, gaps);
    } else if (products.size() >= 2) {
      taken = 2;
      pass_over(make_pass<kPlanes, 2>(products, planes), n, gaps);
    } else {
      pass_over(make_pass<kPlanes, 1>(products, planes), n, gaps);
    }
    products = products.subspan(taken);
  }
}

[[gnu::target_clones("avx512f", "avx2", "default")]] void add_delays(double weight,
                                                                     const Cell* from, double* to,
                                                                     std::size_t n) {
  for (std::size_t y = 0; y < n; ++y) {
    to[y] += cost<true>(value(from[y]), weight, kFar);
  }
}

[[gnu::target_clones("avx512f", "avx2", "default")]] void add_losses(double weight,
                                                                     const float* from, double* to,
                                                                     std::size_t n) {
  for (std::size_t y = 0; y < n; ++y) {
    to[y] += weight * static_cast<double>(from[y]);
  }
}

[[gnu::target_clones("avx512f", "avx2", "default")]] double least_sum(std::span<const double> a,
                                                                      std::span<const double> b) {
  double least = 4 * kFar;
  for (std::size_t y = 0; y < a.size(); ++y) {
    const double sum = a[y] + b[y];
    least = sum < least ? sum : least;
  }
  return least;
}

}  // namespace

PairWeights reversed(const PairWeights& weights) {
  return {{weights.delay[1], weights.delay[0]}, {weights.loss[1], weights.loss[0]}};
}

PairWeights operator+(const PairWeights& a, const PairWeights& b) {
  return {{a.delay[0] + b.delay[0], a.delay[1] + b.delay[1]},
          {a.loss[0] + b.loss[0], a.loss[1] + b.loss[1]}};
}

PairCosts::PairCosts(const DelayMatrix& delays, std::vector<float> log_losses)
    : delays_(delays),
      back_(transposed(delays.cells(), delays.size())),
      losses_(std::move(log_losses)),
      losses_back_(losses_.empty() ? std::vector<float>{}
                                   : transposed(std::span<const float>(losses_), delays.size())),
      has_gaps_(std::ranges::find(delays.cells(), DelayMatrix::kUnreachable) !=
                delays.cells().end()) {
  require(losses_.empty() || losses_.size() == delays.cells().size(),
          "there is a loss for each delay");
}

double PairCosts::at(const PairWeights& weights, std::size_t x, std::size_t y) const {
  const auto one_way = [&](std::size_t direction, std::size_t from, std::size_t to) {
    const Cell cell = delays_.row(from)[to];
    const double weight = weights.delay[direction];
    return (cell == DelayMatrix::kUnreachable ? (weight > 0 ? kFar : 0) : weight * cell) +
           (losses_.empty() ? 0 : weights.loss[direction] * losses_[from * hosts() + to]);
  };
  return one_way(0, x, y) + one_way(1, y, x);
}

void PairCosts::row(const PairWeights& weights, std::size_t x, std::span<double> out) const {
  const std::size_t n = hosts();
  require(out.size() == n, "a row has a cost for each host");
  std::ranges::fill(out, 0);
  const std::array delays{delays_.row(x).data(),
                          (back_.empty() ? delays_.cells().data() : back_.data()) + x * n};
  const float* losses = losses_.data() + x * n;
  const float* losses_back = losses_back_.empty() ? losses : losses_back_.data() + x * n;
  for (const std::size_t d : {0U, 1U}) {
    if (weights.delay[d] > 0) {
      add_delays(weights.delay[d], delays[d], out.data(), n);
    }
    if (weights.loss[d] > 0 && !losses_.empty()) {
      add_losses(weights.loss[d], d == 0 ? losses : losses_back, out.data(), n);
    }
  }
}

void PairCosts::multiply(std::span<const Product> products) const {
  for (const Product& product : products) {
    require(product.in.size() == hosts() && product.out.size() == hosts(),
            "a product has a value for each host");
  }
  const std::array planes{delays_.cells().data(), std::as_const(back_).data()};
  if (!losses_.empty()) {
    std::ranges::for_each(products, [&](const Product& product) { multiply_rows(product); });
  } else if (back_.empty()) {
    multiply_batches<1>(products, planes, hosts(), has_gaps_);
  } else {
    multiply_batches<2>(products, planes, hosts(), has_gaps_);
  }
}

void PairCosts::multiply_rows(const Product& product) const {
  std::vector<double> costs(hosts());
  for (std::size_t x = 0; x < hosts(); ++x) {
    row(product.weights, x, costs);
    product.out[x] = least_sum(costs, product.in);
  }
}

}  // namespace violin::placement
