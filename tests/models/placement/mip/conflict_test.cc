#include "models/placement/mip/conflict.h"

#include <bit>
#include <set>

#include "models/placement/constraints.h"
#include "tests/models/placement/random_problem.h"

namespace violin::placement {
namespace {

const KeepGoing kForever = [] { return true; };

// Which constraints each placement breaks, as bits; entities that are pinned are tried everywhere
// too, since that they are pinned is a constraint.
std::set<std::uint64_t> broken_sets(const Problem& problem, const std::vector<Constraint>& all) {
  std::set<std::uint64_t> sets;
  Assignment placement(problem.entities.size(), HostId{0});
  for (bool more = true; more;) {
    const Evaluation evaluation = evaluate(problem, placement);
    std::uint64_t broken = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
      broken |= std::uint64_t{!keeps(problem, placement, evaluation, all[i])} << i;
    }
    sets.insert(broken);
    more = false;
    for (HostId& host : placement) {  // counts up
      host = HostId{static_cast<std::uint32_t>((violin::to_index(host) + 1) % problem.hosts())};
      more = host != HostId{0};
      if (more) {
        break;
      }
    }
  }
  return sets;
}

bool is_conflict(std::uint64_t constraints, const std::set<std::uint64_t>& broken) {
  return std::ranges::all_of(broken, [&](std::uint64_t set) { return (set & constraints) != 0; });
}

// The size of the smallest conflict of fewer than `below` constraints, or `below`.
int smallest_size(std::size_t constraints, const std::set<std::uint64_t>& broken, int below) {
  for (std::uint64_t set = 0; set < std::uint64_t{1} << constraints; ++set) {
    if (std::popcount(set) < below && is_conflict(set, broken)) {
      below = std::popcount(set);
    }
  }
  return below;
}

OwnedProblem tight_problem(std::uint64_t seed) {
  ProblemOptions options{.shape = static_cast<Shape>(seed % 4), .hosts = 3};
  options.inner = 2 + seed % 2;
  options.leaves = 3;
  options.demands = 2;
  options.constrained = true;
  OwnedProblem owned = random_problem(seed, options);
  for (std::uint32_t h = 0; h < 3; ++h) {
    if (seed % 5 < 3) {
      owned.substrate->set_host_memory(HostId{h}, Bytes{20 + 17 * h});
    }
    if (seed % 7 < 2) {
      owned.substrate->set_host_access(HostId{h}, BitRate::kbps(300), {});
    }
  }
  if (seed % 11 == 0) {
    owned->apart.push_back({EntityId{0}, EntityId{1}, EntityId{2}, EntityId{3}});
  }
  if (seed % 6 == 0) {
    owned->delays.set(0, 1, std::nullopt);
    owned->delays.set(2, 1, std::nullopt);
  }
  return owned;
}

std::uint64_t named(const std::vector<std::string>& sentences, const Problem& problem,
                    const std::vector<Constraint>& all) {
  std::uint64_t set = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    set |= std::uint64_t{std::ranges::count(sentences, describe(problem, all[i])) > 0} << i;
  }
  return set;
}

TEST(Conflict, IsOneAndNoSmallerOneIs) {
  int conflicts = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    SCOPED_TRACE(seed);
    const OwnedProblem owned = tight_problem(seed);
    const auto all = constraints_of(*owned);
    ASSERT_LT(all.size(), 20U);
    const auto broken = broken_sets(*owned, all);
    const auto sentences = smallest_conflict(*owned, kForever);
    if (!is_conflict((std::uint64_t{1} << all.size()) - 1, broken)) {
      EXPECT_THAT(sentences, testing::IsEmpty());
      continue;
    }
    ++conflicts;
    const auto size = static_cast<int>(sentences.size());
    EXPECT_TRUE(is_conflict(named(sentences, *owned, all), broken));
    EXPECT_EQ(smallest_size(all.size(), broken, size), size);
  }
  EXPECT_GT(conflicts, 30);
}

TEST(Conflict, CutShortIsStillOneOrNone) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    SCOPED_TRACE(seed);
    const OwnedProblem owned = tight_problem(seed);
    const auto all = constraints_of(*owned);
    const auto broken = broken_sets(*owned, all);
    for (std::uint64_t budget = 0; budget < 600; budget += 41) {
      std::uint64_t left = budget;
      const auto sentences = smallest_conflict(*owned, [&] { return left > 0 && left-- > 0; });
      EXPECT_TRUE(sentences.empty() || is_conflict(named(sentences, *owned, all), broken));
    }
  }
}

class TwoHosts : public testing::Test {
 protected:
  TwoHosts() {
    problem_.entities = {{"vRouter1", {}, Bytes{48}}, {"vRouter2", {}, Bytes{48}}};
    problem_.links = {{"trunk", {EntityId{0}, EntityId{1}}}};
    problem_.demands = {{"flow", EntityId{0}, {{EntityId{1}, {{0, 0}}}}, 1e6, 3000}};
    substrate_.set_host_memory(HostId{0}, Bytes{64});
  }

  Substrate substrate_{{{"h1"}, {"h2"}}, MeasuredPaths(DelayMatrix::from_cells(2, {0, 1, 1, 0}))};
  Problem problem_{substrate_};
};

TEST_F(TwoHosts, ConflictsAreTold) {
  problem_.entities[0].allowed = {HostId{0}};
  problem_.entities[1].allowed = {HostId{0}};
  EXPECT_THAT(
      smallest_conflict(problem_, kForever),
      testing::UnorderedElementsAre("'vRouter1' may only be on h1", "'vRouter2' may only be on h1",
                                    "host 'h1' has 64 B of memory"));
  substrate_.set_host_memory(HostId{0}, std::nullopt);
  problem_.apart = {{EntityId{0}, EntityId{1}}};
  EXPECT_THAT(smallest_conflict(problem_, kForever),
              testing::Contains("'vRouter1' and 'vRouter2' are to be apart"));
  problem_.apart.clear();
  substrate_.set_host_capacity(HostId{0}, FrameRate{2000});
  substrate_.set_host_capacity(HostId{1}, FrameRate{1000});
  EXPECT_THAT(smallest_conflict(problem_, kForever),
              testing::UnorderedElementsAre("'vRouter2' may only be on h1",
                                            "host 'h1' forwards at most 2000 frames/s"));
  substrate_.set_host_capacity(HostId{0}, std::nullopt);
  EXPECT_THAT(smallest_conflict(problem_, kForever), testing::IsEmpty());
}

}  // namespace
}  // namespace violin::placement
