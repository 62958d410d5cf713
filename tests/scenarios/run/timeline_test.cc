// On-demand reconfiguration while traffic flows: what each change costs, by reason, and what goes
// on. The network of all tests, whose paths between different hosts take 10 ms one way:
//
//   a, b --- s1 (all on h1) === r (on h2) === s2 --- c (both on h3)          h4 is free
//
// The flow "steady" sends 100 datagrams of 1000 B a second from a to c, from 0 s to 9 s of 10 s.
#include "scenarios/run/timeline.h"

#include "tests/scenarios/running.h"

namespace violin {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr const char* kNetwork = R"(duration: 10s
substrate: {pairs: {default_rtt: 20ms}, hosts: [{name: h1}, {name: h2}, {name: h3}, {name: h4}]}
violins:
  - name: net
    routing: {convergence: 500ms}
    default_link: {rate: 100Mbit/s}
    vswitches:
      - {name: s1, host: h1, subnets: [10.0.1.0/24]}
      - {name: s2, host: h3, subnets: [10.0.2.0/24]}
    vrouters:
      - {name: r, host: h2, nics: [{address: 10.0.1.1/24, to: s1}, {address: 10.0.2.1/24, to: s2}]}
    vhosts:
      - {name: a, host: h1, nics: [{address: 10.0.1.2/24, to: s1}]}
      - {name: b, host: h1, nics: [{address: 10.0.1.3/24, to: s1}]}
      - {name: c, host: h3, nics: [{address: 10.0.2.2/24, to: s2}]}
traffic:
  - {name: steady, from: a, to: c, stop: 9s, cbr: {rate: 800kbit/s, size: 1000B}}
)";

constexpr std::uint64_t kSteady = 901;  // datagrams, both ends included
// What its frames of 1042 B take on the four links; and the most that the first ones, which wait
// for two ARP exchanges, add to the mean.
constexpr double kSerialisation = 4 * 1042 * 8 / 100e6;
constexpr double kOfArp = 0.0003;

// Runs the network with more traffic and a timeline, each one YAML line a flow or event.
RunResult play(const std::vector<std::string>& timeline,
               const std::vector<std::string>& traffic = {}) {
  std::string text = kNetwork;
  for (const std::string& flow : traffic) {
    text += "  - {" + flow + "}\n";
  }
  text += timeline.empty() ? "" : "timeline:\n";
  for (const std::string& event : timeline) {
    text += "  - {" + event + "}\n";
  }
  RunResult result = run_yaml(text);
  EXPECT_TRUE(result.ledger.balanced) << ::testing::PrintToString(result.ledger.unbalanced);
  EXPECT_EQ(result.timeline.size(), timeline.size());
  EXPECT_THAT(result.warnings, IsEmpty());
  return result;
}

std::uint64_t missing(const RunResult& result, const std::string& flow) {
  return flow_of(result, flow).sent - flow_of(result, flow).received;
}

// Nothing of the flow was lost, and what is not received was not sent.
void expect_untouched(const RunResult& result, const std::string& flow = "steady") {
  EXPECT_GT(flow_of(result, flow).sent, 0U) << flow;
  EXPECT_EQ(missing(result, flow), 0U) << flow << ": " << shown(result.ledger.drops);
  EXPECT_EQ(flow_of(result, flow).reordered, 0U) << flow;
}

void expect_mean_delay(const RunResult& result, double propagation) {
  EXPECT_NEAR(*flow_of(result, "steady").delay_mean_s, propagation + kSerialisation, kOfArp);
}

double as_double(std::uint64_t count) { return static_cast<double>(count); }

TEST(Timeline, WithoutEventsEverythingArrivesAfterTwentyMilliseconds) {
  const RunResult result = play({});
  EXPECT_EQ(flow_of(result, "steady").sent, kSteady);
  expect_untouched(result);
  EXPECT_NEAR(*flow_of(result, "steady").delay_p50_s, 0.020, 0.0005);
  EXPECT_THAT(result.ledger.drops, IsEmpty());
}

// ---- entities

