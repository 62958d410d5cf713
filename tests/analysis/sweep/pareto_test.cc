#include "analysis/sweep/pareto.h"

#include <algorithm>

#include "core/random.h"

namespace violin::sweep {
namespace {

bool dominates(const Pair& a, const Pair& b) { return a[0] <= b[0] && a[1] <= b[1] && a != b; }

TEST(Pareto, FrontIsWhatNoOtherDominates) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(seed);
    RandomStream random(seed, "points");
    std::vector<Pair> points(random() % 60);
    for (Pair& point : points) {  // coarse, so that many values are equal
      point = {static_cast<double>(random() % 12), static_cast<double>(random() % 12)};
    }
    std::vector<std::size_t> expected;
    for (std::size_t i = 0; i < points.size(); ++i) {
      if (std::ranges::none_of(points, [&](const Pair& p) { return dominates(p, points[i]); })) {
        expected.push_back(i);
      }
    }
    auto front = non_dominated(points);
    EXPECT_TRUE(std::ranges::is_sorted(front, {}, [&](std::size_t i) { return points[i]; }));
    std::ranges::sort(front);
    EXPECT_EQ(front, expected);
  }
}

}  // namespace
}  // namespace violin::sweep
