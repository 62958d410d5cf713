// The tree solver on measured PlanetLab delays, where they are present: VIOLIN_DATA, or
// ../shared/data beside the source.
#include "tests/real_data.h"

#include "core/random.h"
#include "models/placement/evaluation.h"
#include "models/placement/exact/tree_solver.h"
#include "models/substrate/rtt_matrix.h"
#include "tests/models/placement/vlan_problem.h"

namespace violin::placement {
namespace {

class PlanetLab : public RealDataTest {
 protected:
  void SetUp() override {
    RealDataTest::SetUp();
    if (!IsSkipped()) {
      const std::string content = read("netlatency-planetlab/PlanetLabData_1");
      substrate_ = std::make_unique<Substrate>(load_rtt_matrix({"slice", content}));
    }
  }

  std::unique_ptr<Substrate> substrate_;
};

TEST_F(PlanetLab, BreaksTheTriangleInequality) {
  const DelayMatrix delays = substrate_->delays();
  std::size_t shorter = 0;
  for (std::size_t b = 1; b < delays.size(); ++b) {
    for (std::size_t via = 1; via < delays.size(); ++via) {
      shorter += delays.row(0)[via] + delays.row(via)[b] < delays.row(0)[b] ? 1 : 0;
    }
  }
  EXPECT_GT(shorter, 0U);
}

TEST_F(PlanetLab, NoRandomPlacementAndNoSingleMoveIsCheaper) {
  const Problem problem = vlan_problem(*substrate_, 1, {});
  const auto answer = TreeSolver().solve(problem, {});
  ASSERT_TRUE(answer && answer->feasible);
  const double cost = evaluate(problem, answer->placement).cost;
  EXPECT_LE(answer->bound, cost);
  EXPECT_GE(answer->bound, cost * (1 - 1e-8));
  RandomStream random(1, "placements");
  Assignment placement = answer->placement;
  const auto any_host = [&] { return HostId{static_cast<std::uint32_t>(random() % 490)}; };
  for (int i = 0; i < 1000; ++i) {
    for (std::size_t e = 0; e < placement.size(); ++e) {
      placement[e] = problem.entities[e].pinned().value_or(any_host());
    }
    EXPECT_GT(evaluate(problem, placement).cost, cost);
  }
  placement = answer->placement;
  for (std::size_t e = 0; e < 9; ++e) {  // the vRouters and vSwitches
    for (std::uint32_t h = 0; h < problem.hosts(); ++h) {
      placement[e] = HostId{h};
      EXPECT_GE(evaluate(problem, placement).cost, cost * (1 - 1e-9));
    }
    placement[e] = answer->placement[e];
  }
}

}  // namespace
}  // namespace violin::placement