TEST(Timeline, AddsAVHostThatIsReachedAtOnce) {
  const RunResult result = play(
      {"at: 3s, add: {vhosts: [{name: d, host: h4, nics: [{address: 10.0.2.9/24, to: s2}]}]}",
       "at: 3s, start_traffic: late"},
      {"name: late, from: a, to: d, manual: true, stop: 8s, cbr: {rate: 80kbit/s, size: 1000B}"});
  expect_untouched(result);
  expect_untouched(result, "late");
  EXPECT_EQ(flow_of(result, "late").sent, 51U);
}

TEST(Timeline, AddsAVSwitchByATrunkToARunningVLan) {
  const RunResult result =
      play({"at: 3s, add: {vswitches: [{name: s3, host: h4}], trunks: [{between: [s1, s3]}], "
            "vhosts: [{name: d, host: h4, nics: [{address: 10.0.1.9/24, to: s3}]}]}"},
           {"name: late, from: d, to: c, start: 4s, stop: 8s, cbr: {rate: 80kbit/s, size: 1000B}"});
  expect_untouched(result);
  expect_untouched(result, "late");
}

TEST(Timeline, AddsAVRouterToWhichRoutesLeadAfterConvergence) {
  const RunResult result = play(
      {"at: 3s, add: {vswitches: [{name: s3, host: h4, subnets: [10.0.3.0/24]}], vrouters: "
       "[{name: r2, host: h4, nics: [{address: 10.0.1.254/24, to: s1}, {address: 10.0.3.1/24, to: "
       "s3}]}], vhosts: [{name: d, host: h4, nics: [{address: 10.0.3.2/24, to: s3}]}]}"},
      {"name: late, from: c, to: d, start: 4s, ping: {count: 5, interval: 500ms}",
       "name: way, from: c, to: d, start: 5s, traceroute: {}"});
  expect_untouched(result);
  expect_untouched(result, "late");
  EXPECT_THAT(hops_of(result, "way"), ElementsAre("r", "r2", "d"));
}

TEST(Timeline, RemovingAVHostEndsItsFlowsAndCostsWhatWasUnderWay) {
  const RunResult result =
      play({"at: 3005ms, remove: c"},
           {"name: other, from: a, to: b, stop: 9s, cbr: {rate: 80kbit/s, size: 1000B}"});
  expect_untouched(result, "other");
  const FlowResult& steady = flow_of(result, "steady");
  EXPECT_EQ(steady.sent, 301U);
  EXPECT_EQ(missing(result, "steady"), 2U);  // 20 ms of them
  EXPECT_EQ(total_of(result.timeline[0].drops), 2U) << shown(result.timeline[0].drops);
}

TEST(Timeline, AVHostOfTheSameNameMayComeBack) {
  const RunResult result =
      play({"at: 3005ms, remove: c",
            "at: 4s, add: {vhosts: [{name: c, host: h4, nics: [{address: 10.0.2.2/24, to: s2}]}]}"},
           {"name: again, from: a, to: c, start: 5s, stop: 8s, cbr: {rate: 80kbit/s}"});
  EXPECT_EQ(flow_of(result, "steady").sent, 301U);
  EXPECT_EQ(flow_of(result, "again").sent, 31U);
  // Its address has moved to another MAC address, which it announces.
  expect_untouched(result, "again");
}

TEST(Timeline, RemovingAVSwitchCostsWhatItWouldHaveCarried) {
  const RunResult result = play({"at: 3005ms, remove: s2"});
  EXPECT_NEAR(as_double(missing(result, "steady")), 600 + 2, 1);
  const auto& cost = result.timeline[0].drops;
  EXPECT_GE(total_of(cost), missing(result, "steady")) << shown(cost);
  EXPECT_GT(count_of(cost, Drop::kDetached) + count_of(cost, Drop::kNoRoute), 500U) << shown(cost);
}

TEST(Timeline, RemovingAVRouterCutsItsVLansApartAndNothingElse) {
  const RunResult result =
      play({"at: 3005ms, remove: r"},
           {"name: other, from: a, to: b, stop: 9s, cbr: {rate: 80kbit/s, size: 1000B}"});
  expect_untouched(result, "other");
  EXPECT_NEAR(as_double(missing(result, "steady")), 600 + 2, 1);
  EXPECT_GE(total_of(result.timeline[0].drops), missing(result, "steady"));
}

// ---- vNICs

