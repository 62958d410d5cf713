#include "models/placement/constraints.h"

#include "core/random.h"
#include "tests/models/placement/random_problem.h"

namespace violin::placement {
namespace {

// Groups of more than two entities break once here and once for each pair there.
TEST(Constraints, AreKeptWhereEvaluationSeesNoViolation) {
  int broken_ones = 0;
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    SCOPED_TRACE(seed);
    OwnedProblem owned = random_problem(seed, {.constrained = true, .multicast = seed % 2 == 0});
    owned->delays.set(0, 1, std::nullopt);
    RandomStream random(seed, "placement");
    Assignment placement;
    for (std::size_t i = 0; i < owned->entities.size(); ++i) {
      placement.push_back(HostId{static_cast<std::uint32_t>(random() % owned->hosts())});
    }
    const Evaluation evaluation = evaluate(*owned, placement);
    const auto all = constraints_of(*owned);
    const auto broken = std::ranges::count_if(
        all, [&](const auto& one) { return !keeps(*owned, placement, evaluation, one); });
    EXPECT_EQ(static_cast<std::size_t>(broken), evaluation.violations.size());
    broken_ones += broken > 0;
  }
  EXPECT_GT(broken_ones, 1000);
}

TEST(Constraints, AreToldWithNamesAndQuantities) {
  Substrate substrate({{"h1"}, {"h2"}}, MeasuredPaths(DelayMatrix(2)));
  substrate.set_host_memory(HostId{0}, Bytes{64});
  substrate.set_host_capacity(HostId{0}, FrameRate{2000});
  substrate.set_host_access(HostId{1}, BitRate::kbps(1), BitRate::kbps(2));
  Problem problem(substrate);
  problem.entities = {{"a", {HostId{0}, HostId{1}}, {}}, {"b", {}, {}}, {"c", {}, {}}};
  problem.links = {{"l", {EntityId{0}, EntityId{1}}}};
  problem.demands = {{"web", EntityId{0}, {{EntityId{1}, {{0, 0}}}}, 1, 1}};
  problem.apart = {{EntityId{0}, EntityId{1}, EntityId{2}}};
  std::vector<std::string> told;
  for (const Constraint& constraint : constraints_of(problem)) {
    told.push_back(describe(problem, constraint));
  }
  EXPECT_THAT(
      told, testing::ElementsAre("'a' may only be on h1, h2", "'a', 'b' and 'c' are to be apart",
                                 "demand 'web' needs a way to 'b'", "host 'h1' has 64 B of memory",
                                 "host 'h1' forwards at most 2000 frames/s",
                                 "host 'h2' sends at most 1000 bit/s",
                                 "host 'h2' receives at most 2000 bit/s"));
}

TEST(Constraints, BindFrom99PercentOn) {
  Substrate substrate({{"h1"}, {"h2"}}, MeasuredPaths(DelayMatrix(2)));
  substrate.set_host_memory(HostId{0}, Bytes{1000});
  substrate.set_host_memory(HostId{1}, Bytes{1000});
  Problem problem(substrate);
  problem.entities = {{"a", {}, Bytes{990}}, {"b", {}, Bytes{989}}};
  EXPECT_THAT(binding_constraints(problem, {HostId{0}, HostId{1}}),
              testing::ElementsAre("host 'h1' has 1000 B of memory, 990 are used"));
}

}  // namespace
}  // namespace violin::placement
