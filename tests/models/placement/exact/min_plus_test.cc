#include "models/placement/exact/min_plus.h"

#include <algorithm>

#include "core/random.h"

namespace violin::placement {
namespace {

struct Matrices {
  DelayMatrix delays;
  std::vector<float> losses;
};

struct Kind {
  std::string name;
  bool symmetric;
  bool gaps;
  bool losses;
};
void PrintTo(const Kind& kind, std::ostream* out) { *out << kind.name; }

class MinPlus : public testing::TestWithParam<Kind> {
 protected:
  Matrices make(std::size_t n) {
    Matrices made{DelayMatrix(n), std::vector<float>(GetParam().losses ? n * n : 0)};
    for (std::size_t a = 0; a < n; ++a) {
      for (std::size_t b = 0; b < n; ++b) {
        if (a < b || (a > b && !GetParam().symmetric)) {
          made.delays.set(a, b, cell());
          if (GetParam().symmetric) {
            made.delays.set(b, a, made.delays.at(a, b));
          }
        }
        if (a != b && GetParam().losses) {
          made.losses[a * n + b] = static_cast<float>(random_.uniform());
        }
      }
    }
    return made;
  }

  std::optional<Duration> cell() {
    if (GetParam().gaps && random_.chance(0.2)) {
      return std::nullopt;
    }
    // The largest of all are there too.
    return random_.chance(0.1)
               ? DelayMatrix::kMax
               : DelayMatrix::kUnit * static_cast<std::int64_t>(random_() % 500'000);
  }

  PairWeights weights() {
    PairWeights weights;
    for (const std::size_t d : {0U, 1U}) {
      weights.delay[d] = random_.chance(0.2) ? 0 : random_.uniform();
      weights.loss[d] = random_.chance(0.2) ? 0 : 1000 * random_.uniform();
    }
    return weights;
  }

  std::vector<double> values(std::size_t n) {
    std::vector<double> values(n);
    for (double& value : values) {
      value = random_.chance(0.1) ? kFar : 1e5 * random_.uniform();
    }
    return values;
  }

  // As min_plus.h defines it, from the matrices alone.
  static double pair(const Matrices& m, const PairWeights& w, std::size_t x, std::size_t y) {
    const std::size_t n = m.delays.size();
    double sum = 0;
    for (const auto& [direction, from, to] : {std::tuple(0, x, y), std::tuple(1, y, x)}) {
      const double weight = w.delay[static_cast<std::size_t>(direction)];
      const auto delay = m.delays.at(from, to);
      sum += delay ? weight * static_cast<double>(*delay / DelayMatrix::kUnit)
                   : (weight > 0 ? kFar : 0);
      sum += m.losses.empty() ? 0
                              : w.loss[static_cast<std::size_t>(direction)] *
                                    static_cast<double>(m.losses[from * n + to]);
    }
    return sum;
  }

  RandomStream random_{1, "min-plus"};
};

TEST_P(MinPlus, ProductsAreMinimaOverAllHostsInBatchesOfAnySize) {
  for (std::size_t n = 1; n < 40; n += n < 20 ? 1 : 7) {
    const Matrices m = make(n);
    const PairCosts costs(m.delays, m.losses);
    const std::size_t batch = n % 10;
    std::vector<std::vector<double>> in;
    std::vector<std::vector<double>> out(batch, std::vector<double>(n));
    std::vector<Product> products;
    for (std::size_t k = 0; k < batch; ++k) {
      in.push_back(values(n));
    }
    for (std::size_t k = 0; k < batch; ++k) {
      products.push_back({weights(), in[k], out[k]});
    }
    costs.multiply(products);
    for (std::size_t k = 0; k < batch; ++k) {
      for (std::size_t x = 0; x < n; ++x) {
        double least = 4 * kFar;
        for (std::size_t y = 0; y < n; ++y) {
          least = std::min(least, pair(m, products[k].weights, x, y) + in[k][y]);
        }
        ASSERT_NEAR(out[k][x], least, 1e-12 * least) << n << " hosts, product " << k;
      }
    }
  }
}

TEST_P(MinPlus, RowsAndSinglePairsCostTheSame) {
  const Matrices m = make(37);
  const PairCosts costs(m.delays, m.losses);
  std::vector<double> row(37);
  for (std::size_t x = 0; x < row.size(); ++x) {
    const PairWeights w = weights();
    costs.row(w, x, row);
    for (std::size_t y = 0; y < row.size(); ++y) {
      const double expected = pair(m, w, x, y);
      ASSERT_NEAR(row[y], expected, 1e-12 * expected);
      ASSERT_NEAR(costs.at(w, x, y), expected, 1e-12 * expected);
      ASSERT_NEAR(costs.at(reversed(w), y, x), expected, 1e-12 * expected);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Matrices, MinPlus,
                         testing::Values(Kind{"Symmetric", true, false, false},
                                         Kind{"Directed", false, false, false},
                                         Kind{"SymmetricGaps", true, true, false},
                                         Kind{"DirectedGaps", false, true, false},
                                         Kind{"Losses", true, false, true},
                                         Kind{"DirectedGapsLosses", false, true, true}),
                         [](const auto& made) { return made.param.name; });

TEST(PairCosts, KeepsASecondMatrixOnlyIfDelaysDifferByDirection) {
  DelayMatrix delays(40);
  EXPECT_TRUE(PairCosts(delays).symmetric());
  EXPECT_TRUE(PairCosts(delays).has_gaps());
  delays.set(39, 33, Duration(1000));
  EXPECT_FALSE(PairCosts(delays).symmetric());
}

}  // namespace
}  // namespace violin::placement
