#include "models/placement/exact/elimination.h"

#include <set>

#include "core/random.h"

namespace violin::placement {
namespace {

using Edges = std::vector<std::array<std::uint32_t, 2>>;

Edges path(std::uint32_t n) {
  Edges edges;
  for (std::uint32_t i = 1; i < n; ++i) {
    edges.push_back({i - 1, i});
  }
  return edges;
}

Edges grid(std::uint32_t rows, std::uint32_t columns) {
  Edges edges;
  for (std::uint32_t r = 0; r < rows; ++r) {
    for (std::uint32_t c = 0; c < columns; ++c) {
      if (c > 0) {
        edges.push_back({r * columns + c - 1, r * columns + c});
      }
      if (r > 0) {
        edges.push_back({(r - 1) * columns + c, r * columns + c});
      }
    }
  }
  return edges;
}

Edges complete(std::uint32_t n) {
  Edges edges;
  for (std::uint32_t a = 0; a < n; ++a) {
    for (std::uint32_t b = a + 1; b < n; ++b) {
      edges.push_back({a, b});
    }
  }
  return edges;
}

// The treewidth of these graphs is known: of a forest 1, of a cycle or a ladder 2, of a complete
// graph one less than it has nodes.
TEST(Elimination, HasTheWidthThatIsKnownOfTheGraph) {
  EXPECT_EQ(eliminate(5, {}).width, 0U);
  EXPECT_EQ(eliminate(9, path(9)).width, 1U);
  Edges ring = path(9);
  ring.push_back({0, 8});
  EXPECT_EQ(eliminate(9, ring).width, 2U);
  EXPECT_EQ(eliminate(40, grid(2, 20)).width, 2U);
  EXPECT_EQ(eliminate(6, complete(6)).width, 5U);
  EXPECT_GE(eliminate(16, grid(4, 4)).width, 4U);
}

TEST(Elimination, TakesALinkThatIsThereTwiceForOne) {
  EXPECT_EQ(eliminate(2, Edges{{0, 1}, {0, 1}}).width, 1U);
}

TEST(Elimination, TakesEachVariableOnceAndIntoOnesThatAreStillThere) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(seed);
    RandomStream random(seed, "graph");
    const auto n = static_cast<std::uint32_t>(1 + random() % 20);
    Edges edges;
    for (std::uint32_t i = 1; i < n; ++i) {
      edges.push_back({static_cast<std::uint32_t>(random() % i), i});
    }
    for (std::uint32_t i = 0; i < seed % 5 && n > 1; ++i) {
      edges.push_back({0, static_cast<std::uint32_t>(1 + random() % (n - 1))});
    }
    const auto last = static_cast<std::uint32_t>(random() % n);
    const Elimination order = eliminate(n, edges, last);
    std::set<std::uint32_t> gone;
    for (const auto& round : order.rounds) {
      ASSERT_FALSE(round.empty());

      for (const auto& step : round) {
        EXPECT_TRUE(gone.insert(step.variable).second);
        EXPECT_TRUE(step.variable != last || step.into.empty());
      }
      for (const auto& step : round) {
        for (const std::uint32_t to : step.into) {
          EXPECT_FALSE(gone.contains(to));
        }
        EXPECT_TRUE(step.into.size() < 2 || round.size() == 1);
      }
    }
    EXPECT_EQ(gone.size(), n);
  }
}

TEST(Elimination, TakesTheLeavesOfAStarInOneRound) {
  Edges star;
  for (std::uint32_t i = 1; i < 10; ++i) {
    star.push_back({0, i});
  }
  const Elimination order = eliminate(10, star, 0);
  ASSERT_EQ(order.rounds.size(), 2U);
  EXPECT_EQ(order.rounds[0].size(), 9U);
}

}  // namespace
}  // namespace violin::placement
