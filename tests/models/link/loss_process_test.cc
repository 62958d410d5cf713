#include "models/link/loss_process.h"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>
#include <vector>

namespace violin {
namespace {

std::vector<bool> draw(const LossModel& model, std::size_t n, std::uint64_t seed) {
  LossProcess process(model);
  RandomStream random(seed, "loss");
  std::vector<bool> lost(n);
  for (std::size_t i = 0; i < n; ++i) {
    lost[i] = process.lost(random);
  }
  return lost;
}

double share(const std::vector<bool>& lost) {
  return static_cast<double>(std::count(lost.begin(), lost.end(), true)) /
         static_cast<double>(lost.size());
}

std::vector<double> bursts(const std::vector<bool>& lost) {
  std::vector<double> lengths;
  for (std::size_t i = 0; i < lost.size(); ++i) {
    if (lost[i] && (i == 0 || !lost[i - 1])) {
      lengths.push_back(0);
    }
    if (lost[i]) {
      ++lengths.back();
    }
  }
  return lengths;
}

TEST(BernoulliLoss, LosesItsShareOfFrames) {
  constexpr std::size_t kFrames = 1'000'000;
  for (const double p : {0.001, 0.02, 0.5}) {
    const double error = std::sqrt(p * (1 - p) / kFrames);
    EXPECT_NEAR(share(draw(BernoulliLoss{p}, kFrames, 1)), p, 4 * error);
  }
}

TEST(BernoulliLoss, LosesNothingAtZeroAndEverythingAtOne) {
  EXPECT_EQ(share(draw(BernoulliLoss{0}, 1000, 1)), 0);
  EXPECT_EQ(share(draw(BernoulliLoss{1}, 1000, 1)), 1);
}

// In the simple model bursts are geometric with mean 1/r, and so are the gaps with mean 1/p.
TEST(GilbertElliottLoss, HasTheStationaryRateAndBurstLengthOfTheSimpleModel) {
  constexpr std::size_t kFrames = 2'000'000;
  const GilbertElliottLoss model{.p = 0.01, .r = 0.25};
  const auto lost = draw(model, kFrames, 2);
  const double rate = 0.01 / 0.26;
  // Variance of the mean of a two-state chain: rate (1 - rate) (1 + c) / (1 - c) / n with
  // correlation c = 1 - p - r.
  const double c = 1 - 0.26;
  EXPECT_NEAR(share(lost), rate, 4 * std::sqrt(rate * (1 - rate) * (1 + c) / (1 - c) / kFrames));
  const auto lengths = bursts(lost);
  double mean = 0;
  for (const double length : lengths) {
    mean += length / static_cast<double>(lengths.size());
  }
  const double deviation = std::sqrt(0.75) / 0.25;
  EXPECT_NEAR(mean, 4, 4 * deviation / std::sqrt(static_cast<double>(lengths.size())));
}

TEST(GilbertElliottLoss, MixesTheLossRatesOfBothStates) {
  constexpr std::size_t kFrames = 2'000'000;
  const GilbertElliottLoss model{.p = 0.1, .r = 0.3, .loss_in_good = 0.01, .loss_in_bad = 0.4};
  const double rate = 0.75 * 0.01 + 0.25 * 0.4;
  EXPECT_DOUBLE_EQ(stationary_loss(model), rate);
  EXPECT_NEAR(share(draw(model, kFrames, 3)), rate, 4 * std::sqrt(0.3 / kFrames));
}

TEST(GilbertElliottLoss, BeginsGood) {
  EXPECT_EQ(share(draw(GilbertElliottLoss{.p = 0, .r = 0}, 1000, 1)), 0);
  EXPECT_EQ(stationary_loss(GilbertElliottLoss{.p = 0, .r = 0}), 0);
}

TEST(LossProcess, KeepsItsStateWhenTheProbabilitiesChange) {
  LossProcess process(GilbertElliottLoss{.p = 1, .r = 0});
  RandomStream random(1, "loss");
  EXPECT_FALSE(process.lost(random));
  process.set_model(GilbertElliottLoss{.p = 0, .r = 0});
  EXPECT_TRUE(process.lost(random));
  process.set_model(NoLoss{});
  process.set_model(GilbertElliottLoss{.p = 0, .r = 0});
  EXPECT_FALSE(process.lost(random));
}

TEST(LossProcess, DrawsNothingWithoutLoss) {
  RandomStream random(1, "loss");
  LossProcess process;
  EXPECT_FALSE(process.lost(random));
  EXPECT_EQ(random(), RandomStream(1, "loss").at(0));
}

TEST(LossModel, RefusesWhatIsNoProbability) {
  EXPECT_THROW(validate(LossModel{BernoulliLoss{1.01}}), std::invalid_argument);
  EXPECT_THROW(validate(LossModel{BernoulliLoss{-0.1}}), std::invalid_argument);
  EXPECT_THROW(validate(LossModel{BernoulliLoss{std::nan("")}}), std::invalid_argument);
  EXPECT_THROW(validate(LossModel{GilbertElliottLoss{.p = 2}}), std::invalid_argument);
  EXPECT_THROW(validate(LossModel{GilbertElliottLoss{.r = -1}}), std::invalid_argument);
  EXPECT_THROW(validate(LossModel{GilbertElliottLoss{.loss_in_bad = 7}}), std::invalid_argument);
  EXPECT_NO_THROW(validate(LossModel{GilbertElliottLoss{}}));
}

}  // namespace
}  // namespace violin
