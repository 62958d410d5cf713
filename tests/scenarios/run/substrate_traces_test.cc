// Series of measurements that take over a substrate during a run. The network of all tests, whose
// path takes 10 ms one way:
//
//   a --- s (both on h1) === b (on h2, which forwards a frame in 1 ms)
//
// The flow sends 100 datagrams a second from a to b, from 0 s to 9 s of 10 s.
#include "scenarios/run/substrate_traces.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/scenarios/running.h"

namespace violin {
namespace {

using ::testing::HasSubstr;
using namespace std::chrono_literals;

class Traced : public testing::Test {
 protected:
  static std::string text(const std::string& timeline) {
    return R"(duration: 10s
substrate:
  pairs: {default_rtt: 20ms}
  hosts: [{name: h1}, {name: h2, capacity: 1000frames/s}]
violins:
  - name: v
    default_link: {rate: 1Gbit/s}
    vswitches: [{name: s, host: h1}]
    vhosts:
      - {name: a, host: h1, nics: [{address: 10.0.0.1/24, to: s}]}
      - {name: b, host: h2, nics: [{address: 10.0.0.2/24, to: s}]}
traffic: [{name: f, from: a, to: b, stop: 9s, cbr: {rate: 800kbit/s, size: 1000B}}]
timeline:
)" + timeline;
  }
  std::string file(const std::string& name, const std::string& content) const {
    std::ofstream(folder_.path() / name) << content;
    return (folder_.path() / name).string();
  }
  std::string cpu_event(const std::string& content, const std::string& rest) const {
    return "  - {at: 3s, set_substrate: {cpu_trace: {file: " + file("cpu", content) + ", " + rest +
           "}}}\n";
  }
  std::string ping_event(const std::string& rest) const {
    return "  - {at: 3s, set_substrate: {ping_trace: {file: " +
           file("pings",
                "time,src,dst,tx,rx,min_ms,avg_ms,max_ms,mdev_ms\n"
                "2019-11-21T01:00:00,1,2,10,10,39,40,41,0.1\n"
                "2019-11-21T01:00:20,1,2,10,0,,,,\n"
                "2019-11-21T01:00:00,2,3,10,10,39,40,41,0.1\n") +
           ", " + rest + "}}}\n";
  }
  static void expect_refused(const std::string& timeline, const std::string& why) {
    try {
      run_yaml(text(timeline));
      FAIL() << "was not refused";
    } catch (const scenario::ScenarioError& error) {
      EXPECT_THAT(error.what(), HasSubstr(why));
    }
  }

  TemporaryFolder folder_;
};

// From 3 s on half of the capacity is left, which suffices; from 5 s to 7 s a twentieth: a frame
// takes 20 ms, and one arrives every 10 ms. As a fluid, what arrives t after 5 s waits for t up to
// the first second; what arrives t after 6 s waits until 7 s, when a frame takes 1 ms again, and
// for 0.1 t: 100 frames for 0.5 s in the mean, 100 for 0.55 s, all others for nothing.
TEST_F(Traced, OthersOnAHostTakeItsCapacity) {
  const RunResult result = run_yaml(
      text(cpu_event("other 0 0 0\nbusy 50 95 0\n", "step: 2s, hosts: [{host: h2, as: busy}]")));
  EXPECT_TRUE(result.ledger.balanced);
  const FlowResult flow = flow_of(result, "f");
  EXPECT_EQ(flow.sent, flow.received) << shown(result.ledger.drops);
  EXPECT_NEAR(*flow.delay_mean_s, 0.010 + (100 * 0.5 + 100 * 0.55) / 901, 0.006);
}

// 10 ms until 3 s, then 20 ms, and from 5 s on, when the run that lost all is due, nothing.
TEST_F(Traced, PairsFollowPings) {
  const RunResult result = run_yaml(
      text(ping_event("speedup: 10, hosts: [{host: h1, as: \"1\"}, {host: h2, as: \"2\"}]")));
  EXPECT_TRUE(result.ledger.balanced);
  const FlowResult flow = flow_of(result, "f");
  EXPECT_NEAR(static_cast<double>(flow.received), 500, 3);
  EXPECT_NEAR(*flow.delay_mean_s, 0.001 + (3 * 0.010 + 2 * 0.020) / 5, 0.0005);
  EXPECT_GT(count_of(result.ledger.drops, Drop::kRandomLoss), 395U);
}

TEST_F(Traced, SeveralRunAtATimeAndOneMayOutliveTheRun) {
  const RunResult result =
      run_yaml(text(cpu_event("h2 0 95\n", "step: 1h, hosts: [{host: h2}]") +
                    ping_event("hosts: [{host: h1, as: \"1\"}, {host: h2, as: \"2\"}]")));
  const FlowResult flow = flow_of(result, "f");
  EXPECT_EQ(flow.sent, flow.received);
  EXPECT_NEAR(*flow.delay_mean_s, 0.001 + (3 * 0.010 + 6 * 0.020) / 9, 0.0005);
}

TEST_F(Traced, WhatDoesNotFitTheHostsIsRefusedBeforeTheRun) {
  expect_refused(cpu_event("h1 1 2\n", "hosts: [{host: h1}]"),
                 "timeline[0].set_substrate.cpu_trace.hosts[0].host: 'h1' has no capacity");
  expect_refused(cpu_event("h1 1 2\n", "hosts: [{host: h2}]"), "has no line 'h2'");
  expect_refused(ping_event("hosts: [{host: h1}, {host: h2}]"),
                 "has no run between two of these hosts");
  expect_refused(ping_event("hosts: [{host: h1, as: \"1\"}, {host: h2, as: \"1\"}]"),
                 "is another host's name in the file already");
  expect_refused(cpu_event("h2 1 2\n", "hosts: [{host: h3}]"), "h3");
}

TEST_F(Traced, AFileThatIsNoTraceIsRefused) {
  EXPECT_ANY_THROW(run_yaml(text(cpu_event("h2 1 200\n", "hosts: [{host: h2}]"))));
}

// Times are those of the series; events that are not due yet do nothing.
TEST_F(Traced, BeginsWithItsEvent) {
  const scenario::LoadedScenario scenario =
      parse_yaml(text(cpu_event("h2 50 50 0\n", "step: 1s, hosts: [{host: h2}]")));
  std::vector<OverlayHost> hosts{{"h1"}, {"h2"}};
  hosts[1].capacity = FrameRate{1000};
  Substrate substrate(hosts, MeasuredPaths(DelayMatrix(2)));
  SubstrateTraces traces(scenario, substrate);
  EXPECT_FALSE(traces.next_due());
  traces.begin(0);
  EXPECT_EQ(traces.next_due(), kRunStart + 3s);
  traces.apply_due(substrate, kRunStart + 3s);
  EXPECT_EQ(substrate.host(HostId{1}).capacity->per_second, 500U);
  EXPECT_EQ(traces.next_due(), kRunStart + 5s);  // the second step changes nothing
  traces.apply_due(substrate, kRunStart + 5s);
  EXPECT_EQ(substrate.host(HostId{1}).capacity->per_second, 1000U);
  EXPECT_FALSE(traces.next_due());
}

}  // namespace
}  // namespace violin
