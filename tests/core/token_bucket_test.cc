#include "core/token_bucket.h"

#include <gtest/gtest.h>

#include <chrono>
#include <random>

namespace violin {
namespace {

using namespace std::chrono_literals;

TEST(TokenBucket, LetsItsBurstPassAtOnceAndNoMore) {
  TokenBucket bucket(FrameRate{10}, 3);
  EXPECT_TRUE(bucket.take(kRunStart));
  EXPECT_TRUE(bucket.take(kRunStart));
  EXPECT_TRUE(bucket.take(kRunStart));
  EXPECT_FALSE(bucket.take(kRunStart));
}

TEST(TokenBucket, LetsTheNextFramePassExactlyWhenItsTokenIsComplete) {
  TokenBucket bucket(FrameRate{10}, 1, kRunStart);
  EXPECT_TRUE(bucket.take(kRunStart));
  EXPECT_FALSE(bucket.take(kRunStart + 100ms - 1ns));
  EXPECT_TRUE(bucket.take(kRunStart + 100ms));
}

TEST(TokenBucket, SavesUpNoMoreThanItsBurst) {
  TokenBucket bucket(FrameRate{1'000'000}, 2, kRunStart);
  const TimePoint later = kRunStart + std::chrono::hours(24 * 365 * 200);
  EXPECT_TRUE(bucket.take(later));
  EXPECT_TRUE(bucket.take(later));
  EXPECT_FALSE(bucket.take(later));
}

TEST(TokenBucket, RefusesAnEmptyBurst) {
  EXPECT_THROW(TokenBucket(FrameRate{1}, 0), std::logic_error);
}

// 1/3 and 1/7 of a second are no whole numbers of nanoseconds.
TEST(TokenBucket, HoldsARateThatDoesNotDivideASecondExactlyOverALongTime) {
  for (const std::uint32_t rate : {3U, 7U, 999'983U}) {
    TokenBucket bucket(FrameRate{rate}, 1, kRunStart);
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
    TokenBucket bucket(FrameRate{rate}, burst);
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

TEST(TokenBucket, LetsNothingPassAtARateOfZero) {
  TokenBucket bucket(FrameRate{0}, 1);
  EXPECT_FALSE(bucket.take(kRunStart));
  EXPECT_FALSE(bucket.take(kRunStart + std::chrono::hours(1)));
}

}  // namespace
}  // namespace violin
