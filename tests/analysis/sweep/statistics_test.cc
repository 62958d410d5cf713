#include "analysis/sweep/statistics.h"

#include <cmath>
#include <numbers>

#include "core/random.h"

namespace violin::sweep {
namespace {

double normal(RandomStream& random) {
  const double radius = std::sqrt(-2 * std::log(1 - random.uniform()));
  return radius * std::cos(2 * std::numbers::pi * random.uniform());
}

// W. S. Gosset ("Student"), "The probable error of a mean", Biometrika 6, 1908: additional hours of
// sleep by two drugs of ten patients. R's t.test(sleep) tells the intervals.
const std::vector<double> kFirst{0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0};
const std::vector<double> kSecond{1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4};

TEST(ConfidenceInterval, IsThatOfThePublishedExample) {
  std::vector<double> differences;
  for (std::size_t i = 0; i < kFirst.size(); ++i) {
    differences.push_back(kFirst[i] - kSecond[i]);
  }
  const Interval interval = confidence_interval(differences);
  EXPECT_NEAR(interval.mean - *interval.half_width, -2.4598858, 1e-6);
  EXPECT_NEAR(interval.mean + *interval.half_width, -0.7001142, 1e-6);
  EXPECT_EQ(cannot_be_told_apart(kFirst, kSecond), false);
}

TEST(ConfidenceInterval, CoversTheTruthAsOftenAsItSays) {
  RandomStream random(7, "coverage");
  constexpr int kTrials = 20'000;
  for (const std::size_t n : {2U, 5U, 20U}) {
    int covered = 0;
    for (int trial = 0; trial < kTrials; ++trial) {
      std::vector<double> values(n);
      for (double& value : values) {
        value = 10 + 3 * normal(random);
      }
      const Interval interval = confidence_interval(values);
      covered += std::abs(interval.mean - 10) <= *interval.half_width ? 1 : 0;
    }
    const double deviation = std::sqrt(0.95 * 0.05 / kTrials);
    EXPECT_NEAR(static_cast<double>(covered) / kTrials, 0.95, 4 * deviation) << n << " values";
  }
}

// Two alternatives that share a large common noise differ by 1: only the pairs show it.
TEST(PairedDifferences, SeeThroughCommonNoise) {
  RandomStream random(3, "paired");
  std::vector<double> a(10);
  std::vector<double> b(10);
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double common = 100 * normal(random);
    a[i] = common + 0.1 * normal(random);
    b[i] = common + 1 + 0.1 * normal(random);
  }
  EXPECT_EQ(cannot_be_told_apart(a, b), false);
  EXPECT_GT(*confidence_interval(a).half_width, 1);
}

TEST(PairedDifferences, OfEqualsCannotBeToldApart) {
  EXPECT_EQ(cannot_be_told_apart(std::vector{1.0, 2.0, 3.0}, std::vector{1.0, 2.0, 3.0}), true);
  EXPECT_EQ(cannot_be_told_apart(std::vector{1.0, 2.0}, std::vector{2.0, 3.0}), false);
}

TEST(PairedDifferences, OfOnePairTellNothing) {
  EXPECT_EQ(cannot_be_told_apart(std::vector{1.0}, std::vector{5.0}), std::nullopt);
  EXPECT_EQ(confidence_interval(std::vector{1.0}).half_width, std::nullopt);
}

}  // namespace
}  // namespace violin::sweep