TEST(Timeline, AddsAVNicToARunningVHost) {
  const RunResult result =
      play({"at: 3s, add: {vswitches: [{name: s3, host: h4, subnets: [10.0.3.0/24]}], "
            "vhosts: [{name: d, host: h4, nics: [{address: 10.0.3.2/24, to: s3}]}]}",
            "at: 3s, add_nic: {entity: a, nic: {address: 10.0.3.9/24, to: s3}}"},
           {"name: direct, from: a, to: d, start: 3500ms, stop: 9s, cbr: {rate: 80kbit/s, size: "
            "1000B}"});
  expect_untouched(result);
  expect_untouched(result, "direct");
  EXPECT_NEAR(*flow_of(result, "direct").delay_p50_s, 0.010, 0.0005);
}

TEST(Timeline, RemovingAVNicCostsWhatWasToGoThere) {
  const RunResult result =
      play({"at: 3005ms, remove_nic: c.eth0"},
           {"name: other, from: a, to: b, stop: 9s, cbr: {rate: 80kbit/s, size: 1000B}"});
  expect_untouched(result, "other");
  EXPECT_NEAR(as_double(missing(result, "steady")), 600 + 2, 1);
  EXPECT_GE(total_of(result.timeline[0].drops), missing(result, "steady"));
}

TEST(Timeline, RewiresAVNicToAnotherVLan) {
  const RunResult result = play(
      {"at: 3005ms, rewire: {nic: c.eth0, to: s1, address: 10.0.1.9/24, gateway: 10.0.1.1}"},
      {"name: back, from: c, to: a, stop: 9s, cbr: {rate: 800kbit/s, size: 1000B}",
       "name: there, from: a, to: c, start: 4s, stop: 9s, cbr: {rate: 80kbit/s, size: 1000B}"});
  // To its old address nothing comes any more; from its new one and to it all does.
  EXPECT_NEAR(as_double(missing(result, "steady")), 600 + 2, 2);
  EXPECT_LE(missing(result, "back"), 3U) << shown(result.ledger.drops);
  expect_untouched(result, "there");
  EXPECT_NEAR(*flow_of(result, "there").delay_p50_s, 0.010, 0.0005);
}

TEST(Timeline, PullsACableAndPlugsItInAgain) {
  const RunResult result = play({"at: 3005ms, rewire: {nic: c.eth0}",  //
                                 "at: 4005ms, rewire: {nic: c.eth0, to: s2}"});
  EXPECT_NEAR(as_double(missing(result, "steady")), 100, 3);
  EXPECT_GE(total_of(result.timeline[0].drops) + total_of(result.timeline[1].drops),
            missing(result, "steady"));
}

TEST(Timeline, ACableThatIsPulledAndPluggedInElsewhereKeepsItsDelay) {
  const RunResult result =
      play({"at: 1s, link: {nic: c.eth0, link: {delay: 50ms}}", "at: 3005ms, rewire: {nic: c.eth0}",
            "at: 4005ms, rewire: {nic: c.eth0, to: s1, address: 10.0.1.9/24, gateway: 10.0.1.1}"},
           {"name: late, from: a, to: c, start: 5s, stop: 9s, cbr: {rate: 80kbit/s, size: 1000B}"});
  // From h1 to h3 directly, over the 50 ms.
  expect_untouched(result, "late");
  EXPECT_NEAR(*flow_of(result, "late").delay_p50_s, 0.060, 0.0005);
}

// ---- migration

class Migration : public ::testing::TestWithParam<const char*> {};

TEST_P(Migration, WithoutDowntimeLosesNothing) {
  expect_untouched(
      play({std::string("at: 3005ms, migrate: {entity: ") + GetParam() + ", host: h4}"}));
}

TEST_P(Migration, LosesRateTimesDowntimeAndWhatIsUnderWay) {
  const RunResult result = play({std::string("at: 3005ms, migrate: {entity: ") + GetParam() +
                                 ", host: h4, downtime: 500ms}"});
  EXPECT_GE(missing(result, "steady"), 50U);
  EXPECT_LE(missing(result, "steady"), 50U + 3) << shown(result.ledger.drops);
  EXPECT_EQ(count_of(result.timeline[0].drops, Drop::kMigrating), missing(result, "steady"))
      << shown(result.ledger.drops);
}

INSTANTIATE_TEST_SUITE_P(Each, Migration, ::testing::Values("a", "s1", "r", "s2", "c"),
                         [](const auto& test) { return std::string(test.param); });

