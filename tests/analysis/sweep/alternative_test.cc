#include "analysis/sweep/alternative.h"

#include <fstream>

#include "scenarios/run/run.h"
#include "tests/analysis/sweep/studying.h"

namespace violin::sweep {
namespace {

using placement::Term;

// 8 Mbit/s in datagrams of 1000 bytes are 1000 frames of 1042 bytes a second.
constexpr double kLoad = 8.336;  // Mbit/s

double cost_of(const Outcome& outcome) { return outcome.costs.value().cost; }

TEST(Alternative, CostsWhatTheEvaluatorOfPlacementsSays) {
  const auto scenario = parse_yaml(kLine);
  const Study study = study_of({"entity.s.host=*", "entity.a.host=*"});
  const Planning planning(scenario);
  for (const Outcome& outcome : outcomes_of(study)) {
    placement::Assignment placement;
    for (const std::uint32_t host : outcome.placement) {
      placement.push_back(HostId{host});
    }
    const auto expected = evaluate(planning.problem(), placement);
    EXPECT_EQ(outcome.costs->terms, expected.terms);
    EXPECT_EQ(cost_of(outcome), expected.cost);
    const auto values = study.values(study.design().at(outcome.alternative));
    EXPECT_EQ(planning.problem().substrate.host(placement[0]).name, values[0]);
    EXPECT_EQ(planning.problem().substrate.host(placement[1]).name, values[1]);
  }
}

// The way from h1 to h4 by h is 30 ms on the line, whichever h.
TEST(Alternative, DelaysAndDemandScale) {
  const auto outcomes = outcomes_of(study_of({"substrate.scale=1,3", "demand.scale=1,0.5"}));
  EXPECT_NEAR(cost_of(outcomes[0]), kLoad * 30, 1e-9);
  EXPECT_NEAR(cost_of(outcomes[1]), kLoad * 30 * 0.5, 1e-9);
  EXPECT_NEAR(cost_of(outcomes[2]), kLoad * 30 * 3, 1e-9);
  EXPECT_NEAR(cost_of(outcomes[3]), kLoad * 30 * 3 * 0.5, 1e-9);
}

TEST(Alternative, WeightsMakeTheCostFromTheTerms) {
  for (const Outcome& outcome : outcomes_of(study_of({"weight.network=0,2", "weight.delay=1,5"}))) {
    const std::array<double, 2> network{0, 2};
    const std::array<double, 2> delay{1, 5};
    const double expected =
        network.at(outcome.alternative / 2) * at(outcome.costs->terms, Term::kNetwork) +
        delay.at(outcome.alternative % 2) * at(outcome.costs->terms, Term::kDelay);
    EXPECT_NEAR(cost_of(outcome), expected, 1e-9);
    EXPECT_NEAR(at(outcome.costs->terms, Term::kDelay), 30, 1e-9);
  }
}

TEST(Alternative, DoesNotDependOnThoseBeforeIt) {
  const Study study =
      study_of({"entity.a.host=*", "substrate.scale=0.3,1,2", "seed=1,2", "weight.delay=0,1"}, {},
               {Plan::kOneAtATime, 0});
  const auto in_order = outcomes_of(study);
  Evaluator backwards(study);
  for (std::uint64_t i = study.design().size(); i-- > 0;) {
    EXPECT_EQ(to_line(*backwards.evaluate(i)), to_line(in_order[i]));
    EXPECT_EQ(to_line(*Evaluator(study).evaluate(i)), to_line(in_order[i]));
  }
}

TEST(Alternative, MovesWhomTheScenarioPinsAndTellsWhatRulesForbid) {
  const std::string rules = kLine + "planning: {rules: [{entities: [s], hosts: [h2, h4]}]}\n";
  const auto pinned = outcomes_of(study_of({"entity.a.host=h2"}, {}, {}, rules));
  EXPECT_TRUE(pinned[0].feasible());
  const auto forbidden = outcomes_of(study_of({"entity.s.host=h3"}, {}, {}, rules));
  EXPECT_FALSE(forbidden[0].feasible());
  EXPECT_EQ(forbidden[0].violation, "'s' may not be on 'h3'");
}

TEST(Alternative, ReadsOtherData) {
  TemporaryFolder folder;
  std::ofstream(folder.path() / "near") << "0 10\n10 0\n";
  std::ofstream(folder.path() / "far") << "0 70\n70 0\n";
  std::string yaml = kLine.substr(0, kLine.find("  pairs:")) +
                     "  rtt_matrix: " + (folder.path() / "near").string() +
                     kLine.substr(kLine.find("\nviolins"));
  for (const auto& [from, to] : {std::pair("h2, sub", "node0, sub"), std::pair("h1", "node0"),
                                 std::pair("h4", "node1"), std::pair("h3", "node0")}) {
    yaml.replace(yaml.find(from), std::string(from).size(), to);
  }
  const auto outcomes =
      outcomes_of(study_of({"substrate.file=" + (folder.path() / "near").string() + "," +
                            (folder.path() / "far").string()},
                           {}, {}, yaml));
  EXPECT_NEAR(cost_of(outcomes[0]), kLoad * 5, 1e-9);
  EXPECT_NEAR(cost_of(outcomes[1]), kLoad * 35, 1e-9);
}

// Three routers in a triangle: which way is shortest depends on where the third is.
TEST(Alternative, RoutesOfAMeshFollowThePlaces) {
  std::string yaml = kLine.substr(0, kLine.find("violins")) + R"(violins:
  - name: v
    vrouters:
      - {name: r1, host: h1, nics: [{name: x, address: 10.1.0.1/30, to: r2.x}, {name: y, address: 10.2.0.1/30, to: r3.x}, {name: z, address: 10.8.0.1/24}]}
      - {name: r2, host: h2, nics: [{name: x, address: 10.1.0.2/30}, {name: y, address: 10.3.0.1/30, to: r3.y}, {name: z, address: 10.9.0.1/24}]}
      - {name: r3, host: h4, nics: [{name: x, address: 10.2.0.2/30}, {name: y, address: 10.3.0.2/30}]}
    vhosts:
      - {name: a, host: h1, nics: [{address: 10.8.0.2/24, to: r1.z}], gateway: 10.8.0.1}
      - {name: b, host: h2, nics: [{address: 10.9.0.2/24, to: r2.z}], gateway: 10.9.0.1}
traffic:
  - {name: stream, from: a, to: b, cbr: {rate: 8Mbit/s, size: 1000B}}
)";
  // h1 - h2 becomes long, so that the way by r3 on h3 pays and that by r3 on h4 does not.
  yaml.replace(yaml.find("[h1, h2], rtt: 20ms"), 19, "[h1, h2], rtt: 70ms");
  const auto outcomes = outcomes_of(study_of({"entity.r3.host=h3,h4"}, {}, {}, yaml));
  EXPECT_NEAR(cost_of(outcomes[0]), kLoad * 30, 1e-9);  // h1 - h3 - h2: 20 + 10 ms
  EXPECT_NEAR(cost_of(outcomes[1]), kLoad * 35, 1e-9);  // h1 - h2; by h4 it would be 30 + 20 ms
}

// ---- placing anew

TEST(Alternative, PlacesTheRestAnewAndLeavesWhatIsVaried) {
  const std::string yaml = kLine + "planning: {rules: [{entities: [a], movable: true}]}\n";
  const Study study =
      study_of({"entity.s.host=h1,h3"}, {.replace = true, .placer = placer()}, {}, yaml);
  for (const Outcome& outcome : outcomes_of(study)) {
    const std::uint32_t s = outcome.alternative == 0 ? 0 : 2;
    EXPECT_EQ(outcome.placement[0], s);
    // To the switch on h1, and to any host from h3 to h4: the sender joins its receiver's way.
    EXPECT_NEAR(cost_of(outcome), kLoad * (outcome.alternative == 0 ? 30 : 10), 1e-9);
    EXPECT_NEAR(outcome.bound.value(), cost_of(outcome), 1e-9);
  }
}

TEST(Alternative, WithoutAnyPlacementHasNoCost) {
  const std::string yaml =
      kLine + "planning: {rules: [{entities: [s], hosts: [h1]}], apart: [{entities: [s, a]}]}\n";
  const auto outcomes =
      outcomes_of(study_of({"demand.scale=1"}, {.replace = true, .placer = placer()}, {}, yaml));
  EXPECT_FALSE(outcomes[0].costs);
  EXPECT_FALSE(outcomes[0].feasible());
}

// ---- failures

TEST(HostFailures, CutWhatPassesTheHost) {
  const auto outcome = outcomes_of(study_of({}, {.fail_each_host = true}))[0];
  ASSERT_EQ(outcome.failures.size(), 4U);
  for (const HostFailure& failure : outcome.failures) {
    const bool on_the_way = failure.host != "h3";  // c, which nobody asks
    EXPECT_NEAR(failure.cut_bps, on_the_way ? kLoad * 1e6 : 0, 1e-3) << failure.host;
    EXPECT_NEAR(failure.cut_share, on_the_way ? 1 : 0, 1e-12);
    const bool for_good = failure.host == "h1" || failure.host == "h4";
    EXPECT_NEAR(failure.gone_bps, for_good ? kLoad * 1e6 : 0, 1e-3) << failure.host;
    EXPECT_EQ(failure.cost, std::nullopt);
  }
  EXPECT_EQ(outcome.worst_failure()->host, "h1");
}

TEST(HostFailures, GroupsCountByTheirReceivers) {
  const std::string yaml = kLine.substr(0, kLine.find("traffic:")) +
                           "planning: {multicast: [{source: a, members: [b, c], rate: 8Mbit/s}]}\n";
  const auto outcome = outcomes_of(study_of({}, {.fail_each_host = true}, {}, yaml))[0];
  for (const HostFailure& failure : outcome.failures) {
    const bool one_receiver = failure.host == "h3" || failure.host == "h4";
    EXPECT_NEAR(failure.cut_share, one_receiver ? 0.5 : 1, 1e-12) << failure.host;
  }
}

TEST(HostFailures, CostWhatIsLeftOnceItIsPlacedAnew) {
  const auto outcome = outcomes_of(study_of({}, {.fail_each_host = true, .placer = placer()}))[0];
  for (const HostFailure& failure : outcome.failures) {
    const bool nothing_left = failure.host == "h1" || failure.host == "h4";
    EXPECT_NEAR(failure.cost.value(), nothing_left ? 0 : kLoad * 30, 1e-9) << failure.host;
  }
}

// ---- simulation

TEST(Simulated, RunsWithTheSameSeedsForAllAlternatives) {
  const Study study = study_of({"entity.s.host=h1,h3"}, {.replications = 3});
  for (const Outcome& outcome : outcomes_of(study)) {
    ASSERT_EQ(outcome.replications.size(), 3U);
    for (std::uint64_t r = 0; r < 3; ++r) {
      EXPECT_EQ(outcome.replications[r].seed, 5 + r);
    }
  }
}

TEST(Simulated, IsWhatARunOfThatScenarioMeasures) {
  const Study study = study_of({"substrate.scale=2", "demand.scale=0.5"}, {.replications = 1});
  const Outcome outcome = outcomes_of(study)[0];
  auto scenario = parse_yaml(kLine);
  for (auto& pair : *scenario.message.mutable_substrate()->mutable_pairs()->mutable_rtts()) {
    const int twice = 2 * std::stoi(pair.rtt());
    pair.set_rtt(std::to_string(twice) + "ms");
  }
  scenario.message.mutable_traffic(0)->mutable_cbr()->set_rate("4Mbit/s");
  const FlowResult flow = run(scenario).flows.at(0);
  EXPECT_EQ(outcome.replications[0].goodput_bps, flow.goodput_bps);
  EXPECT_EQ(outcome.replications[0].delay_p99_s, flow.delay_p99_s);
  EXPECT_EQ(outcome.replications[0].loss,
            static_cast<double>(flow.lost) / static_cast<double>(flow.sent));
  EXPECT_GT(flow.delay_p99_s, 0.06);  // both ways are twice as long
}

TEST(Simulated, ReproducesFromTheScenarioOfAnAlternative) {
  const Study study = study_of({"entity.s.host=h1,h3", "seed=1,2"}, {.replications = 1});
  Evaluator evaluator(study);
  const Outcome outcome = *evaluator.evaluate(3);
  const Realised realised = evaluator.realise(3);
  const RunResult result = run(evaluator.scenario_of(3, realised));
  EXPECT_EQ(result.seed, 2U);
  EXPECT_EQ(result.flows.at(0).goodput_bps, outcome.replications[0].goodput_bps);
}

}  // namespace
}  // namespace violin::sweep
