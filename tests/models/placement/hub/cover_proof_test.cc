#include "models/placement/hub/cover_proof.h"

#include <gtest/gtest.h>

#include <array>
#include <utility>

#include "tests/models/placement/hub/random_cover.h"

namespace violin {
namespace {

using Verdict = CoverProof::Verdict;
const KeepGoing kForever = [] { return true; };
constexpr std::size_t kAll = 1'000'000;  // branches

TEST(CoverProof, FindsOutWhetherSoManyReachEveryPoint) {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    const MedianProblem problem = random_reach(seed);
    const std::optional<std::size_t> least = least_cover(problem);
    for (std::size_t most = 1; most <= problem.candidates(); ++most) {
      SCOPED_TRACE(testing::Message() << "seed " << seed << ", most " << most);
      CoverProof proof(cover_of(problem), most);
      const bool possible = least && *least <= most;
      ASSERT_EQ(proof.run(kAll, kForever), possible ? Verdict::kPossible : Verdict::kImpossible);
      if (possible) {
        EXPECT_LE(proof.found().size(), most);
        EXPECT_TRUE(reach_all(problem, proof.found()));
      }
    }
  }
}

// The lines of the affine space over three elements, each to be hit: three points, as vectors, are
// a line if their sum is 0. The most points without a line are 4 in the plane and 9 in space
// (Pellegrino 1970), so 5 and 18 hit them all; the relaxation says 3 and 9. The latter is A27 of
// Fulkerson, Nemhauser, Trotter, Mathematical Programming Study 2, 1974.
MedianProblem lines_to_hit(std::size_t dimensions) {
  const std::size_t points = dimensions == 2 ? 9 : 27;
  const auto third = [=](std::size_t a, std::size_t b) {
    std::size_t sum = 0;
    for (std::size_t place = 1; place < points; place *= 3) {
      sum += (6 - a / place % 3 - b / place % 3) % 3 * place;
    }
    return sum;
  };
  std::vector<std::array<std::size_t, 3>> lines;
  for (std::size_t a = 0; a < points; ++a) {
    for (std::size_t b = a + 1; b < points; ++b) {
      if (third(a, b) > b) {
        lines.push_back({a, b, third(a, b)});
      }
    }
  }
  MedianProblem problem;
  problem.distance = Table<Distance>(lines.size(), points, 1);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    for (const std::size_t point : lines[i]) {
      problem.distance(i, point) = 0;
    }
  }
  return problem;
}

TEST(CoverProof, GoesOnWhereItStopped) {
  const MedianProblem problem = lines_to_hit(2);
  CoverProof proof(cover_of(problem), 4);
  EXPECT_EQ(proof.root(kForever), Verdict::kOpen);
  EXPECT_EQ(proof.run(1, kForever), Verdict::kOpen);
  EXPECT_EQ(proof.run(kAll, [] { return false; }), Verdict::kOpen);
  EXPECT_EQ(proof.run(kAll, kForever), Verdict::kImpossible);
}

TEST(CoverProof, ProvesWhatTheRelaxationIsFarFrom) {
  for (const auto& [dimensions, least] : {std::pair{2U, 5U}, std::pair{3U, 18U}}) {
    SCOPED_TRACE(dimensions);
    const MedianProblem problem = lines_to_hit(dimensions);
    CoverProof proof(cover_of(problem), least);
    EXPECT_EQ(proof.run(kAll, kForever), Verdict::kPossible);
    EXPECT_TRUE(reach_all(problem, proof.found()));
    EXPECT_EQ(CoverProof(cover_of(problem), least - 1).run(kAll, kForever), Verdict::kImpossible);
  }
}

}  // namespace
}  // namespace violin