TEST(Timeline, AfterAMigrationDelaysAreThoseOfTheNewPlace) {
  const RunResult result = play({"at: 3s, migrate: {entity: c, host: h4}"});
  // 20 ms for 3 s, then 30 ms for 6 s.
  expect_mean_delay(result, (3 * 0.020 + 6 * 0.030) / 9);
}

// ---- links

TEST(Timeline, SlowsALinkWithFramesInIt) {
  const RunResult result = play({"at: 3s, link: {nic: c.eth0, link: {rate: 400kbit/s}}",
                                 "at: 6s, link: {nic: c.eth0, link: {rate: 100Mbit/s}}"});
  // Of 300 datagrams in frames of 1042 B, 3 s at 400 kbit/s serve 144, and 100 wait.
  const double lost = 300 - 3 * 400e3 / (1042 * 8) - 100;
  EXPECT_NEAR(as_double(missing(result, "steady")), lost, 2);
  EXPECT_EQ(count_of(result.ledger.drops, Drop::kQueueFull), missing(result, "steady"));
  EXPECT_EQ(flow_of(result, "steady").reordered, 0U);
}

TEST(Timeline, LengthensALinkWithFramesInIt) {
  const RunResult result = play({"at: 3s, link: {nic: c.eth0, link: {delay: 50ms}}"});
  expect_untouched(result);
  expect_mean_delay(result, (3 * 0.020 + 6 * 0.070) / 9);
}

TEST(Timeline, ShortensALinkWithFramesInItAndKeepsTheirOrder) {
  const RunResult result = play({"at: 3s, link: {nic: c.eth0, link: {delay: 200ms}}",
                                 "at: 5s, link: {nic: c.eth0, link: {delay: 0ms}}"});
  expect_untouched(result);
}

TEST(Timeline, MakesALinkLossy) {
  const RunResult result = play({"at: 3005ms, link: {nic: a.eth0, link: {loss: 100%}}",
                                 "at: 5005ms, link: {nic: a.eth0, link: {loss: 0%}}"});
  EXPECT_EQ(missing(result, "steady"), 200U);
  EXPECT_EQ(count_of(result.timeline[0].drops, Drop::kRandomLoss), 200U);
}

TEST(Timeline, TakesALinkDownAndUp) {
  const RunResult result = play(
      {"at: 3005ms, link: {nic: r.eth1, up: false}", "at: 5005ms, link: {nic: r.eth1, up: true}"});
  const auto& cost = result.timeline[0].drops;
  // 10 ms of them were on it.
  EXPECT_NEAR(as_double(missing(result, "steady")), 201, 1) << shown(cost);
  EXPECT_EQ(count_of(cost, Drop::kLinkDown), missing(result, "steady")) << shown(cost);
}

TEST(Timeline, ChangesATrunk) {
  const RunResult result = play(
      {"at: 2s, add: {vswitches: [{name: s3, host: h1}], trunks: [{between: [s1, s3]}], "
       "vhosts: [{name: d, host: h1, nics: [{address: 10.0.1.9/24, to: s3}]}]}",
       "at: 5005ms, link: {trunk: [s3, s1], up: false}",
       "at: 6005ms, link: {trunk: [s1, s3], up: true}"},
      {"name: over, from: a, to: d, start: 3s, stop: 9s, cbr: {rate: 800kbit/s, size: 1000B}"});
  expect_untouched(result);
  EXPECT_EQ(missing(result, "over"), 100U);
  EXPECT_EQ(count_of(result.timeline[1].drops, Drop::kLinkDown), 100U);
}

// ---- hosts and substrate

TEST(Timeline, AHostThatFailsTakesItsEntitiesAndGivesThemBack) {
  const RunResult result = play({"at: 3005ms, fail_host: h3", "at: 5005ms, restore_host: h3"});
  const auto& cost = result.timeline[0].drops;
  EXPECT_NEAR(as_double(missing(result, "steady")), 201, 2) << shown(cost);
  EXPECT_EQ(count_of(cost, Drop::kHostDown), missing(result, "steady")) << shown(cost);
}

TEST(Timeline, AHostThatFailsWithoutEntitiesCostsNothing) {
  expect_untouched(play({"at: 3005ms, fail_host: h4", "at: 5005ms, restore_host: h4"}));
}

