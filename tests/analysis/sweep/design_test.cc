#include "analysis/sweep/design.h"

#include <algorithm>
#include <map>
#include <set>

namespace violin::sweep {
namespace {

std::vector<Choice> all(const Design& design) {
  std::vector<Choice> choices;
  for (std::uint64_t i = 0; i < design.size(); ++i) {
    choices.push_back(design.at(i));
  }
  return choices;
}

TEST(Design, GridHasEveryCombinationInOrder) {
  std::vector<Choice> expected;
  for (std::size_t a = 0; a < 2; ++a) {
    for (std::size_t b = 0; b < 3; ++b) {
      for (std::size_t c = 0; c < 4; ++c) {
        expected.push_back({a, b, c});
      }
    }
  }
  EXPECT_EQ(all(Design::grid({2, 3, 4})), expected);
}

TEST(Design, GridOfNothingIsTheScenarioItself) {
  EXPECT_EQ(all(Design::grid({})), std::vector<Choice>{{}});
}

TEST(Design, RandomOnesAreDifferentAndOfTheGrid) {
  const auto grid = all(Design::grid({5, 7, 3}));
  for (const std::uint64_t samples : {1U, 50U, 104U, 105U, 200U}) {
    const auto picked = all(Design::random({5, 7, 3}, samples, 3));
    EXPECT_EQ(picked.size(), std::min<std::size_t>(samples, 105));
    EXPECT_EQ(std::set<Choice>(picked.begin(), picked.end()).size(), picked.size());
    EXPECT_TRUE(std::ranges::includes(grid, picked));  // both are in order
  }
}

TEST(Design, RandomOnesFollowTheSeedAlone) {
  const auto once = all(Design::random({100, 100}, 20, 1));
  EXPECT_EQ(once, all(Design::random({100, 100}, 20, 1)));
  EXPECT_NE(once, all(Design::random({100, 100}, 20, 2)));
}

// Each of the 10 pairs of 5 is as likely: chi-square with 9 degrees of freedom is above 27.9 once
// in a thousand.
TEST(Design, EverySampleIsAsLikely) {
  std::map<std::vector<Choice>, double> seen;
  constexpr int kDraws = 5000;
  for (int seed = 0; seed < kDraws; ++seed) {
    ++seen[all(Design::random({5}, 2, static_cast<std::uint64_t>(seed)))];
  }
  double chi_square = 0;
  for (const auto& [pair, count] : seen) {
    chi_square += (count - kDraws / 10.0) * (count - kDraws / 10.0) / (kDraws / 10.0);
  }
  EXPECT_EQ(seen.size(), 10U);
  EXPECT_LT(chi_square, 27.9);
}

TEST(Design, OneAtATimeChangesOneAxisAndLeavesOutWhatIsGiven) {
  const auto choices = all(Design::one_at_a_time({3, 2}, {1, std::nullopt}));
  const std::vector<Choice> expected{{std::nullopt, std::nullopt},
                                     {0, std::nullopt},
                                     {2, std::nullopt},
                                     {std::nullopt, 0},
                                     {std::nullopt, 1}};
  EXPECT_EQ(choices, expected);
}

TEST(Design, RefusesWhatNobodyCanLookAt) {
  EXPECT_THROW(Design::grid({10'000, 10'000}), std::invalid_argument);
  EXPECT_THROW(Design::random(std::vector<std::size_t>(40, 10), 5, 1), std::invalid_argument);
  EXPECT_EQ(Design::random(std::vector<std::size_t>(18, 10), 5, 1).size(), 5U);
}

}  // namespace
}  // namespace violin::sweep
