#include "models/placement/hub/cover_relaxation.h"

#include <gtest/gtest.h>

#include "tests/models/placement/hub/random_cover.h"

namespace violin {
namespace {

const KeepGoing kForever = [] { return true; };
constexpr double kOne = CoverRelaxation::kOne;

// Three points in a ring, each candidate reaches two: half of each candidate reaches all.
TEST(CoverRelaxation, IsThatOfTheLinearProgram) {
  MedianProblem problem;
  problem.distance = Table<Distance>(3, 3, 0);
  for (std::size_t i = 0; i < 3; ++i) {
    problem.distance(i, i) = 1;
  }
  Cover cover = cover_of(problem);
  CoverRelaxation relaxation(cover);
  EXPECT_NEAR(static_cast<double>(relaxation.solve(cover, kForever).needed), 1.5 * kOne, 3);
  cover.exclude(Cover::Numbers{2});
  EXPECT_NEAR(static_cast<double>(relaxation.solve(cover, kForever).needed), 2 * kOne, 3);
}

TEST(CoverRelaxation, NeverTellsThatMoreAreNeededThanAre) {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    SCOPED_TRACE(seed);
    MedianProblem problem = random_reach(seed);
    const std::optional<std::size_t> least = least_cover(problem);
    if (!least) {
      continue;
    }
    const Cover cover = cover_of(problem);
    std::size_t asked = 0;
    const KeepGoing until = [&] { return seed % 2 == 0 || ++asked < seed % 9; };
    const auto bound = CoverRelaxation(cover).solve(cover, until);
    EXPECT_LE(bound.needed, static_cast<std::int64_t>(*least) * CoverRelaxation::kOne);
    for (std::size_t k = 0; k < problem.candidates(); ++k) {
      Cover with = cover;
      with.take(Cover::Numbers{k});
      const std::size_t needed = with.points().empty() ? 1 : [&] {
        MedianProblem rest = problem;
        for (std::size_t i = 0; i < rest.points(); ++i) {
          if (problem.distance(i, k) == 0) {
            std::ranges::fill(rest.distance.row(i), 0);
          }
        }
        return 1 + least_cover(rest).value();
      }();
      EXPECT_LE(bound.needed + bound.dearer[k],
                static_cast<std::int64_t>(needed) * CoverRelaxation::kOne);
    }
  }
}

}  // namespace
}  // namespace violin
