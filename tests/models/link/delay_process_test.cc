#include "models/link/delay_process.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <stdexcept>

namespace violin {
namespace {

using namespace std::chrono_literals;

std::vector<double> draw_ms(const DelayModel& model, std::size_t n, std::uint64_t seed) {
  DelayProcess process(model);
  RandomStream random(seed, "delay");
  std::vector<double> delays(n);
  for (auto& d : delays) {
    d = static_cast<double>(process.next(kRunStart, random).count()) * 1e-6;
  }
  return delays;
}

// sqrt(n) times the Kolmogorov-Smirnov distance; above 1.95 with probability 0.001 by chance.
double kolmogorov_smirnov(std::vector<double> sample, const std::function<double(double)>& cdf) {
  std::ranges::sort(sample);
  const double n = static_cast<double>(sample.size());
  double distance = 0;
  for (std::size_t i = 0; i < sample.size(); ++i) {
    const double f = cdf(sample[i]);
    const double rank = static_cast<double>(i);
    distance = std::max({distance, f - rank / n, (rank + 1) / n - f});
  }
  return distance * std::sqrt(n);
}

double mean(const std::vector<double>& sample) {
  double sum = 0;
  for (const double x : sample) {
    sum += x;
  }
  return sum / static_cast<double>(sample.size());
}

double variance(const std::vector<double>& sample) {
  const double m = mean(sample);
  double sum = 0;
  for (const double x : sample) {
    sum += (x - m) * (x - m);
  }
  return sum / static_cast<double>(sample.size() - 1);
}

double phi(double z) { return std::erfc(-z / std::sqrt(2)) / 2; }
double density(double z) { return std::exp(-z * z / 2) / std::sqrt(2 * M_PI); }

constexpr std::size_t kSample = 200'000;
constexpr double kCritical = 1.95;

TEST(UniformDelay, FollowsTheUniformDistribution) {
  const auto sample = draw_ms(UniformDelay{5ms, 15ms}, kSample, 1);
  EXPECT_LT(kolmogorov_smirnov(sample, [](double x) { return (x - 5) / 10; }), kCritical);
  EXPECT_NEAR(mean(sample), 10, 4 * std::sqrt(100.0 / 12 / kSample));
  EXPECT_NEAR(variance(sample), 100.0 / 12, 0.1);
}

TEST(UniformDelay, ReachesBothEndsAndNothingBeyond) {
  DelayProcess process(UniformDelay{3ns, 5ns});
  RandomStream random(2, "delay");
  std::array<int, 9> hits{};
  for (int i = 0; i < 3000; ++i) {
    ++hits.at(static_cast<std::size_t>(process.next(kRunStart, random).count()));
  }
  for (std::size_t ns = 0; ns < hits.size(); ++ns) {
    if (ns >= 3 && ns <= 5) {
      EXPECT_NEAR(hits[ns], 1000, 4 * std::sqrt(3000 * 2.0 / 9));
    } else {
      EXPECT_EQ(hits[ns], 0);
    }
  }
}

TEST(NormalDelay, FollowsTheNormalDistributionFarFromZero) {
  const auto sample = draw_ms(NormalDelay{50ms, 4ms}, kSample, 3);
  EXPECT_LT(kolmogorov_smirnov(sample, [](double x) { return phi((x - 50) / 4); }), kCritical);
  EXPECT_NEAR(mean(sample), 50, 4 * 4 / std::sqrt(kSample));
  EXPECT_NEAR(variance(sample), 16, 4 * 16 * std::sqrt(2.0 / kSample));
}

// Mean of a normal variable given that it is positive: mu + sigma density(a) / phi(a), a =
// mu/sigma.
TEST(NormalDelay, IsTruncatedAtZeroWithoutAMassThere) {
  const auto sample = draw_ms(NormalDelay{3ms, 4ms}, kSample, 4);
  const double below = phi(-0.75);
  EXPECT_LT(kolmogorov_smirnov(sample,
                               [&](double x) { return (phi((x - 3) / 4) - below) / (1 - below); }),
            kCritical);
  EXPECT_NEAR(mean(sample), 3 + 4 * density(0.75) / phi(0.75), 4 * 4 / std::sqrt(kSample));
  EXPECT_GE(*std::ranges::min_element(sample), 0);
}

TEST(NormalDelay, IsConstantWithoutDeviation) {
  EXPECT_EQ(draw_ms(NormalDelay{7ms, 0ms}, 3, 1), (std::vector<double>{7, 7, 7}));
}

TEST(ParetoDelay, FollowsTheParetoDistribution) {
  const auto sample = draw_ms(ParetoDelay{2ms, 2.5}, kSample, 5);
  EXPECT_LT(kolmogorov_smirnov(sample, [](double x) { return 1 - std::pow(2 / x, 2.5); }),
            kCritical);
  // Mean shape minimum / (shape - 1); the variance is 8.9 ms^2.
  EXPECT_NEAR(mean(sample), 2.5 * 2 / 1.5, 5 * std::sqrt(8.9 / kSample));
}

TEST(ParetoDelay, EndsAtItsMaximum) {
  const auto sample = draw_ms(ParetoDelay{2ms, 0.3, 9ms}, 10'000, 6);
  EXPECT_EQ(*std::ranges::max_element(sample), 9);
  const auto at_maximum = std::ranges::count(sample, 9.0);
  const double expected = std::pow(2.0 / 9, 0.3);
  EXPECT_NEAR(static_cast<double>(at_maximum) / 10'000, expected, 0.02);
}

auto steps(std::vector<DelayStep> list) {
  return std::make_shared<const std::vector<DelayStep>>(std::move(list));
}

TEST(TracedDelay, HoldsEachStepUntilTheNextAndTheLastForEver) {
  DelayProcess process(TracedDelay{steps({{1s, 10ms}, {2s, 20ms}, {3s, 5ms}}), {}},
                       kRunStart + 100s);
  RandomStream random(1, "unused");
  const std::vector<std::pair<Duration, Duration>> expected = {
      {100s, 10ms},       {101s, 10ms}, {102s - 1ns, 10ms}, {102s, 20ms},
      {103s - 1ns, 20ms}, {103s, 5ms},  {1000s, 5ms}};
  for (const auto& [time, delay] : expected) {
    EXPECT_EQ(process.next(kRunStart + time, random), delay) << to_string(time);
  }
}

TEST(TracedDelay, BeginsAnewAfterItsPeriod) {
  DelayProcess process(TracedDelay{steps({{0s, 10ms}, {2s, 20ms}}), 3s});
  RandomStream random(1, "unused");
  EXPECT_EQ(process.next(kRunStart + 2s, random), 20ms);
  EXPECT_EQ(process.next(kRunStart + 3s, random), 10ms);
  EXPECT_EQ(process.next(kRunStart + 5s, random), 20ms);
  EXPECT_EQ(process.next(kRunStart + 3000s, random), 10ms);
}

TEST(SampledDelay, GivesEachFrameTheNextSample) {
  const auto samples =
      std::make_shared<const std::vector<Duration>>(std::vector<Duration>{1ms, 3ms});
  EXPECT_EQ(draw_ms(SampledDelay{samples, true}, 5, 1), (std::vector<double>{1, 3, 1, 3, 1}));
  EXPECT_EQ(draw_ms(SampledDelay{samples, false}, 5, 1), (std::vector<double>{1, 3, 3, 3, 3}));
}

TEST(DelayProcess, GoesOnWhenItsModelIsSetAgain) {
  const auto samples =
      std::make_shared<const std::vector<Duration>>(std::vector<Duration>{1ms, 2ms, 3ms});
  DelayProcess process(SampledDelay{samples});
  RandomStream random(1, "unused");
  process.next(kRunStart, random);
  process.set_model(SampledDelay{samples}, kRunStart + 1s);
  EXPECT_EQ(process.next(kRunStart, random), 2ms);
  process.set_model(SampledDelay{samples, false}, kRunStart + 1s);
  EXPECT_EQ(process.next(kRunStart, random), 1ms);
}

TEST(DelayModel, RefusesWhatIsOutOfRange) {
  const std::vector<DelayModel> bad = {
      ConstantDelay{-1ns},
      ConstantDelay{25h},
      UniformDelay{2ms, 1ms},
      NormalDelay{-1ms, 1ms},
      NormalDelay{1ms, -1ms},
      ParetoDelay{1ms, 0},
      ParetoDelay{1ms, std::numeric_limits<double>::infinity()},
      ParetoDelay{2ms, 1, 1ms},
      TracedDelay{},
      TracedDelay{steps({}), {}},
      TracedDelay{steps({{-1s, 1ms}}), {}},
      TracedDelay{steps({{1s, 1ms}, {1s, 2ms}}), {}},
      TracedDelay{steps({{1s, 1ms}}), 1s},
      SampledDelay{},
      SampledDelay{std::make_shared<const std::vector<Duration>>()},
  };
  for (std::size_t i = 0; i < bad.size(); ++i) {
    EXPECT_THROW(validate(bad[i]), std::invalid_argument) << "case " << i;
  }
  EXPECT_NO_THROW(validate(DelayModel{TracedDelay{steps({{0s, 0ms}}), 1ns}}));
}

}  // namespace
}  // namespace violin
