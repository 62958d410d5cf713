// What it costs that two hosts carry the ends of a virtual link, and min-plus products over that:
// the inner loops of exact solvers and of bounds.
//
// A pair without a way costs kFar in a direction of positive weight, so much that no minimum takes
// it while there is another. Everything else is double arithmetic on whole cells: a product is
// exact but for the rounding of one multiplication and one addition for each direction.
//
// The products are vectorised for AVX2 and AVX-512 where the machine has them. Several that are
// given together share one pass over the matrix, which is what they cost on many hosts.
//
// Memory: a second matrix if delays differ by direction, and again one or two if there are losses.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "models/placement/pairwise.h"
#include "models/substrate/delay_matrix.h"

namespace violin::placement {

inline constexpr double kFar = 1e30;

// The same link seen from its other end.
PairWeights reversed(const PairWeights& weights);
PairWeights operator+(const PairWeights& a, const PairWeights& b);

// out[x] = min over y of cost(x, y) + in[y]; direction 0 of the weights leads from x to y.
struct Product {
  PairWeights weights;
  std::span<const double> in;
  std::span<double> out;
};

class PairCosts {
 public:
  // `delays` outlives this; `log_losses` as the function of that name makes them.
  explicit PairCosts(const DelayMatrix& delays, std::vector<float> log_losses = {});

  std::size_t hosts() const { return delays_.size(); }
  bool has_gaps() const { return has_gaps_; }  // pairs without a way
  bool symmetric() const { return back_.empty(); }

  double at(const PairWeights& weights, std::size_t x, std::size_t y) const;
  // out[y] = cost(x, y).
  void row(const PairWeights& weights, std::size_t x, std::span<double> out) const;
  // Each `in` and `out` is as long as there are hosts, and no `out` is any product's `in`.
  void multiply(std::span<const Product> products) const;

 private:
  void multiply_rows(const Product& product) const;

  const DelayMatrix& delays_;
  std::vector<DelayMatrix::Cell> back_;  // transposed; empty if symmetric
  std::vector<float> losses_;            // empty: none
  std::vector<float> losses_back_;
  bool has_gaps_;
};

}  // namespace violin::placement
