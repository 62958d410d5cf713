#include "models/placement/hub/cover.h"

#include <gtest/gtest.h>

#include "tests/models/placement/hub/random_cover.h"

namespace violin {
namespace {

using Numbers = Cover::Numbers;

// Reached (0) or not (1), point by point.
MedianProblem reach_of(const std::vector<std::vector<Distance>>& rows) {
  MedianProblem problem;
  problem.distance = Table<Distance>(rows.size(), rows.front().size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::ranges::copy(rows[i], problem.distance.row(i).begin());
  }
  return problem;
}

// Candidate 1 reaches what 0 does and more; then it alone reaches point 0; then 2 reaches what 3
// does.
TEST(Cover, TakesWhatIsNeededWhenAnotherOneIsReplaced) {
  Cover cover = cover_of(reach_of({{0, 0, 1, 1}, {0, 0, 0, 1}, {1, 0, 1, 0}, {1, 1, 0, 0}}));
  cover.reduce();
  EXPECT_EQ(cover.taken(), (Numbers{1, 2}));
  EXPECT_TRUE(cover.points().empty());
}

// Nothing replaces a candidate here, and whatever reaches point 0 reaches point 3.
TEST(Cover, LeavesOutPointsThatAreReachedWithAnotherOne) {
  Cover cover = cover_of(reach_of({{0, 0, 1}, {1, 0, 0}, {0, 1, 0}, {0, 0, 0}}));
  cover.reduce();
  EXPECT_EQ(cover.points(), (Numbers{0, 1, 2}));
  EXPECT_EQ(cover.candidates(), (Numbers{0, 1, 2}));
  EXPECT_TRUE(cover.taken().empty());
}

TEST(Cover, OfEqualsTheFirstStays) {
  Cover equals = cover_of(reach_of({{0, 0}, {0, 0}}));
  equals.reduce();
  EXPECT_EQ(equals.taken(), Numbers{0});
  EXPECT_TRUE(equals.points().empty());
}

TEST(Cover, IsImpossibleWhenAPointHasNoCandidate) {
  EXPECT_TRUE(cover_of(reach_of({{0, 0}, {1, 1}})).impossible());
  Cover cover = cover_of(reach_of({{0, 0}, {1, 0}}));
  EXPECT_FALSE(cover.impossible());
  cover.exclude(Numbers{0});
  EXPECT_FALSE(cover.impossible());
  cover.exclude(Numbers{1});
  EXPECT_TRUE(cover.impossible());
}

TEST(Cover, WhatIsReachedByWhatIsTakenIsLeftNoLonger) {
  Cover cover = cover_of(reach_of({{0, 1, 0}, {1, 0, 0}, {0, 1, 1}}));
  cover.take(Numbers{0});
  EXPECT_EQ(cover.points(), Numbers{1});
  EXPECT_EQ(cover.candidates(), (Numbers{1, 2}));
  EXPECT_EQ(cover.reach(2), 1U);
  EXPECT_EQ(cover.choices(1), 2U);
  const Cover rest = Cover::rest_of(cover);
  EXPECT_EQ(rest.points(), Numbers{0});
  EXPECT_EQ(rest.candidates(), (Numbers{0, 1}));
  EXPECT_TRUE(rest.taken().empty());
}

TEST(Cover, ReducedItNeedsAsManyCandidates) {
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    SCOPED_TRACE(seed);
    const MedianProblem problem = random_reach(seed);
    const std::optional<std::size_t> least = least_cover(problem);
    Cover cover = cover_of(problem);
    ASSERT_EQ(cover.impossible(), !least);
    cover.reduce();
    if (!least) {
      continue;
    }
    std::size_t needed = cover.taken().size();
    if (!cover.points().empty()) {
      MedianProblem rest;
      rest.distance = Table<Distance>(cover.points().size(), cover.candidates().size(), 1);
      for (std::size_t i = 0; i < rest.points(); ++i) {
        for (std::size_t k = 0; k < rest.candidates(); ++k) {
          rest.distance(i, k) = cover.reaches(cover.candidates()[k], cover.points()[i]) ? 0 : 1;
        }
      }
      needed += least_cover(rest).value();
    }
    EXPECT_EQ(needed, *least);
  }
}

}  // namespace
}  // namespace violin
