#include "scenarios/place/propose_topology.h"

#include "scenarios/place/solve.h"
#include "scenarios/place/verification.h"
#include "tests/scenarios/running.h"

namespace violin {
namespace {

using ::testing::HasSubstr;

// Two places, 50 ms from each other, of two hosts each, 1 ms apart; most traffic stays at a place.
std::string two_places(const std::string& topology) {
  return R"(duration: 10s
substrate:
  pairs:
    default_rtt: 100ms
    rtts: [{between: [a1, a2], rtt: 2ms}, {between: [b1, b2], rtt: 2ms}]
  hosts: [{name: a1}, {name: a2}, {name: b1}, {name: b2}]
violins:
  - name: v
    vhosts:
      - {name: v1, host: a1, nics: [{address: 10.0.0.1/24}]}
      - {name: v2, host: a2, nics: [{address: 10.0.0.2/24}]}
      - {name: v3, host: b1, nics: [{address: 10.0.0.3/24}]}
      - {name: v4, host: b2, nics: [{address: 10.0.0.4/24}]}
planning:
  topology: {)" +
         topology + R"(}
  demands:
    - {from: v1, to: v2, rate: 958kbit/s, size: 958B}
    - {from: v3, to: v4, rate: 958kbit/s, size: 958B}
    - {from: v1, to: v3, rate: 95800bit/s, size: 958B}
)";
}

class ProposeTopology : public testing::TestWithParam<const char*> {};

TEST_P(ProposeTopology, MakesANetworkThatRunsAsPredicted) {
  const auto proposed =
      propose_topology(parse_yaml(two_places(std::string("budget: 4, kind: ") + GetParam())), {});
  const PlacedScenario found = solve(std::make_unique<Planning>(proposed.scenario), "auto", {});
  // Datagrams of 958 bytes are frames of 1000, and every flow goes straight: 1, 1 and 0.1 Mbit/s.
  EXPECT_NEAR(found.placed.evaluation.cost, 1 * 1 + 1 * 1 + 0.1 * 50, 1e-6);
  EXPECT_NEAR(proposed.bound, 7, 1e-6);
  const auto verification =
      verify(found.planning->scenario(), *found.planning, found.placed.placement, 1);
  EXPECT_TRUE(verification.agrees());
  EXPECT_GT(verification.comparisons.size(), 8U);
}
INSTANTIATE_TEST_SUITE_P(Kinds, ProposeTopology, testing::Values("vswitches", "vrouters"));

TEST(ProposedTopology, TakesNoMoreThanPay) {
  const auto proposed =
      propose_topology(parse_yaml(two_places("budget: 4, cost_per_entity: 1000")), {});
  EXPECT_EQ(proposed.scenario.message.violins(0).vswitches_size(), 1);
}

// Three places, 10 ms from each other, that all send to each other 1 Mbit/s in frames.
std::string three_places(const std::string& topology) {
  return R"(duration: 10s
substrate: {pairs: {default_rtt: 20ms}, hosts: [{name: h1}, {name: h2}, {name: h3}]}
violins:
  - name: v
    vhosts:
      - {name: v1, host: h1, nics: [{address: 10.0.0.1/24}]}
      - {name: v2, host: h2, nics: [{address: 10.0.0.2/24}]}
      - {name: v3, host: h3, nics: [{address: 10.0.0.3/24}]}
planning:
  topology: {)" +
         topology + R"(}
  demands:
    - {from: v1, to: v2, rate: 958kbit/s, size: 958B}
    - {from: v2, to: v3, rate: 958kbit/s, size: 958B}
    - {from: v3, to: v1, rate: 958kbit/s, size: 958B}
)";
}

TEST(ProposedTopology, IsAMeshOfVRoutersWhereTrunksPayAndRunsAsPredicted) {
  const auto proposed = propose_topology(
      parse_yaml(three_places("kind: vrouters, budget: 3, cost_per_trunk: 9")), {});
  EXPECT_EQ(proposed.scenario.message.violins(0).vrouters_size(), 3);
  const PlacedScenario found = solve(std::make_unique<Planning>(proposed.scenario), "auto", {});
  EXPECT_NEAR(found.placed.evaluation.cost, 30, 1e-6);  // as a tree: 40
  const auto verification =
      verify(found.planning->scenario(), *found.planning, found.placed.placement, 1);
  EXPECT_TRUE(verification.agrees());
  EXPECT_GT(verification.comparisons.size(), 8U);
}

TEST(ProposedTopology, RefusesAMeshOfVSwitches) {
  try {
    propose_topology(parse_yaml(three_places("budget: 3, cost_per_trunk: 9")), {});
    FAIL() << "was not refused";
  } catch (const scenario::ScenarioError& error) {
    EXPECT_THAT(error.what(), HasSubstr("planning.topology.cost_per_trunk"));
    EXPECT_THAT(error.what(), HasSubstr("kind: vrouters"));
  }
}

TEST(ProposedTopology, NeedsVHostsThatAreNotJoinedYet) {
  const std::string joined = R"(duration: 1s
substrate: {pairs: {default_rtt: 10ms}, hosts: [{name: h1}]}
violins:
  - name: v
    vswitches: [{name: s}]
    vhosts: [{name: a, host: h1, nics: [{address: 10.0.0.1/24, to: s}]}]
planning: {topology: {budget: 2}}
)";
  try {
    propose_topology(parse_yaml(joined), {});
    FAIL() << "was not refused";
  } catch (const scenario::ScenarioError& error) {
    EXPECT_THAT(error.what(), HasSubstr("where there are only vHosts"));
    EXPECT_THAT(error.what(), HasSubstr("leads nowhere yet"));
  }
}

}  // namespace
}  // namespace violin
