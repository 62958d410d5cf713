#include "core/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

namespace violin {
namespace {

using ::testing::Optional;

TEST(Counter, CountsUp) {
  Counter counter;
  counter.add();
  counter.add(41);
  EXPECT_EQ(counter.value(), 42U);
}

TEST(Gauge, RemembersHowFarItWent) {
  Gauge gauge;
  gauge.add(5);
  gauge.add(-7);
  gauge.set(1);
  EXPECT_EQ(gauge.value(), 1);
  EXPECT_EQ(gauge.lowest(), -2);
  EXPECT_EQ(gauge.highest(), 5);
}

TEST(Histogram, HasNoStatisticsOfNothing) {
  const Histogram histogram;
  EXPECT_EQ(histogram.count(), 0U);
  EXPECT_EQ(histogram.min(), std::nullopt);
  EXPECT_EQ(histogram.max(), std::nullopt);
  EXPECT_EQ(histogram.mean(), std::nullopt);
  EXPECT_EQ(histogram.quantile(0.5), std::nullopt);
  EXPECT_EQ(histogram.memory(), 0U);
}

TEST(Histogram, KeepsCountSumMinimumAndMaximumExactly) {
  Histogram histogram;
  constexpr std::uint64_t kLargest = std::numeric_limits<std::uint64_t>::max();
  for (const std::uint64_t value : {kLargest, std::uint64_t{0}, kLargest, std::uint64_t{7}}) {
    histogram.record(value);
  }
  EXPECT_EQ(histogram.count(), 4U);
  EXPECT_TRUE(histogram.sum() == Histogram::Sum{kLargest} * 2 + 7);
  EXPECT_THAT(histogram.min(), Optional(0U));
  EXPECT_THAT(histogram.max(), Optional(kLargest));
}

TEST(Histogram, SmallValuesAreExact) {
  Histogram histogram;
  for (std::uint64_t value = 0; value < 128; ++value) {
    histogram.record(value);
  }
  for (std::uint64_t rank = 1; rank <= 128; ++rank) {
    EXPECT_THAT(histogram.quantile(static_cast<double>(rank) / 128), Optional(rank - 1));
  }
}

TEST(Histogram, ASingleValueIsEveryQuantile) {
  for (const std::uint64_t value : {std::uint64_t{0}, std::uint64_t{1'234'567'891},
                                    std::numeric_limits<std::uint64_t>::max()}) {
    Histogram histogram;
    histogram.record(value);
    for (const double q : {0.0, 0.001, 0.5, 1.0}) {
      EXPECT_THAT(histogram.quantile(q), Optional(value));
    }
  }
}

TEST(Histogram, RefusesQuantilesOutsideZeroToOne) {
  EXPECT_THROW((void)Histogram().quantile(-0.1), std::logic_error);
  EXPECT_THROW((void)Histogram().quantile(1.1), std::logic_error);
  EXPECT_THROW((void)Histogram().quantile(std::nan("")), std::logic_error);
}

TEST(Histogram, EveryValueIsReportedWithinOnePercent) {
  std::mt19937_64 random(5);
  for (int i = 0; i < 100'000; ++i) {
    const std::uint64_t value = random() >> (random() % 64);
    Histogram histogram;
    histogram.record(0);  // so that the reported value is not clamped to the only one
    histogram.record(value);
    histogram.record(std::numeric_limits<std::uint64_t>::max());
    const auto reported = static_cast<long double>(*histogram.quantile(0.5));
    const auto exact = static_cast<long double>(value);
    ASSERT_LE(std::abs(reported - exact), exact * 0.01L) << value;
  }
}

// What a quantile is, of sorted values.
std::uint64_t exact_quantile(const std::vector<std::uint64_t>& sorted, double q) {
  const auto rank = std::max(1.0, std::ceil(q * static_cast<double>(sorted.size())));
  return sorted[static_cast<std::size_t>(rank) - 1];
}

std::vector<std::uint64_t> random_values(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<std::uint64_t> values(1 + random() % 3000);
  std::lognormal_distribution<double> delays(14, 2);
  for (auto& value : values) {
    value = seed % 3 == 0   ? random() >> (random() % 64)
            : seed % 3 == 1 ? static_cast<std::uint64_t>(delays(random))
                            : 1'000'000 + random() % 1000;
  }
  return values;
}

void expect_quantiles(const Histogram& histogram, std::vector<std::uint64_t> values) {
  std::ranges::sort(values);
  for (const double q : {0.0, 0.01, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999, 1.0}) {
    const auto exact = static_cast<double>(exact_quantile(values, q));
    ASSERT_NEAR(static_cast<double>(*histogram.quantile(q)), exact, exact * 0.01) << "q " << q;
  }
}

TEST(Histogram, QuantilesAreWithinOnePercentOfTheSortedValues) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const auto values = random_values(seed);
    Histogram histogram;
    for (const std::uint64_t value : values) {
      histogram.record(value);
    }
    expect_quantiles(histogram, values);
    ASSERT_FALSE(::testing::Test::HasFatalFailure());
  }
}

TEST(Histogram, MergingIsAsIfAllHadBeenRecordedInOne) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::vector<std::uint64_t> all;
    Histogram merged;
    Histogram whole;
    for (std::uint64_t part = 0; part < 3; ++part) {
      const auto values = random_values(seed * 7 + part);
      Histogram histogram;
      for (const std::uint64_t value : values) {
        histogram.record(value);
        whole.record(value);
      }
      merged.merge(histogram);
      merged.merge(Histogram());
      all.insert(all.end(), values.begin(), values.end());
    }
    ASSERT_EQ(merged.count(), whole.count());
    ASSERT_TRUE(merged.sum() == whole.sum());
    ASSERT_EQ(merged.min(), whole.min());
    ASSERT_EQ(merged.max(), whole.max());
    expect_quantiles(merged, all);
    ASSERT_FALSE(::testing::Test::HasFatalFailure());
  }
}

TEST(Histogram, RecordingAValueManyTimesIsTheSameAsRepeatingIt) {
  Histogram histogram;
  histogram.record(10, 99);
  histogram.record(1'000'000, 1);
  histogram.record(5, 0);
  EXPECT_EQ(histogram.count(), 100U);
  EXPECT_THAT(histogram.quantile(0.99), Optional(10U));
  EXPECT_THAT(histogram.quantile(1), Optional(1'000'000U));
  EXPECT_THAT(histogram.min(), Optional(10U));
  EXPECT_THAT(histogram.mean(), Optional(10009.9));
}

TEST(Histogram, TakesFiveHundredAndTwelveBytesPerOctaveInUse) {
  Histogram histogram;
  histogram.record(std::uint64_t{1} << 40);
  EXPECT_EQ(histogram.memory(), 512U);
  histogram.record((std::uint64_t{1} << 41) - 1);
  EXPECT_EQ(histogram.memory(), 512U);
  histogram.record(std::uint64_t{1} << 37);
  EXPECT_EQ(histogram.memory(), 4 * 512U);
  for (int bit = 0; bit < 64; ++bit) {
    histogram.record(std::uint64_t{1} << bit);
  }
  EXPECT_LE(histogram.memory(), 64 * 512U);
}

}  // namespace
}  // namespace violin
