#include "models/vswitch/storm_control.h"

#include <gtest/gtest.h>

#include <random>

namespace violin {
namespace {

using namespace std::chrono_literals;

StormLimit limit(std::uint32_t rate, std::uint32_t burst) {
  return {FrameRate::per_second(rate), burst};
}

TEST(TokenBucket, LetsItsBurstPassAtOnceAndNoMore) {
  TokenBucket bucket(limit(10, 3), kRunStart);
  EXPECT_TRUE(bucket.take(kRunStart));
  EXPECT_TRUE(bucket.take(kRunStart));
  EXPECT_TRUE(bucket.take(kRunStart));
  EXPECT_FALSE(bucket.take(kRunStart));
}

TEST(TokenBucket, LetsTheNextFramePassExactlyWhenItsTokenIsComplete) {
  TokenBucket bucket(limit(10, 1), kRunStart);
  EXPECT_TRUE(bucket.take(kRunStart));
  EXPECT_FALSE(bucket.take(kRunStart + 100ms - 1ns));
  EXPECT_TRUE(bucket.take(kRunStart + 100ms));
}

TEST(TokenBucket, SavesUpNoMoreThanItsBurst) {
  TokenBucket bucket(limit(1'000'000, 2), kRunStart);
  const TimePoint later = kRunStart + std::chrono::hours(24 * 365 * 200);
  EXPECT_TRUE(bucket.take(later));
  EXPECT_TRUE(bucket.take(later));
  EXPECT_FALSE(bucket.take(later));
}

TEST(TokenBucket, RefusesAnEmptyBurstAndARateOfZero) {
  EXPECT_THROW(TokenBucket(limit(1, 0), kRunStart), std::logic_error);
  EXPECT_THROW(FrameRate::per_second(0), std::logic_error);
}

// 1/3 and 1/7 of a second are no whole numbers of nanoseconds.
TEST(TokenBucket, HoldsARateThatDoesNotDivideASecondExactlyOverALongTime) {
  for (const std::uint32_t rate : {3U, 7U, 999'983U}) {
    TokenBucket bucket(limit(rate, 1), kRunStart);
    const std::uint64_t tries = 2'000'000;
    const std::int64_t gap = 1'000'000'000 / rate / 3;
    std::uint64_t passed = 0;
    for (std::uint64_t i = 0; i < tries; ++i) {
      passed += bucket.take(kRunStart + Duration(gap * static_cast<std::int64_t>(i)));
    }
    // A frame waits for the first try after its token, so at most a third of each interval is lost.
    const auto span = static_cast<unsigned __int128>(gap) * (tries - 1);
    EXPECT_LE(passed, static_cast<std::uint64_t>(span * rate / 1'000'000'000) + 1) << rate;
    EXPECT_GE(passed * 4, static_cast<std::uint64_t>(span * rate / 1'000'000'000) * 3) << rate;
  }
}

// The definition itself, over all tries so far, in exact arithmetic.
TEST(TokenBucket, AgreesWithExactArithmeticOnRandomArrivals) {
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    std::mt19937_64 random(seed);
    const auto rate = static_cast<std::uint32_t>(1 + random() % 2'000'000);
    const auto burst = static_cast<std::uint32_t>(1 + random() % 20);
    TokenBucket bucket(limit(rate, burst), kRunStart);
    const auto full = static_cast<__int128>(burst) * 1'000'000'000;
    __int128 level = full;
    TimePoint now = kRunStart;
    for (int i = 0; i < 200; ++i) {
      const Duration gap{static_cast<std::int64_t>(random() % (3'000'000'000ULL / rate + 2))};
      now += gap;
      level = std::min(full, level + static_cast<__int128>(gap.count()) * rate);
      const bool passes = level >= 1'000'000'000;
      level -= passes ? 1'000'000'000 : 0;
      ASSERT_EQ(bucket.take(now), passes) << "seed " << seed << ", arrival " << i;
    }
  }
}

TEST(StormGate, LimitsEachKindByItselfAndLeavesTheOthersFree) {
  StormControl control;
  control.broadcast = limit(1, 1);
  control.unknown_unicast = limit(1, 2);
  StormGate gate(control, kRunStart);
  EXPECT_TRUE(gate.admit(FloodKind::kBroadcast, kRunStart));
  EXPECT_FALSE(gate.admit(FloodKind::kBroadcast, kRunStart));
  EXPECT_TRUE(gate.admit(FloodKind::kUnknownUnicast, kRunStart));
  EXPECT_TRUE(gate.admit(FloodKind::kUnknownUnicast, kRunStart));
  EXPECT_FALSE(gate.admit(FloodKind::kUnknownUnicast, kRunStart));
  for (int i = 0; i < 1000; ++i) {
    EXPECT_TRUE(gate.admit(FloodKind::kMulticast, kRunStart));
  }
}

}  // namespace
}  // namespace violin
