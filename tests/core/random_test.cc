#include "core/random.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace violin {
namespace {

using Block = std::array<std::uint32_t, 4>;
using Key = std::array<std::uint32_t, 2>;

// kat_vectors of Random123 1.14, the lines "philox4x32 10".
TEST(Philox, GivesTheKnownAnswersOfItsAuthors) {
  EXPECT_EQ(philox4x32(Block{}, Key{}), (Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox4x32(Block{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
                       Key{0xffffffff, 0xffffffff}),
            (Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox4x32(Block{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
                       Key{0xa4093822, 0x299f31d0}),
            (Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

std::vector<std::uint64_t> draw(RandomStream stream, int n) {
  std::vector<std::uint64_t> words;
  for (int i = 0; i < n; ++i) {
    words.push_back(stream());
  }
  return words;
}

TEST(RandomStream, IsTheSameForTheSameSeedAndName) {
  EXPECT_EQ(draw({7, "link1"}, 100), draw({7, "link1"}, 100));
}

TEST(RandomStream, DiffersForAnotherSeedOrName) {
  std::set<std::uint64_t> first_words;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    for (int name = 0; name < 100; ++name) {
      first_words.insert(RandomStream(seed, "link" + std::to_string(name))());
    }
  }
  EXPECT_EQ(first_words.size(), 10'000U);
}

TEST(RandomStream, DoesNotDependOnWhatOthersDraw) {
  RandomStream mine(7, "mine");
  RandomStream other(7, "other");
  std::vector<std::uint64_t> words;
  for (int i = 0; i < 100; ++i) {
    words.push_back(mine());
    for (int j = 0; j < i; ++j) {
      other();
    }
  }
  EXPECT_EQ(words, draw({7, "mine"}, 100));
}

TEST(RandomStream, GivesAnyWordByItsIndexWhateverWasDrawn) {
  RandomStream stream(7, "link");
  const auto words = draw({7, "link"}, 100);
  for (const std::uint64_t i : {0U, 1U, 2U, 99U, 50U}) {
    EXPECT_EQ(stream.at(i), words[i]);
    stream();
  }
}

// Expected difference of two random words: 32 of 64 bits. 10,000 pairs: sigma 0.04.
TEST(RandomStream, StreamsOfNeighbouringNamesAreUnrelated) {
  RandomStream a(1, "vHost1");
  RandomStream b(1, "vHost2");
  int bits = 0;
  for (int i = 0; i < 10'000; ++i) {
    bits += std::popcount(a() ^ b());
  }
  EXPECT_NEAR(bits / 10'000.0, 32, 0.2);
}

TEST(RandomStream, UniformLiesInTheUnitIntervalWithItsMoments) {
  RandomStream stream(5, "uniform");
  double sum = 0;
  double squares = 0;
  constexpr int kDraws = 100'000;
  for (int i = 0; i < kDraws; ++i) {
    const double u = stream.uniform();
    ASSERT_GE(u, 0);
    ASSERT_LT(u, 1);
    sum += u;
    squares += u * u;
  }
  EXPECT_NEAR(sum / kDraws, 1.0 / 2, 5 * std::sqrt(1.0 / 12 / kDraws));
  EXPECT_NEAR(squares / kDraws, 1.0 / 3, 5 * std::sqrt(4.0 / 45 / kDraws));
}

TEST(RandomStream, MapsWordsOntoTheUnitIntervalWith53Bits) {
  EXPECT_EQ(RandomStream::to_unit(0), 0.0);
  EXPECT_EQ(RandomStream::to_unit(std::uint64_t{1} << 63), 0.5);
  EXPECT_EQ(RandomStream::to_unit(~std::uint64_t{0}), 1.0 - 0x1.0p-53);
  EXPECT_EQ(RandomStream::to_unit(std::uint64_t{1} << 11), 0x1.0p-53);
}

TEST(RandomStream, ChanceHappensAsOftenAsItSays) {
  RandomStream stream(6, "chance");
  int hits = 0;
  for (int i = 0; i < 100'000; ++i) {
    hits += stream.chance(0.03);
  }
  EXPECT_NEAR(hits, 3000, 5 * std::sqrt(100'000 * 0.03 * 0.97));
  EXPECT_TRUE(stream.chance(1));
}

TEST(RandomStream, AnImpossibleChanceDrawsNothing) {
  RandomStream stream(6, "chance");
  EXPECT_FALSE(stream.chance(0));
  EXPECT_FALSE(stream.chance(-1));
  EXPECT_EQ(stream(), RandomStream(6, "chance")());
}

TEST(RandomStream, ServesTheStandardDistributions) {
  RandomStream stream(6, "standard");
  std::uniform_int_distribution<int> die(1, 6);
  for (int i = 0; i < 100; ++i) {
    const int face = die(stream);
    EXPECT_TRUE(face >= 1 && face <= 6);
  }
}

}  // namespace
}  // namespace violin
