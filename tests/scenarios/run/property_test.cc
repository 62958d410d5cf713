// What holds for every scenario, over thousands of random ones. A failure prints its seed; the
// scenario follows from it alone.
#include "scenarios/load/yaml_writer.h"
#include "tests/scenarios/run/random_scenario.h"
#include "tests/scenarios/running.h"

namespace violin {
namespace {

constexpr std::uint64_t kSeedsEach = 300;

// Each instance has seeds of its own, so that several run at once.
class EveryScenario : public ::testing::TestWithParam<std::uint64_t> {
 protected:
  // Calls `check(scenario)` for each, and tells the seed and the scenario with whatever fails.
  template <typename Check>
  void for_each_seed(const RandomScenarioOptions& options, Check check) {
    for (std::uint64_t i = 0; i < kSeedsEach; ++i) {
      const std::uint64_t seed = GetParam() * kSeedsEach + i;
      const scenario::LoadedScenario scenario = random_scenario(seed, options);
      SCOPED_TRACE("seed " + std::to_string(seed));
      EXPECT_NO_THROW(check(scenario));
      if (HasFailure()) {  // one is enough to look into
        FAIL() << "with the scenario\n" << to_yaml(scenario.message);
      }
    }
  }
};

TEST_P(EveryScenario, BalancesItsBooksAndRepeatsItself) {
  for_each_seed({}, [](const scenario::LoadedScenario& scenario) {
    const RunResult first = run(scenario);
    EXPECT_TRUE(first.ledger.balanced) << ::testing::PrintToString(first.ledger.unbalanced);
    EXPECT_EQ(first.ledger.in,
              first.ledger.out + first.ledger.queued + total_of(first.ledger.drops));
    const RunResult second = run(scenario);
    EXPECT_EQ(first.fingerprint, second.fingerprint);
    EXPECT_EQ(first.events, second.events);
  });
}

TEST_P(EveryScenario, NoFlowReceivesMoreThanItSent) {
  for_each_seed({}, [](const scenario::LoadedScenario& scenario) {
    for (const FlowResult& flow : run(scenario).flows) {
      EXPECT_LE(flow.received, flow.sent) << flow.name;
    }
  });
}

TEST_P(EveryScenario, IsNotChangedByCaptures) {
  for_each_seed({}, [](const scenario::LoadedScenario& scenario) {
    scenario::LoadedScenario captured = scenario;
    for (const scenario::Violin& violin : scenario.message.violins()) {
      for (const scenario::VHost& vhost : violin.vhosts()) {
        captured.message.add_captures()->set_nic(violin.name() + "/" + vhost.name() + ".eth0");
      }
    }
    const TemporaryFolder folder;
    RunOptions options;
    options.folder = folder.path();
    const RunResult with = run(captured, options);
    const RunResult without = run(scenario);
    EXPECT_TRUE(with.ledger.balanced);
    EXPECT_EQ(with.fingerprint, without.fingerprint);
    EXPECT_EQ(with.events, without.events);
  });
}

// The strongest sense of isolation: whatever happens to blue, red measures the same.
TEST_P(EveryScenario, OneViolinDoesNotNoticeAnother) {
  for_each_seed({.independent_violins = true}, [](const scenario::LoadedScenario& both) {
    const RunResult together = run(both);
    const RunResult alone = run(without_violin(both, "blue"));
    std::vector<FlowResult> of_others = together.flows;
    std::erase_if(of_others, [](const FlowResult& flow) { return flow.name.starts_with("blue"); });
    ASSERT_EQ(alone.flows.size(), of_others.size());
    for (std::size_t i = 0; i < alone.flows.size(); ++i) {
      const FlowResult& flow = alone.flows[i];
      const FlowResult& other = of_others[i];
      EXPECT_EQ(flow.sent, other.sent) << flow.name;
      EXPECT_EQ(flow.received, other.received) << flow.name;
      EXPECT_EQ(flow.bytes_received, other.bytes_received) << flow.name;
      EXPECT_EQ(flow.duplicated, other.duplicated) << flow.name;
      EXPECT_EQ(flow.reordered, other.reordered) << flow.name;
      EXPECT_EQ(flow.delay_mean_s, other.delay_mean_s) << flow.name;
    }
  });
}

INSTANTIATE_TEST_SUITE_P(Seeds, EveryScenario, ::testing::Range<std::uint64_t>(0, 8));

}  // namespace
}  // namespace violin
