#include "scenarios/place/plan_file.h"

#include <fstream>

#include "scenarios/place/planning.h"
#include "tests/scenarios/running.h"

namespace violin {
namespace {

TEST(PlanFile, CanBeRunFromAnotherFolder) {
  const TemporaryFolder folder;
  std::filesystem::create_directories(folder.path() / "plans");
  std::ofstream(folder.path() / "rtts") << "0 20\n20 0\n";
  std::ofstream(folder.path() / "s.yaml") << R"(duration: 2s
substrate: {rtt_matrix: rtts}
violins:
  - name: v
    vswitches: [{name: s}]
    vhosts:
      - {name: a, host: node0, nics: [{address: 10.0.0.1/24, to: s}]}
      - {name: b, host: node1, nics: [{address: 10.0.0.2/24, to: s}]}
traffic: [{name: f, from: a, to: b, cbr: {rate: 80kbit/s, size: 100B}}]
)";
  const auto scenario = scenario::load_scenario(folder.path() / "s.yaml");
  const Planning planning(scenario);
  const auto planned = with_plan(scenario, planning.problem(), {HostId{1}, HostId{0}, HostId{1}});
  const auto file = folder.path() / "plans" / "plan.yaml";
  std::ofstream(file) << plan_text(planned, file.parent_path());

  const RunResult result = run(scenario::load_scenario(file));
  EXPECT_TRUE(result.ledger.balanced);
  // One way is 10 ms, from a to the switch on b's host.
  EXPECT_NEAR(*flow_of(result, "f").delay_p50_s, 0.010, 0.0001);
  const auto host = std::ranges::find(result.hosts, "node1", &HostResult::name);
  EXPECT_EQ(host->entities, 2U);
}

}  // namespace
}  // namespace violin