TEST(Timeline, GraftsAVLanOnARunningVRouter) {
  const RunResult result =
      play({"at: 3s, graft_lan: {router: r, nic: {name: lan3, address: 10.0.3.1/24}, "
            "vswitch: {name: s3, host: h4, subnets: [10.0.3.0/24]}, "
            "vhosts: [{name: d, host: h4, nics: [{address: 10.0.3.2/24, to: s3}]}]}"},
           {"name: grafted, from: a, to: d, start: 4s, ping: {count: 5, interval: 500ms}",
            "name: way, from: d, to: c, start: 5s, traceroute: {}"});
  expect_untouched(result);
  EXPECT_EQ(flow_of(result, "grafted").received, 5U);
  EXPECT_THAT(hops_of(result, "way"), ElementsAre("r", "c"));
}

TEST(Timeline, StretchesTheSubstrateWithFramesInIt) {
  const RunResult result = play({"at: 3s, set_substrate: {scale: 2}"});
  expect_untouched(result);
  expect_mean_delay(result, (3 * 0.020 + 6 * 0.040) / 9);
}

TEST(Timeline, ChangesOnePairOfHosts) {
  const RunResult result =
      play({"at: 3s, set_substrate: {pairs: [{between: [h2, h3], rtt: 60ms}]}"});
  expect_untouched(result);
  expect_mean_delay(result, (3 * 0.020 + 6 * 0.040) / 9);
}

TEST(Timeline, LosesOnAPathThatBecomesLossy) {
  const RunResult result =
      play({"at: 3005ms, set_substrate: {pairs: [{between: [h2, h3], loss: 100%}]}"});
  EXPECT_NEAR(as_double(missing(result, "steady")), 600, 1);
  EXPECT_NEAR(as_double(count_of(result.ledger.drops, Drop::kRandomLoss)), 600, 3);
}

TEST(Timeline, CapacityThatAppearsAndSufficesCostsNothing) {
  const RunResult result = play(
      {"at: 3005ms, set_substrate: {hosts: [{name: h3, capacity: 100kframes/s, access: 1Gbit/s}]}",
       "at: 5005ms, set_substrate: {hosts: [{name: h2, capacity: 100kframes/s}]}"});
  expect_untouched(result);
  EXPECT_NEAR(*flow_of(result, "steady").delay_p50_s, 0.020, 0.0005);
}

TEST(Timeline, CapacityThatAppearsAndDoesNotSufficeIsOverload) {
  const RunResult result =
      play({"at: 3s, set_substrate: {hosts: [{name: h3, capacity: 100frames/s}]}"},
           {"name: fast, from: b, to: c, stop: 9s, cbr: {rate: 800kbit/s, size: 100B}"});
  const FlowResult& fast = flow_of(result, "fast");
  const FlowResult& steady = flow_of(result, "steady");
  EXPECT_EQ(fast.sent, 9001U);
  // Until 3 s all arrives but the last 20 ms; then 7 s let 700 frames pass, and each passes twice.
  EXPECT_GE(fast.received + steady.received, 3000U + 300 - 22);
  EXPECT_LE(fast.received + steady.received, 3000U + 300 + 700);
  EXPECT_GT(count_of(result.timeline[0].drops, Drop::kHostOverload), 4000U);
}

TEST(Timeline, AnAccessLinkThatAppearsLimitsWhatLeavesTheHost) {
  const RunResult result =
      play({"at: 3s, set_substrate: {hosts: [{name: h1, access: {up: 400kbit/s}}]}"});
  // 7 s at 400 kbit/s let 336 frames of 1042 B pass, of 600; the rest waits.
  const double received = 301 + 7 * 400e3 / (1042 * 8);
  EXPECT_NEAR(as_double(flow_of(result, "steady").received), received, 4);
  EXPECT_EQ(total_of(result.ledger.drops), 0U) << shown(result.ledger.drops);
}

// ---- traffic

TEST(Timeline, StartsAndStopsTraffic) {
  const RunResult result =
      play({"at: 2s, start_traffic: manual", "at: 4s, stop_traffic: manual",
            "at: 6s, start_traffic: manual", "at: 7s, stop_traffic: manual"},
           {"name: manual, from: b, to: c, manual: true, cbr: {rate: 80kbit/s, size: 1000B}"});
  expect_untouched(result);
  expect_untouched(result, "manual");
  EXPECT_NEAR(as_double(flow_of(result, "manual").sent), 20 + 10, 2);
}

