#include "scenarios/place/planning.h"

#include "models/placement/evaluation.h"
#include "scenarios/load/diagnostic.h"
#include "tests/scenarios/running.h"

namespace violin {
namespace {

using placement::Problem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kTwoLans = R"(duration: 10s
substrate: {pairs: {default_rtt: 10ms}, hosts: [{name: h1}, {name: h2}, {name: h3, memory: 1GiB}]}
violins:
  - name: v
    vswitches: [{name: s1}, {name: s2, host: h2, memory: 64MiB}]
    vrouters:
      - {name: r, nics: [{address: 10.0.1.1/24, to: s1}, {address: 10.0.2.1/24, to: s2}]}
    vhosts:
      - {name: a, host: h1, nics: [{address: 10.0.1.2/24, to: s1}], memory: 128MiB}
      - {name: b, host: h2, nics: [{address: 10.0.2.2/24, to: s2}]}
      - {name: c, nics: [{address: 10.0.2.3/24, to: s2}]}
)";

// A planning of text, which it keeps.
struct Planned {
  explicit Planned(const std::string& yaml) : scenario(parse_yaml(yaml)), planning(scenario) {}
  const Problem& problem() const { return planning.problem(); }
  std::vector<std::string> allowed(const std::string& entity) const {
    std::vector<std::string> names;
    for (const HostId host : found(entity).allowed) {
      names.push_back(problem().substrate.host(host).name);
    }
    return names;
  }
  const placement::Entity& found(const std::string& entity) const {
    return *std::ranges::find(problem().entities, entity, &placement::Entity::name);
  }
  // "s1.port -> ..." is of no interest here: the entities on the way.
  std::vector<std::string> way(std::size_t demand, std::size_t receiver = 0) const {
    std::vector<std::string> names;
    for (const auto& hop : problem().demands.at(demand).receivers.at(receiver).path) {
      names.push_back(problem().entity(problem().links[hop.link].ends[1 - hop.direction]).name);
    }
    return names;
  }

