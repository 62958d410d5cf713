#include "models/placement/exact/busiest_link_bound.h"

#include <gtest/gtest.h>

#include "core/random.h"
#include "models/placement/exact/term_bounds.h"
#include "tests/models/placement/random_problem.h"

namespace violin::placement {
namespace {

using namespace std::chrono_literals;

const KeepGoing kForever = [] { return true; };

ProblemOptions some_options(std::uint64_t seed) {
  RandomStream random(seed, "options");
  ProblemOptions options{.shape = static_cast<Shape>(seed % 4), .hosts = 2 + random() % 3};
  options.inner = 1 + random() % 3;
  options.symmetric = random.chance(0.5);
  options.constrained = random.chance(0.5);
  options.multicast = random.chance(0.3);
  options.gaps = random.chance(0.3) ? 0.2 : 0;
  options.weights = {};
  at(options.weights, Term::kBusiestLink) = 1;
  return options;
}

BitRate any_rate(RandomStream& random) { return BitRate::kbps(1000 + random() % 9000); }

struct Tally {
  int positive = 0;
  int met = 0;

  void count(const Problem& problem, std::uint64_t seed) {
    const auto optimum = brute_force(problem);
    const double bound = busiest_link_bound(problem, kForever);
    EXPECT_TRUE(!optimum || bound <= optimum->cost * (1 + 1e-12)) << seed << ": " << bound;
    positive += bound > 0 ? 1 : 0;
    met += optimum && bound > optimum->cost * (1 - 1e-9) ? 1 : 0;
  }
};

TEST(BusiestLinkBound, NeverExceedsTheOptimumOfBandwidthsBetweenHosts) {
  Tally tally;
  for (std::uint64_t seed = 0; seed < 800; ++seed) {
    const OwnedProblem owned = random_problem(seed, some_options(seed));
    RandomStream random(seed, "bandwidths");
    for (std::uint32_t a = 0; a < owned->hosts(); ++a) {
      for (std::uint32_t b = 0; b < owned->hosts(); ++b) {
        if (a != b && !(seed % 5 == 0 && random.chance(0.2))) {
          owned.substrate->set_bandwidth(HostId{a}, HostId{b}, any_rate(random));
        }
      }
    }
    tally.count(*owned, seed);
  }
  EXPECT_GT(tally.positive, 400);
  EXPECT_GT(tally.met, 50);
}

// A ring of routers with some chords; several hosts may be at one router.
Substrate routed(std::uint64_t seed, std::size_t hosts) {
  RandomStream random(seed, "routers");
  RouterGraph graph;
  const std::size_t n = 2 + random() % 3;
  for (std::size_t r = 0; r < n; ++r) {
    graph.add_router({.name = std::to_string(r)});
  }
  const auto join = [&](std::size_t a, std::size_t b) {
    SubstrateLink link{.name = std::to_string(graph.links().size()),
                       .from = RouterId{static_cast<std::uint32_t>(a)},
                       .to = RouterId{static_cast<std::uint32_t>(b)},
                       .delay = (1 + random() % 20) * 1ms};
    if (!(seed % 5 == 0 && random.chance(0.2))) {
      link.capacity = any_rate(random);
    }
    graph.add_cable(link);
  };
  for (std::size_t r = 1; r < n; ++r) {
    join(r - 1, r);
  }
  if (n > 2) {
    join(n - 1, 0);
  }
  std::vector<OverlayHost> list;
  std::vector<HostAttachment> attached;
  for (std::size_t h = 0; h < hosts; ++h) {
    list.push_back({"h" + std::to_string(h)});
    attached.push_back({RouterId{static_cast<std::uint32_t>(random() % n)}, 1ms});
  }
  return Substrate(list, RoutedPaths(graph, attached));
}

TEST(BusiestLinkBound, NeverExceedsTheOptimumOfRouterGraphs) {
  Tally tally;
  for (std::uint64_t seed = 0; seed < 800; ++seed) {
    const OwnedProblem owned = random_problem(seed, some_options(seed));
    Substrate substrate = routed(seed, owned->hosts());
    if (seed % 7 == 0) {
      substrate.fail_link(SubstrateLinkId{0});
    }
    if (seed % 11 == 0 && owned->hosts() > 1) {
      substrate.set_delay(HostId{0}, HostId{1}, 1ms);
    }
    Problem problem(substrate);
    problem.entities = owned->entities;
    problem.links = owned->links;
    problem.demands = owned->demands;
    problem.apart = owned->apart;
    problem.weights = owned->weights;
    tally.count(problem, seed);
  }
  EXPECT_GT(tally.positive, 300);
  EXPECT_GT(tally.met, 50);
}

// Two demands of 3 Mbit/s leave host 0, whose ways have 4 and 8 Mbit/s: one of them carries half of
// its rate at least, were the demands split even.
TEST(BusiestLinkBound, IsWhatACutCarriesOverWhatItCanCarry) {
  Substrate substrate({{"a"}, {"b"}, {"c"}}, MeasuredPaths(evenly_apart(3, 1ms)));
  substrate.set_bandwidth(HostId{0}, HostId{1}, BitRate::mbps(4));
  substrate.set_bandwidth(HostId{0}, HostId{2}, BitRate::mbps(8));
  Problem problem(substrate);
  problem.entities = {{"a", {HostId{0}}, {}}, {"switch", {}, {}}, {"c", {HostId{2}}, {}}};
  problem.links = {{"left", {EntityId{0}, EntityId{1}}}, {"right", {EntityId{1}, EntityId{2}}}};
  const Demand demand{"d", EntityId{0}, {{EntityId{2}, {{0, 0}, {1, 0}}}}, 3e6, 1};
  problem.demands = {demand, demand};
  EXPECT_DOUBLE_EQ(busiest_link_bound(problem, kForever), 0.5);
  problem.demands = {demand};
  EXPECT_DOUBLE_EQ(busiest_link_bound(problem, kForever), 3.0 / 8);
  problem.weights = {};
  at(problem.weights, Term::kBusiestLink) = 10;
  EXPECT_NEAR(term_bounds(problem, kForever), 10 * 3.0 / 8, 1e-9);
}

}  // namespace
}  // namespace violin::placement