TEST(Timeline, StartsATransferAgainWhileItRunsAndAfterItsEnd) {
  const RunResult result = play({"at: 1s, start_traffic: copy", "at: 2s, start_traffic: copy",
                                 "at: 2500ms, stop_traffic: copy",
                                 "at: 2510ms, start_traffic: copy", "at: 8s, start_traffic: copy"},
                                {"name: copy, from: b, to: c, manual: true, bulk: {bytes: 4MB}"});
  EXPECT_EQ(flow_of(result, "copy").sent, 4U);
  // The last three run to their end; of those before, what had been handed over.
  EXPECT_GE(flow_of(result, "copy").bytes_received, 2 * 4'000'000U);
}

TEST(Timeline, StartsRequestsAgainWhileTheyRun) {
  const RunResult result =
      play({"at: 1s, start_traffic: web", "at: 1050ms, stop_traffic: web",
            "at: 1060ms, start_traffic: web", "at: 2s, start_traffic: web"},
           {"name: web, from: b, to: c, manual: true, stop: 9s, "
            "request_response: {request: 100B, response: 10kB, think: 100ms}"});
  const FlowResult& web = flow_of(result, "web");
  EXPECT_EQ(web.received, web.sent);
  EXPECT_EQ(web.bytes_received, web.received * 10'000);
}

TEST(Timeline, AnEventWhoseEntityIsGoneIsRefusedBeforeTheRun) {
  EXPECT_THROW(play({"at: 3s, remove: c", "at: 4s, migrate: {entity: c, host: h4}"}),
               scenario::ScenarioError);
}

// ---- whom flows go to

TEST(Traffic, GoesToTheVNicThatIsNamed) {
  const RunResult result =
      play({"at: 1s, add: {vhosts: [{name: d, host: h1, nics: [{address: 10.0.1.9/24, to: s1}, "
            "{address: 10.0.2.9/24, to: s2}]}]}"},
           {"name: near, from: a, to: d, start: 2s, traceroute: {}",
            "name: far, from: a, to: d.eth1, start: 2s, traceroute: {}"});
  EXPECT_THAT(hops_of(result, "near"), ElementsAre("d"));
  EXPECT_THAT(hops_of(result, "far"), ElementsAre("r", "d"));
}

TEST(Traffic, LooksForABareNameInTheSendersViolin) {
  scenario::LoadedScenario isolation = load_example("isolation");
  scenario::Flow& flow = *isolation.message.add_traffic();
  flow.set_name("bare");
  flow.set_from("blue/vHost1");
  flow.set_to("vHost2");
  flow.set_start("5s");
  flow.mutable_ping()->set_count(3);
  const RunResult result = run(isolation);
  EXPECT_THAT(result.warnings, IsEmpty());
  EXPECT_EQ(flow_of(result, "bare").received, 3U);
}

// ---- under a VIOLIN that carries another

constexpr const char* kUpper = R"(  - name: upper
    substrate: net
    vswitches: [{name: us, host: b, subnets: [172.16.0.0/24]}]
    vhosts:
      - {name: u1, host: a, nics: [{address: 172.16.0.1/24, to: us}]}
      - {name: u2, host: c, nics: [{address: 172.16.0.2/24, to: us}]}
  - name: top
    substrate: upper
    vswitches: [{name: ts, host: u1, subnets: [192.168.0.0/24]}]
    vhosts:
      - {name: t1, host: u1, nics: [{address: 192.168.0.1/24, to: ts}]}
      - {name: t2, host: u2, nics: [{address: 192.168.0.2/24, to: ts}]}
)";

RunResult play_recursive(const std::string& timeline) {
  std::string text = kNetwork;
  text.insert(text.find("traffic:"), kUpper);
  // The pings resolve every neighbour beforehand, from the bottom up.
  text += R"(  - {name: ping-upper, from: u1, to: u2, start: 300ms, ping: {count: 1}}
  - {name: ping-top, from: t1, to: t2, start: 600ms, ping: {count: 1}}
  - {name: upper, from: u1, to: u2, start: 1s, stop: 9s, cbr: {rate: 800kbit/s, size: 1000B}}
  - {name: top, from: t1, to: t2, start: 1s, stop: 9s, cbr: {rate: 800kbit/s, size: 1000B}}
)";
  RunResult result = run_yaml(text + timeline);
  EXPECT_TRUE(result.ledger.balanced) << ::testing::PrintToString(result.ledger.unbalanced);
  return result;
}

