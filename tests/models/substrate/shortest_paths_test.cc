#include "models/substrate/shortest_paths.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "core/random.h"

namespace violin {
namespace {

using Metric = RouterGraph::Metric;

RouterGraph routers(std::uint32_t count, Metric metric = Metric::kWeight) {
  RouterGraph graph(metric);
  for (std::uint32_t i = 0; i < count; ++i) {
    graph.add_router({std::to_string(i), std::nullopt, {}});
  }
  return graph;
}

SubstrateLinkId link(RouterGraph& graph, std::uint32_t from, std::uint32_t to,
                     std::uint64_t weight) {
  SubstrateLink link;
  link.from = RouterId{from};
  link.to = RouterId{to};
  link.weight = weight;
  link.delay = std::chrono::milliseconds(weight);
  return graph.add_link(std::move(link));
}

std::vector<SubstrateLinkId> path(ShortestPaths& paths, const RouterGraph& graph,
                                  std::uint32_t from, std::uint32_t to) {
  const ShortestPathTree& tree = paths.from(RouterId{from});
  std::vector<SubstrateLinkId> links;
  for (auto id = tree.entered_by(RouterId{to}); id; id = tree.entered_by(graph.link(*id).from)) {
    links.push_back(*id);
  }
  std::reverse(links.begin(), links.end());
  return links;
}

using Path = std::vector<SubstrateLinkId>;

TEST(ShortestPaths, PreferTheDetourOfLessWeight) {
  RouterGraph graph = routers(3);
  link(graph, 0, 2, 10);
  const SubstrateLinkId first = link(graph, 0, 1, 4);
  const SubstrateLinkId second = link(graph, 1, 2, 5);
  ShortestPaths paths(graph);
  EXPECT_EQ(path(paths, graph, 0, 2), (Path{first, second}));
}

TEST(ShortestPaths, FollowTheDelayWhereThatIsTheMetric) {
  RouterGraph graph = routers(3, Metric::kDelay);
  const SubstrateLinkId direct = link(graph, 0, 2, 9);
  link(graph, 0, 1, 4);
  link(graph, 1, 2, 4);
  graph.set_link_delay(direct, std::chrono::milliseconds(8));  // as far as the detour, fewer links
  ShortestPaths paths(graph);
  EXPECT_EQ(path(paths, graph, 0, 2), Path{direct});
}

TEST(ShortestPaths, AmongEqualsTakeTheLowestLinkIntoEachRouter) {
  RouterGraph graph = routers(4);  // a diamond: 0 -> {1, 2} -> 3
  const SubstrateLinkId into_3_from_2 = link(graph, 2, 3, 1);
  link(graph, 1, 3, 1);
  link(graph, 0, 1, 1);
  const SubstrateLinkId into_2 = link(graph, 0, 2, 1);
  ShortestPaths paths(graph);
  EXPECT_EQ(path(paths, graph, 0, 3), (Path{into_2, into_3_from_2}));
}

TEST(ShortestPaths, AmongParallelLinksTakeTheLowest) {
  RouterGraph graph = routers(2);
  const SubstrateLinkId first = link(graph, 0, 1, 3);
  link(graph, 0, 1, 3);
  ShortestPaths paths(graph);
  EXPECT_EQ(path(paths, graph, 0, 1), Path{first});
}

TEST(ShortestPaths, ReachNothingAgainstTheDirectionOfLinks) {
  RouterGraph graph = routers(2);
  link(graph, 0, 1, 1);
  ShortestPaths paths(graph);
  EXPECT_TRUE(paths.from(RouterId{0}).reaches(RouterId{1}));
  EXPECT_FALSE(paths.from(RouterId{1}).reaches(RouterId{0}));
  EXPECT_TRUE(paths.from(RouterId{1}).reaches(RouterId{1}));
}

TEST(ShortestPaths, AvoidLinksThatAreDown) {
  RouterGraph graph = routers(2);
  const SubstrateLinkId good = link(graph, 0, 1, 1);
  const SubstrateLinkId worse = link(graph, 0, 1, 2);
  graph.set_link_up(good, false);
  ShortestPaths paths(graph);
  EXPECT_EQ(path(paths, graph, 0, 1), Path{worse});
}

TEST(ShortestPaths, GoRoundInNoCircleOfLinksWithoutWeight) {
  RouterGraph graph = routers(3);
  link(graph, 1, 2, 0);
  link(graph, 2, 1, 0);
  link(graph, 1, 0, 0);
  const SubstrateLinkId out = link(graph, 0, 1, 0);
  ShortestPaths paths(graph);
  EXPECT_EQ(path(paths, graph, 0, 2).front(), out);
  EXPECT_EQ(path(paths, graph, 0, 2).size(), 2U);
}

constexpr std::uint64_t kFar = ~std::uint64_t{0} / 4;

std::vector<std::vector<std::uint64_t>> floyd_warshall(const RouterGraph& graph) {
  const std::size_t n = graph.routers().size();
  std::vector<std::vector<std::uint64_t>> distance(n, std::vector<std::uint64_t>(n, kFar));
  for (std::size_t i = 0; i < n; ++i) {
    distance[i][i] = 0;
  }
  for (const SubstrateLink& each : graph.links()) {
    std::uint64_t& best = distance[to_index(each.from)][to_index(each.to)];
    best = each.up ? std::min(best, each.weight) : best;
  }
  for (std::size_t k = 0; k < n; ++k) {
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < n; ++j) {
        distance[i][j] = std::min(distance[i][j], distance[i][k] + distance[k][j]);
      }
    }
  }
  return distance;
}

RouterGraph random_graph(RandomStream& random) {
  const auto n = static_cast<std::uint32_t>(2 + random() % 30);
  RouterGraph graph = routers(n);
  const std::uint64_t links = random() % (4 * n);
  for (std::uint64_t i = 0; i < links; ++i) {
    const SubstrateLinkId id = link(graph, static_cast<std::uint32_t>(random() % n),
                                    static_cast<std::uint32_t>(random() % n), random() % 6);
    graph.set_link_up(id, !random.chance(0.1));
  }
  return graph;
}

TEST(ShortestPaths, AreAsLongAsFloydWarshallSaysOnRandomGraphs) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    RandomStream random(seed, "random graph");
    const RouterGraph graph = random_graph(random);
    const auto expected = floyd_warshall(graph);
    ShortestPaths paths(graph);
    const auto n = static_cast<std::uint32_t>(graph.routers().size());
    for (std::uint32_t from = 0; from < n; ++from) {
      for (std::uint32_t to = 0; to < n; ++to) {
        ASSERT_EQ(paths.from(RouterId{from}).reaches(RouterId{to}), expected[from][to] < kFar);
        std::uint64_t weight = 0;
        RouterId at{from};
        for (const SubstrateLinkId id : path(paths, graph, from, to)) {
          ASSERT_EQ(graph.link(id).from, at);
          ASSERT_TRUE(graph.link(id).up);
          at = graph.link(id).to;
          weight += graph.link(id).weight;
        }
        if (expected[from][to] < kFar) {
          ASSERT_EQ(at, RouterId{to});
          ASSERT_EQ(weight, expected[from][to]);
        }
      }
    }
  }
}

}  // namespace
}  // namespace violin
