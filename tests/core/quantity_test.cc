#include "core/quantity.h"

#include <gtest/gtest.h>

#include <random>

namespace violin {
namespace {

using namespace std::chrono_literals;
__extension__ using Int128 = __int128;

TEST(Quantity, WritesRatesInTheLargestUnitThatIsExact) {
  EXPECT_EQ(to_string(BitRate::mbps(10)), "10Mbit/s");
  EXPECT_EQ(to_string(BitRate::gbps(1)), "1Gbit/s");
  EXPECT_EQ(to_string(BitRate::kbps(1'500)), "1500kbit/s");
  EXPECT_EQ(to_string(BitRate::bps(1'001)), "1001bit/s");
}

TEST(Quantity, WritesSizesInTheLargestUnitThatIsExact) {
  EXPECT_EQ(to_string(Bytes{0}), "0B");
  EXPECT_EQ(to_string(Bytes{1500}), "1500B");
  EXPECT_EQ(to_string(Bytes{65'536}), "64KiB");
  EXPECT_EQ(to_string(Bytes{3ULL << 30}), "3GiB");
}

TEST(Quantity, ARateIsAtLeastOneBitPerSecond) {
  EXPECT_THROW(BitRate::bps(0), std::logic_error);
  EXPECT_EQ(BitRate::bps(1).bits_per_second(), 1U);
}

TEST(Serialiser, TakesTheExactTimeWhereItIsAWholeNumberOfNanoseconds) {
  Serialiser serialiser;
  EXPECT_EQ(serialiser.next(Bytes{1500}, BitRate::gbps(10)), 1200ns);
  EXPECT_EQ(serialiser.next(Bytes{64}, BitRate::mbps(10)), 51'200ns);
  EXPECT_EQ(serialiser.next(Bytes{0}, BitRate::mbps(10)), 0ns);
}

// 1 byte at 3 Gbit/s is 2 2/3 ns: 2, 3, 3, and again.
TEST(Serialiser, CarriesThePartOfANanosecondIntoTheNextFrame) {
  Serialiser serialiser;
  for (int i = 0; i < 1000; ++i) {
    EXPECT_EQ(serialiser.next(Bytes{1}, BitRate::gbps(3)), 2ns);
    EXPECT_EQ(serialiser.next(Bytes{1}, BitRate::gbps(3)), 3ns);
    EXPECT_EQ(serialiser.next(Bytes{1}, BitRate::gbps(3)), 3ns);
  }
}

TEST(Serialiser, IsExactOverManyRandomFramesAtAnyRate) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    std::mt19937_64 random(seed);
    const std::uint64_t bits_per_second = 1 + random() % (std::uint64_t{1} << (1 + random() % 40));
    Serialiser serialiser;
    Int128 bits = 0;
    Int128 time = 0;
    for (int i = 0; i < 300; ++i) {
      const Bytes size{random() % 65'536};
      bits += static_cast<Int128>(size.value) * 8;
      time += serialiser.next(size, BitRate::bps(bits_per_second)).count();
      ASSERT_EQ(static_cast<std::int64_t>(time),
                static_cast<std::int64_t>(bits * 1'000'000'000 / bits_per_second))
          << "seed " << seed << ", frame " << i;
    }
  }
}

TEST(Serialiser, TakesFramesOfUpToTwoGibibytes) {
  Serialiser serialiser;
  EXPECT_EQ(serialiser.next(Bytes{1ULL << 31}, BitRate::gbps(1)),
            Duration(static_cast<std::int64_t>(1ULL << 34)));
  EXPECT_EQ(serialiser.next(Bytes{1ULL << 31}, BitRate::bps(1'000'000'007)),
            Duration(static_cast<std::int64_t>(static_cast<Int128>(1ULL << 34) * 1'000'000'000 /
                                               1'000'000'007)));
}

TEST(Serialiser, CarriesNothingOverFromAnotherRate) {
  Serialiser serialiser;
  serialiser.next(Bytes{1}, BitRate::gbps(3));  // leaves 2/3 ns
  EXPECT_EQ(serialiser.next(Bytes{1}, BitRate::gbps(8)), 1ns);
  EXPECT_EQ(serialiser.next(Bytes{1}, BitRate::gbps(3)), 2ns);
}

}  // namespace
}  // namespace violin