  scenario::LoadedScenario scenario;
  Planning planning;
};

std::string error_of(const std::string& yaml) {
  try {
    const Planned planned(yaml);
  } catch (const scenario::ScenarioError& error) {
    return error.what();
  }
  return "no error";
}

TEST(Planning, SwitchesAndRoutersAreFreeAndVHostsStay) {
  const Planned planned(kTwoLans);
  EXPECT_THAT(planned.allowed("s1"), IsEmpty());
  EXPECT_THAT(planned.allowed("s2"), IsEmpty());  // though it has a host
  EXPECT_THAT(planned.allowed("r"), IsEmpty());
  EXPECT_THAT(planned.allowed("a"), ElementsAre("h1"));
  EXPECT_THAT(planned.allowed("c"), IsEmpty());
  EXPECT_EQ(planned.found("s2").memory, Bytes{64ULL << 20});
  EXPECT_EQ(planned.found("a").memory, Bytes{128ULL << 20});
  EXPECT_FALSE(planned.planning.given().has_value());
}

TEST(Planning, RulesNarrowWhereEntitiesMayBe) {
  const Planned planned(std::string(kTwoLans) + R"(planning:
  rules:
    - {entities: ["s*"], hosts: [h1, h3]}
    - {entities: [s2], movable: false, hosts: ["*"]}
    - {entities: [b], movable: true}
  apart: [{entities: [s1, r]}]
)");
  EXPECT_THAT(planned.allowed("s1"), ElementsAre("h1", "h3"));
  EXPECT_THAT(planned.allowed("s2"), ElementsAre("h2"));
  EXPECT_THAT(planned.allowed("b"), IsEmpty());
  ASSERT_EQ(planned.problem().apart.size(), 1U);
  EXPECT_EQ(planned.problem().entity(planned.problem().apart[0][1]).name, "r");
}

TEST(Planning, TrafficIsDemandAlongTheRoutesThatItTakes) {
  const Planned planned(std::string(kTwoLans) + R"(traffic:
  - {name: voice, from: a, to: b, cbr: {rate: 64kbit/s, size: 160B}}
  - {name: probe, from: b, to: c, ping: {}}
  - {name: copy, from: a, to: b, bulk: {}}
)");
  ASSERT_EQ(planned.problem().demands.size(), 3U);
  EXPECT_THAT(planned.way(0), ElementsAre("s1", "r", "s2", "b"));
  EXPECT_DOUBLE_EQ(planned.problem().demands[0].bits_per_second, 50 * 8 * 202);
  EXPECT_THAT(planned.way(1), ElementsAre("s2", "c"));
  EXPECT_THAT(planned.way(2), ElementsAre("s2", "b"));
  EXPECT_EQ(planned.problem().demands[2].name, "probe-back");
  EXPECT_THAT(planned.planning.warnings(), ElementsAre(HasSubstr("'copy' does not count")));
}

TEST(Planning, DemandsOfItsOwnReplaceTheTraffic) {
  const Planned planned(std::string(kTwoLans) + R"(traffic:
  - {name: voice, from: a, to: b, cbr: {rate: 64kbit/s, size: 160B}}
planning:
  demands: [{from: c, to: a, rate: 8Mbit/s, size: 1000B}]
  multicast: [{source: a, members: [b, c], rate: 80kbit/s, size: 1000B}]
  objective: {stretch: 2, worst_delay: 1}
)");
  ASSERT_EQ(planned.problem().demands.size(), 2U);
  EXPECT_THAT(planned.way(0), ElementsAre("s2", "r", "s1", "a"));
  EXPECT_DOUBLE_EQ(planned.problem().demands[0].frames_per_second, 1000);
  EXPECT_THAT(planned.way(1, 1), ElementsAre("s1", "r", "s2", "c"));
  EXPECT_DOUBLE_EQ(planned.problem().weight(placement::Term::kNetwork), 0);
  EXPECT_DOUBLE_EQ(planned.problem().weight(placement::Term::kStretch), 2);
  ASSERT_EQ(planned.planning.flows().size(), 2U);
  EXPECT_EQ(planned.planning.flows()[1].to(), "239.255.0.0");
  EXPECT_THAT(planned.planning.flows()[1].members(), ElementsAre("v/b", "v/c"));
}

TEST(Planning, ABroadcastGoesToTheWholeLan) {
  const Planned planned(std::string(kTwoLans) + R"(traffic:
  - {name: hello, from: b, to: 10.0.2.255, cbr: {rate: 8kbit/s, size: 100B}}
)");
  ASSERT_EQ(planned.problem().demands.size(), 1U);
  ASSERT_EQ(planned.problem().demands[0].receivers.size(), 2U);
  EXPECT_THAT(planned.way(0, 0), ElementsAre("s2", "r"));  // which does not pass it on
  EXPECT_THAT(planned.way(0, 1), ElementsAre("s2", "c"));
  EXPECT_EQ(planned.planning.flows().size(), 1U);
}

TEST(Planning, TrafficToAGroupGoesToItsMembers) {
  const Planned planned(std::string(kTwoLans) + R"(traffic:
  - {name: tv, from: a, to: 239.255.0.0, members: [b], cbr: {rate: 8kbit/s, size: 100B}}
planning:
  multicast: [{source: b, members: [a], rate: 80kbit/s, size: 1000B}]
)");
  ASSERT_EQ(planned.planning.flows().size(), 2U);
  EXPECT_EQ(planned.planning.flows()[0].to(), "239.255.0.1");  // the other one is in use
  EXPECT_THAT(planned.way(0), ElementsAre("s2", "r", "s1", "a"));
  EXPECT_EQ(planned.planning.flows()[1].to(), "239.255.0.0");
  EXPECT_THAT(planned.way(1), ElementsAre("s1", "r", "s2", "b"));
}

TEST(Planning, TrafficOfAHigherViolinLoadsTheOneThatCarriesIt) {
  const scenario::LoadedScenario scenario = load_example("recursive");
  const Planning planning(scenario);
  EXPECT_FALSE(planning.problem().demands.empty());
  for (const placement::Entity& entity : planning.problem().entities) {
    EXPECT_THAT(entity.name, HasSubstr("lower/"));
  }
  EXPECT_THAT(planning.warnings(), testing::Contains(HasSubstr("its entities stay")));
}

TEST(Planning, APlanIsThePlacementThatIsGiven) {
  Planned planned(
      std::string(kTwoLans) +
      "plan: [{entity: s1, host: h3}, {entity: r, host: h3}, {entity: v/c, host: h1}]\n");
  ASSERT_TRUE(planned.planning.given().has_value());
  const auto again = with_plan(planned.scenario, planned.problem(), *planned.planning.given());
  const Planning second(again);
  EXPECT_EQ(second.given(), planned.planning.given());
  EXPECT_THAT(planned.allowed("c"), IsEmpty());  // still free
}

TEST(Planning, ErrorsHaveTheirPlace) {
  const std::string base(kTwoLans);
  EXPECT_THAT(error_of(base + "planning: {rules: [{entities: [nobody], hosts: [h1]}]}\n"),
              HasSubstr("planning.rules[0].entities: matches no entity"));
  EXPECT_THAT(error_of(base + "planning: {rules: [{entities: [s1], hosts: [mars]}]}\n"),
              HasSubstr("planning.rules[0].hosts: matches no overlay host"));
  EXPECT_THAT(error_of(base + "planning: {rules: [{entities: [a], hosts: [h2]}]}\n"),
              HasSubstr("'a' is on 'h1' and may not leave it"));
  EXPECT_THAT(error_of(base + "planning: {demands: [{from: s1, to: a, rate: 1Mbit/s}]}\n"),
              HasSubstr("planning.demands[0].from: 's1' is a vSwitch, not a vHost"));
  EXPECT_THAT(error_of(base + "planning: {demands: [{from: x, to: a, rate: 1Mbit/s}]}\n"),
              HasSubstr("planning.demands[0].from: there is no 'x'"));
  EXPECT_THAT(error_of(base + "planning: {lans: [{vswitch: s1}]}\n"),
              HasSubstr("planning.lans[0]: needs one of"));
  EXPECT_THAT(error_of(base + "plan: [{entity: r, host: mars}]\n"),
              HasSubstr("plan[0].host: the substrate has no host 'mars'"));
  EXPECT_THAT(error_of(base + "plan: [{entity: r, host: h1}, {entity: r, host: h2}]\n"),
              HasSubstr("plan[1].entity: 'r' is in the plan before this"));
  EXPECT_THAT(error_of(base + "planning: {objective: {network: -1}}\n"), HasSubstr("network"));
}

TEST(Planning, ARunNeedsAHostForEach) {
  EXPECT_THROW(run(parse_yaml(kTwoLans)), scenario::ScenarioError);
}

}  // namespace
}  // namespace violin
