#include "models/placement/exact/cuts.h"

#include <gtest/gtest.h>

#include "models/placement/evaluation.h"
#include "tests/models/placement/random_problem.h"

namespace violin::placement {
namespace {

// Every placement on allowed hosts sends at least that across the access links of each host.
TEST(HostCuts, AreWhatNoPlacementGoesBelow) {
  double crossing = 0;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const OwnedProblem owned = random_problem(seed, {.shape = static_cast<Shape>(seed % 4),
                                                     .hosts = 3,
                                                     .inner = 3,
                                                     .constrained = seed % 2 == 0,
                                                     .multicast = seed % 3 == 0});
    const std::vector<Cut> cuts = host_cuts(*owned);
    for (std::uint32_t code = 0; code < 27; ++code) {
      Assignment placement;
      std::uint32_t digits = code;
      for (const Entity& entity : owned->entities) {
        const auto& allowed = entity.allowed;
        const std::uint32_t digit = entity.pinned() ? 0 : digits % 3;
        digits /= entity.pinned() ? 1 : 3;
        placement.push_back(allowed.empty() ? HostId{digit} : allowed[digit % allowed.size()]);
      }
      const Evaluation evaluation = evaluate(*owned, placement);
      for (std::size_t h = 0; h < cuts.size(); ++h) {
        EXPECT_LE(cuts[h].out.bits_per_second,
                  evaluation.hosts[h].up_bits_per_second * (1 + 1e-12));
        EXPECT_LE(cuts[h].in.bits_per_second,
                  evaluation.hosts[h].down_bits_per_second * (1 + 1e-12));
        crossing += cuts[h].out.bits_per_second;
      }
    }
  }
  EXPECT_GT(crossing, 0);
}

// a - s - c, where s may be on the hosts of b and c only: a's frames leave its host, those from c
// to d pass s, which may be on c's host.
TEST(HostCuts, CountWhatPassesEntitiesThatCannotBeThere) {
  using std::chrono_literals::operator""ms;
  const Substrate substrate({{"a"}, {"b"}, {"c"}}, MeasuredPaths(evenly_apart(3, 1ms)));
  Problem problem(substrate);
  problem.entities = {{"a", {HostId{0}}, {}},
                      {"s", {HostId{1}, HostId{2}}, {}},
                      {"c", {HostId{2}}, {}},
                      {"d", {HostId{0}}, {}}};
  problem.links = {{"as", {EntityId{0}, EntityId{1}}},
                   {"sc", {EntityId{1}, EntityId{2}}},
                   {"sd", {EntityId{1}, EntityId{3}}}};
  // To an entity on its own host, over s; and to one elsewhere.
  problem.demands = {{"round", EntityId{0}, {{EntityId{3}, {{0, 0}, {2, 0}}}}, 5, 1},
                     {"across", EntityId{0}, {{EntityId{2}, {{0, 0}, {1, 0}}}}, 3, 1}};
  const std::vector<Cut> cuts = host_cuts(problem);
  EXPECT_EQ(cuts[0].out.bits_per_second, 8);
  EXPECT_EQ(cuts[0].out.largest, 5);
  EXPECT_EQ(cuts[0].in.bits_per_second, 5);
  EXPECT_EQ(cuts[1].out.bits_per_second, 0);
  EXPECT_EQ(cuts[2].in.bits_per_second, 3);
}

}  // namespace
}  // namespace violin::placement
