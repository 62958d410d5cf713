#include "models/placement/hub/cover_search.h"

#include <gtest/gtest.h>

#include "tests/models/placement/hub/random_cover.h"

namespace violin {
namespace {

const KeepGoing kForever = [] { return true; };

// The problems are so small that some thousand exchanges come upon it.
TEST(CoverSearch, FindsTheFewestCandidatesAndNeverFewer) {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    SCOPED_TRACE(seed);
    const MedianProblem problem = random_reach(seed);
    const std::optional<std::size_t> least = least_cover(problem);
    if (!least) {
      continue;
    }
    const Cover cover = cover_of(problem);
    const auto found = CoverSearch(cover, *least, seed).run(3000, kForever);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->size(), *least);
    EXPECT_TRUE(reach_all(problem, *found));
    EXPECT_FALSE(*least > 1 && CoverSearch(cover, *least - 1, seed).run(300, kForever));
  }
}

TEST(CoverSearch, EndsWhenItIsToldTo) {
  MedianProblem problem;
  problem.distance = Table<Distance>(2, 2, 1);
  problem.distance(0, 0) = problem.distance(1, 1) = 0;
  std::size_t asked = 0;
  EXPECT_FALSE(CoverSearch(cover_of(problem), 1, 1).run(1'000'000, [&] { return ++asked < 7; }));
  EXPECT_EQ(asked, 7U);
}

}  // namespace
}  // namespace violin
