// When sources send: exact for constant and trace traffic, by theory for random ones.
#include "models/app/traffic.h"

#include <gtest/gtest.h>

#include <cmath>

namespace violin {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kSeed = 20240607;

TEST(ConstantTraffic, SendsTheFirstAtOnceAndThenOneEachInterval) {
  ConstantTraffic traffic(100, 20ms);
  EXPECT_EQ(traffic.next(), (Emission{0ns, 100}));
  EXPECT_EQ(traffic.next(), (Emission{20ms, 100}));
  EXPECT_EQ(traffic.next(), (Emission{20ms, 100}));
}

TEST(ConstantTraffic, KeepsItsRateToTheNanosecondOverManyDatagrams) {
  // 1000 bytes at 3 Mbit/s take 8/3 ms, which no number of nanoseconds is.
  ConstantTraffic traffic(1000, BitRate::mbps(3));
  Duration sum{};
  for (int i = 0; i <= 300'000; ++i) {
    sum += traffic.next()->after;
  }
  EXPECT_EQ(sum, 800s);
}

TEST(PoissonTraffic, HasExponentialIntervals) {
  // Mean m, variance m^2, P(X > m) = 1/e; bounds are 5 standard errors of each estimate.
  const double mean = 1e-3;
  PoissonTraffic traffic(100, 1ms, RandomStream(kSeed, "poisson"));
  const int n = 200'000;
  double sum = 0;
  double squares = 0;
  int longer = 0;
  for (int i = 0; i < n; ++i) {
    const double x = to_seconds(traffic.next()->after);
    sum += x;
    squares += x * x;
    longer += x > mean ? 1 : 0;
  }
  const double root = std::sqrt(static_cast<double>(n));
  EXPECT_NEAR(sum / n, mean, 5 * mean / root) << "seed " << kSeed;
  // Var(S^2) = (mu4 - sigma^4) / n with mu4 = 9 sigma^4.
  EXPECT_NEAR(squares / n - sum / n * (sum / n), mean * mean,
              5 * mean * mean * std::sqrt(8) / root);
  const double p = std::exp(-1);
  EXPECT_NEAR(static_cast<double>(longer) / n, p, 5 * std::sqrt(p * (1 - p)) / root);
}

TEST(PoissonTraffic, CountsInEqualWindowsHaveVarianceEqualToTheirMean) {
  PoissonTraffic traffic(100, 1ms, RandomStream(kSeed, "counts"));
  const int windows = 20'000;
  const double expected = 10;  // per 10 ms
  std::vector<int> counts(windows);
  for (double at = 0; at < 10e-3 * windows; at += to_seconds(traffic.next()->after)) {
    ++counts[static_cast<std::size_t>(at / 10e-3)];
  }
  counts[0] -= 1;  // the loop counts time 0
  double sum = 0;
  double squares = 0;
  for (const int count : counts) {
    sum += count;
    squares += static_cast<double>(count) * count;
  }
  const double mean = sum / windows;
  EXPECT_NEAR(mean, expected, 5 * std::sqrt(expected / windows)) << "seed " << kSeed;
  // Var(S^2) of a Poisson variable is about (2 l^2 + l) / n.
  EXPECT_NEAR(squares / windows - mean * mean, expected,
              5 * std::sqrt((2 * expected * expected + expected) / windows));
}

double mean_rate(Traffic& traffic, int datagrams) {
  double seconds = 0;
  double bits = 0;
  for (int i = 0; i < datagrams; ++i) {
    const Emission emission = *traffic.next();
    seconds += to_seconds(emission.after);
    bits += emission.size * 8.0;
  }
  return bits / seconds;
}

TEST(OnOffTraffic, WithConstantPeriodsSendsInBurstsAtThePeakRate) {
  // 1000 bits take 1 ms at 1 Mbit/s: on for 2.5 ms, off for 10 ms. On time runs on through off
  // periods: emissions at on times 1, 2, 3, ... ms.
  const PeriodLength on{PeriodLength::Kind::kConstant, 2500us};
  const PeriodLength off{PeriodLength::Kind::kConstant, 10ms};
  OnOffTraffic traffic(125, BitRate::mbps(1), on, off, RandomStream(kSeed, "onoff"));
  EXPECT_EQ(traffic.next()->after, 1ms);
  EXPECT_EQ(traffic.next()->after, 1ms);
  EXPECT_EQ(traffic.next()->after, 11ms);
  EXPECT_EQ(traffic.next()->after, 1ms);
  EXPECT_EQ(traffic.next()->after, 1ms);
  EXPECT_EQ(traffic.next()->after, 11ms);
}

TEST(OnOffTraffic, WithExponentialPeriodsHasItsMeanRate) {
  const PeriodLength on{PeriodLength::Kind::kExponential, 100ms};
  const PeriodLength off{PeriodLength::Kind::kExponential, 300ms};
  OnOffTraffic traffic(125, BitRate::mbps(1), on, off, RandomStream(kSeed, "exponential"));
  // 10 datagrams... 100 of 1 ms each per on period: 2 million make 20,000 periods; the relative
  // error of the sum of the off periods is 1/sqrt(20,000) = 0.7 %.
  EXPECT_NEAR(mean_rate(traffic, 2'000'000), 250e3, 250e3 * 0.03) << "seed " << kSeed;
}

TEST(OnOffTraffic, WithParetoPeriodsHasItsMeanRate) {
  // Shape 2.5 has a finite variance: sigma / mean = 1 / sqrt(a (a - 2)) = 0.9.
  const PeriodLength on{PeriodLength::Kind::kPareto, 100ms, 2.5};
  const PeriodLength off{PeriodLength::Kind::kPareto, 300ms, 2.5};
  OnOffTraffic traffic(125, BitRate::mbps(1), on, off, RandomStream(kSeed, "pareto"));
  EXPECT_NEAR(mean_rate(traffic, 2'000'000), 250e3, 250e3 * 0.03) << "seed " << kSeed;
}

TEST(PeriodLength, OfParetoHasTheTailOfItsShape) {
  // Scale = mean (a - 1) / a; P(X > 4 scale) = 4^-a.
  const PeriodLength period{PeriodLength::Kind::kPareto, 300ms, 1.5};
  RandomStream random(kSeed, "tail");
  const int n = 200'000;
  int beyond = 0;
  for (int i = 0; i < n; ++i) {
    const Duration x = period.draw(random);
    ASSERT_GE(x, 100ms - 1ns);
    beyond += x > 400ms ? 1 : 0;
  }
  const double p = std::pow(4, -1.5);
  EXPECT_NEAR(static_cast<double>(beyond) / n, p, 5 * std::sqrt(p * (1 - p) / n)) << kSeed;
}

TEST(TraceTraffic, RepeatsItsTraceExactlyAndEnds) {
  TraceTraffic traffic({{5ms, 100}, {5ms, 200}, {9ms, 24}});
  EXPECT_EQ(traffic.next(), (Emission{5ms, 100}));
  EXPECT_EQ(traffic.next(), (Emission{0ns, 200}));
  EXPECT_EQ(traffic.next(), (Emission{4ms, 24}));
  EXPECT_EQ(traffic.next(), std::nullopt);
}

TEST(Traffic, RefusesWhatCannotBeSent) {
  const RandomStream random(kSeed, "refused");
  const PeriodLength good{PeriodLength::Kind::kExponential, 1s};
  const PeriodLength none{PeriodLength::Kind::kExponential, 0s};
  const PeriodLength heavy{PeriodLength::Kind::kPareto, 1s, 1.0};
  EXPECT_THROW(ConstantTraffic(23, 1ms), std::invalid_argument);
  EXPECT_THROW(ConstantTraffic(65508, 1ms), std::invalid_argument);
  EXPECT_THROW(ConstantTraffic(100, 0ms), std::invalid_argument);
  EXPECT_THROW(PoissonTraffic(100, -1ms, random), std::invalid_argument);
  EXPECT_THROW(OnOffTraffic(100, BitRate::mbps(1), none, good, random), std::invalid_argument);
  EXPECT_THROW(OnOffTraffic(100, BitRate::mbps(1), good, heavy, random), std::invalid_argument);
  EXPECT_THROW(TraceTraffic({{2ms, 100}, {1ms, 100}}), std::invalid_argument);
  EXPECT_THROW(TraceTraffic({{-1ms, 100}}), std::invalid_argument);
}

}  // namespace
}  // namespace violin