TEST(RecursiveTimeline, ThreeLevelsCarryEachOther) {
  const RunResult result = play_recursive("");
  for (const char* flow : {"steady", "upper", "top"}) {
    EXPECT_EQ(flow_of(result, flow).sent, std::string(flow) == "steady" ? kSteady : kSteady - 100);
    expect_untouched(result, flow);
  }
}

TEST(RecursiveTimeline, RemovingAVHostRemovesWhatRunsOnItAllTheWayUp) {
  const RunResult result = play_recursive("timeline: [{at: 3005ms, remove: net/c}]\n");
  for (const char* flow : {"steady", "upper", "top"}) {
    EXPECT_EQ(flow_of(result, flow).sent, std::string(flow) == "steady" ? 301U : 201U) << flow;
    EXPECT_NEAR(as_double(missing(result, flow)), 2, 1) << flow;
  }
}

TEST(RecursiveTimeline, AFailedHostCutsAllLevelsAndGivesThemBack) {
  const RunResult result =
      play_recursive("timeline: [{at: 3005ms, fail_host: h3}, {at: 5005ms, restore_host: h3}]\n");
  for (const char* flow : {"steady", "upper", "top"}) {
    EXPECT_NEAR(as_double(missing(result, flow)), 202, 3) << flow << shown(result.ledger.drops);
  }
}

TEST(RecursiveTimeline, AnUpperEntityMovesToAnotherVHost) {
  const RunResult result =
      play_recursive("timeline: [{at: 3005ms, migrate: {entity: upper/us, host: a}}]\n");
  EXPECT_EQ(missing(result, "steady"), 0U);
  EXPECT_LE(missing(result, "upper"), 3U) << shown(result.ledger.drops);
}

TEST(RecursiveTimeline, AVHostThatMovesTakesWhatRunsOnIt) {
  const RunResult result =
      play_recursive("timeline: [{at: 3005ms, migrate: {entity: net/c, host: h4}}]\n");
  for (const char* flow : {"steady", "upper", "top"}) {
    expect_untouched(result, flow);
  }
}

TEST(RecursiveTimeline, AVHostThatIsAwayForAWhilePausesWhatRunsOnItAndKeepsItsState) {
  const RunResult result = play_recursive(
      "  - {name: copy, from: u1, to: u2, start: 2s, stop: 9s, bulk: {bytes: 20MB}}\n"
      "timeline: [{at: 3005ms, migrate: {entity: net/c, host: h4, downtime: 500ms}}]\n");
  for (const char* flow : {"steady", "upper", "top"}) {
    EXPECT_GE(missing(result, flow), 50U) << flow;
  }
  EXPECT_EQ(count_of(result.ledger.drops, Drop::kHostDown), 0U) << shown(result.ledger.drops);
  EXPECT_GE(count_of(result.ledger.drops, Drop::kMigrating), 150U) << shown(result.ledger.drops);
  EXPECT_EQ(flow_of(result, "copy").bytes_received, 20'000'000U);  // on one connection
}

// ---- captures

TEST(Timeline, ACaptureFollowsAVNicThatIsRewired) {
  const TemporaryFolder folder;
  const std::string rest =
      "timeline:\n"
      "  - {at: 3005ms, rewire: {nic: c.eth0}}\n"
      "  - {at: 4005ms, rewire: {nic: c.eth0, to: s2}}\n"
      "  - {at: 5005ms, migrate: {entity: c, host: h4}}\n"
      "  - {at: 6005ms, remove: s2}\n"
      "captures: [{nic: c.eth0}, {nic: r.eth1}]\n";
  const scenario::LoadedScenario scenario = parse_yaml(kNetwork + rest);
  RunOptions captured;
  captured.folder = folder.path();
  const RunResult with = run(scenario, captured);
  const RunResult without = run(scenario);
  EXPECT_TRUE(with.ledger.balanced);
  EXPECT_EQ(with.fingerprint, without.fingerprint);
  EXPECT_EQ(flow_of(with, "steady").received, flow_of(without, "steady").received);
}

}  // namespace
}  // namespace violin
