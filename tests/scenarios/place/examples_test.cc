// The examples of placement on measured delays; skipped without them.
#include "scenarios/load/paths.h"
#include "scenarios/place/solve.h"
#include "scenarios/place/verification.h"
#include "tests/scenarios/running.h"

namespace violin {
namespace {

class PlacementExample : public testing::Test {
 protected:
  void SetUp() override {
    if (scenario::data_directory(example_file("placement490").parent_path()).empty()) {
      GTEST_SKIP() << "no measured data; set VIOLIN_DATA";
    }
  }
  static PlacedScenario placed(const std::string& example) {
    return solve(std::make_unique<Planning>(load_example(example)), "auto", {});
  }
};

TEST_F(PlacementExample, IsPlacedWithProofAndRunsAsPredicted) {
  const PlacedScenario found = placed("placement490");
  EXPECT_TRUE(found.placed.proven());
  EXPECT_TRUE(found.placed.given.empty());
  const auto verification =
      verify(found.planning->scenario(), *found.planning, found.placed.placement, 1);
  EXPECT_TRUE(verification.agrees());
  EXPECT_GT(verification.comparisons.size(), 200U);
}

TEST_F(PlacementExample, AdaptsOnceTheInternetHasChanged) {
  const RunResult result = run(placed("adapting490").planning->scenario());
  EXPECT_TRUE(result.ledger.balanced);
  std::size_t moves = 0;
  for (const EventResult& event : result.timeline) {
    if (event.what.starts_with("adaptation")) {
      ++moves;
      // The placement is the best one for what was measured first.
      EXPECT_GE(to_seconds(event.at), 20) << event.what;
    }
  }
  EXPECT_GE(moves, 1U);
}

}  // namespace
}  // namespace violin
