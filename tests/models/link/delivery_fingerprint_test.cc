#include "models/link/delivery_fingerprint.h"

#include <gtest/gtest.h>

#include <bit>
#include <chrono>
#include <numeric>
#include <set>
#include <vector>

#include "core/random.h"

namespace violin {
namespace {

using namespace std::chrono_literals;

std::vector<std::uint8_t> random_bytes(RandomStream& random, std::size_t n) {
  std::vector<std::uint8_t> bytes(n);
  for (auto& b : bytes) {
    b = static_cast<std::uint8_t>(random());
  }
  return bytes;
}

std::uint64_t fingerprint_of(TimePoint due, Bytes size, std::span<const std::uint8_t> stored) {
  DeliveryFingerprint f;
  f.add(due, size, stored);
  return f.value();
}

TEST(DeliveryFingerprint, IsEqualForEqualDeliveries) {
  RandomStream random(1, "bytes");
  const auto bytes = random_bytes(random, 60);
  EXPECT_EQ(fingerprint_of(kRunStart + 5ms, Bytes{1000}, bytes),
            fingerprint_of(kRunStart + 5ms, Bytes{1000}, bytes));
}

TEST(DeliveryFingerprint, ChangesWithAnyCoveredBitOfAFrame) {
  RandomStream random(2, "bytes");
  for (const std::size_t length : {1U, 7U, 8U, 14U, 16U, 42U, 60U, 64U, 100U, 128U, 200U}) {
    auto bytes = random_bytes(random, length);
    std::set<std::uint64_t> seen = {fingerprint_of(kRunStart, Bytes{length}, bytes)};
    const std::size_t covered = std::min(length, DeliveryFingerprint::kCoveredBytes);
    for (std::size_t bit = 0; bit < covered * 8; ++bit) {
      bytes[bit / 8] = static_cast<std::uint8_t>(bytes[bit / 8] ^ (1U << (bit % 8)));
      EXPECT_TRUE(seen.insert(fingerprint_of(kRunStart, Bytes{length}, bytes)).second)
          << length << " bytes, bit " << bit;
      bytes[bit / 8] = static_cast<std::uint8_t>(bytes[bit / 8] ^ (1U << (bit % 8)));
    }
  }
}

TEST(DeliveryFingerprint, ChangesWithAnyBitOfTimeAndSize) {
  const std::vector<std::uint8_t> bytes(42, 0);
  std::set<std::uint64_t> seen = {fingerprint_of(kRunStart, Bytes{0}, bytes)};
  for (int bit = 0; bit < 63; ++bit) {
    const auto flipped = std::int64_t{1} << bit;
    EXPECT_TRUE(seen.insert(fingerprint_of(kRunStart + Duration(flipped), Bytes{0}, bytes)).second);
    EXPECT_TRUE(
        seen.insert(fingerprint_of(kRunStart, Bytes{std::uint64_t{1} << bit}, bytes)).second);
  }
}

TEST(DeliveryFingerprint, TellsWordsThatChangedPlacesApart) {
  std::vector<std::uint8_t> bytes(64);
  std::iota(bytes.begin(), bytes.end(), std::uint8_t{0});
  std::set<std::uint64_t> seen = {fingerprint_of(kRunStart, Bytes{64}, bytes)};
  for (std::size_t i = 0; i < 64; i += 8) {
    for (std::size_t j = i + 8; j < 64; j += 8) {
      auto swapped = bytes;
      std::swap_ranges(swapped.begin() + static_cast<std::ptrdiff_t>(i),
                       swapped.begin() + static_cast<std::ptrdiff_t>(i + 8),
                       swapped.begin() + static_cast<std::ptrdiff_t>(j));
      EXPECT_TRUE(seen.insert(fingerprint_of(kRunStart, Bytes{64}, swapped)).second);
    }
  }
}

TEST(DeliveryFingerprint, DependsOnTheOrderOfDeliveries) {
  RandomStream random(3, "bytes");
  const auto a = random_bytes(random, 60);
  const auto b = random_bytes(random, 60);
  DeliveryFingerprint ab;
  ab.add(kRunStart, Bytes{60}, a);
  ab.add(kRunStart, Bytes{60}, b);
  DeliveryFingerprint ba;
  ba.add(kRunStart, Bytes{60}, b);
  ba.add(kRunStart, Bytes{60}, a);
  EXPECT_NE(ab.value(), ba.value());
}

TEST(DeliveryFingerprint, NeverForgetsADifferenceWhateverFollows) {
  RandomStream random(4, "bytes");
  DeliveryFingerprint one;
  DeliveryFingerprint other;
  other.add(kRunStart, Bytes{60}, random_bytes(random, 60));
  for (int i = 0; i < 100'000; ++i) {
    one.absorb(static_cast<std::uint64_t>(i));
    other.absorb(static_cast<std::uint64_t>(i));
    ASSERT_NE(one.value(), other.value());
  }
}

TEST(DeliveryFingerprint, FlipsHalfOfItsBitsOnAverage) {
  RandomStream random(5, "bytes");
  double flips = 0;
  constexpr int kTrials = 4000;
  for (int i = 0; i < kTrials; ++i) {
    auto bytes = random_bytes(random, 60);
    const auto before = fingerprint_of(kRunStart, Bytes{60}, bytes);
    const std::uint64_t bit = random() % 480;
    bytes[bit / 8] = static_cast<std::uint8_t>(bytes[bit / 8] ^ (1U << (bit % 8)));
    flips += std::popcount(before ^ fingerprint_of(kRunStart, Bytes{60}, bytes));
  }
  // Binomial(64, 1/2): standard error of the mean 4 / sqrt(4000) = 0.063.
  EXPECT_NEAR(flips / kTrials, 32, 0.5);
}

}  // namespace
}  // namespace violin
