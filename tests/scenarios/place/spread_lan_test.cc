#include "scenarios/place/spread_lan.h"

#include <set>

#include "scenarios/place/solve.h"
#include "scenarios/place/verification.h"
#include "scenarios/place/without_groups.h"
#include "tests/scenarios/running.h"

namespace violin {
namespace {

using ::testing::HasSubstr;

// Two places, 50 ms from each other, of two hosts each, 1 ms apart; most traffic stays at a place.
const std::string kTwoPlaces = R"(duration: 10s
substrate:
  pairs:
    default_rtt: 100ms
    rtts: [{between: [a1, a2], rtt: 2ms}, {between: [b1, b2], rtt: 2ms}]
  hosts: [{name: a1}, {name: a2}, {name: b1}, {name: b2}]
violins:
  - name: v
    vswitches: [{name: s, memory: 10MiB}]
    vhosts:
      - {name: v1, host: a1, nics: [{address: 10.0.0.1/24, to: s}]}
      - {name: v2, host: a2, nics: [{address: 10.0.0.2/24, to: s}]}
      - {name: v3, host: b1, nics: [{address: 10.0.0.3/24, to: s}]}
      - {name: v4, host: b2, nics: [{address: 10.0.0.4/24, to: s}]}
planning:
  demands:
    - {from: v1, to: v2, rate: 958kbit/s, size: 958B}
    - {from: v3, to: v4, rate: 958kbit/s, size: 958B}
    - {from: v1, to: v3, rate: 95800bit/s, size: 958B}
)";
// Datagrams of 958 bytes are frames of 1000: 1, 1 and 0.1 Mbit/s.
constexpr double kTwoSwitches = 1 * 1 + 1 * 1 + 0.1 * 50;

PlacedScenario solved(const std::string& lans, const std::string& solver = "auto") {
  return solve(std::make_unique<Planning>(parse_yaml(kTwoPlaces + lans)), solver, {});
}

class SpreadLan : public ::testing::TestWithParam<std::string> {};

INSTANTIATE_TEST_SUITE_P(Solvers, SpreadLan, ::testing::Values("auto", "hub"),
                         [](const auto& test) { return test.param; });

TEST_P(SpreadLan, PutsAVSwitchWhereTheTrafficIs) {
  const PlacedScenario one = solved("", GetParam());
  const PlacedScenario two =
      solved("  lans: [{vswitch: s, switches: 4, trunk: {rate: 10Mbit/s}}]\n", GetParam());
  EXPECT_NEAR(two.placed.evaluation.cost, kTwoSwitches, 1e-6);
  // One vSwitch is 50 ms from both ends of a flow of 1 Mbit/s.
  EXPECT_GT(one.placed.evaluation.cost, 100);
  EXPECT_THAT(two.placed.given, HasSubstr("how the vLANs are spread here; s's is 7 of network"));
}

TEST_P(SpreadLan, TakesNoMoreVSwitchesThanPay) {
  const double saved = solved("").placed.evaluation.cost - kTwoSwitches;
  const auto switches = [&](double activation) {
    const auto found =
        solved("  lans: [{vswitch: s, activation_cost: " + std::to_string(activation) + "}]\n",
               GetParam());
    return found.planning->scenario().message.violins(0).vswitches_size();
  };
  EXPECT_EQ(switches(saved * 1.01), 1);
  EXPECT_EQ(switches(saved * 0.99), 2);
}

TEST(SpreadLanPlan, TheSpreadVLanRunsAsPredicted) {
  const PlacedScenario found = solved("  lans: [{vswitch: s, switches: 2}]\n");
  const auto verification =
      verify(found.planning->scenario(), *found.planning, found.placed.placement, 1);
  EXPECT_TRUE(verification.agrees());
  EXPECT_GT(verification.comparisons.size(), 8U);
}

TEST(SpreadLanPlan, RefusesAVLanThatIsSpreadAlready) {
  const auto scenario = parse_yaml(R"(duration: 1s
substrate: {pairs: {default_rtt: 10ms}, hosts: [{name: h1}]}
violins:
  - name: v
    vswitches: [{name: s}, {name: t}]
    trunks: [{between: [s, t]}]
    vhosts: [{name: a, host: h1, nics: [{address: 10.0.0.1/24, to: s}]}]
planning: {lans: [{vswitch: s, switches: 3}]}
)");
  try {
    solve(std::make_unique<Planning>(scenario), "auto", {});
    FAIL() << "was not refused";
  } catch (const scenario::ScenarioError& error) {
    EXPECT_THAT(error.what(), HasSubstr("'s' is joined to 't' by a trunk"));
  }
}

const std::string kGroups = R"(duration: 2s
substrate: {pairs: {default_rtt: 10ms}, hosts: [{name: h1}, {name: h2}, {name: h3}]}
violins:
  - name: v
    default_link: {rate: 10Mbit/s}
    vswitches: [{name: s, host: h1}]
    vrouters: [{name: r, host: h1, nics: [{address: 10.1.0.1/24, to: s}]}]
    vhost_groups:
      - {name: g, count: 3, to: s, subnet: 10.1.0.0/24, memory: 1MiB, link: {delay: 1ms}}
      - {name: l, count: 4, lans: {size: 2, prefix_length: 24, router: r}, subnet: 10.2.0.0/16}
traffic:
  - {name: f, from: g, to: l, pairs: 3, cbr: {rate: 100kbit/s, size: 200B}}
  - {name: one, from: g1, to: l4, start: 777us, cbr: {rate: 90kbit/s, size: 300B}}
)";

TEST(WithoutGroups, IsTheSameNetworkWithTheSameTraffic) {
  const auto grouped = parse_yaml(kGroups);
  const Planning planning(grouped);
  const auto written = without_groups(planning.builder());
  EXPECT_EQ(written.message.violins(0).vhost_groups_size(), 0);
  EXPECT_EQ(written.message.violins(0).vhosts_size(), 7);
  EXPECT_EQ(written.message.traffic_size(), 4);

  const RunResult before = run(grouped);
  const RunResult after = run(written);
  ASSERT_EQ(after.links.size(), before.links.size());
  for (std::size_t i = 0; i < before.links.size(); ++i) {
    EXPECT_EQ(after.links[i].name, before.links[i].name);
    EXPECT_EQ(after.links[i].frames, before.links[i].frames);
  }
  ASSERT_EQ(after.flows.size(), before.flows.size());
  for (const FlowResult& flow : before.flows) {
    EXPECT_EQ(flow_of(after, flow.name).received, flow.received);
    EXPECT_EQ(flow_of(after, flow.name).delay_p50_s, flow.delay_p50_s);
  }
}

TEST(SpreadLanPlan, PlugsMembersOfGroupsToo) {
  const auto scenario = parse_yaml(
      kGroups + "planning: {lans: [{vswitch: l-lan1, switches: 3}, {vswitch: s, switches: 2}]}\n");
  const PlacedScenario found = solve(std::make_unique<Planning>(scenario), "auto", {});
  const RunResult result = run(found.planning->scenario());
  EXPECT_TRUE(result.ledger.balanced);
  for (const FlowResult& flow : result.flows) {
    EXPECT_GT(flow.received, 0U) << flow.name;
  }
}

}  // namespace
}  // namespace violin
