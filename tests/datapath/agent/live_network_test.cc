// Scenarios in real time over real sockets, with models as hosts: what a simulation says of them
// must come true.
#include "datapath/agent/live_network.h"

#include <array>
#include <thread>

#include "tests/scenarios/running.h"

namespace violin {
namespace {

using namespace std::chrono_literals;

constexpr const char* kTwoLans = R"(
name: two-lans
duration: 10s
substrate: {pairs: {default_rtt: 20ms}, hosts: [{name: h1}, {name: h2}, {name: h3}, {name: h4}]}
violins:
  - name: v
    vswitches: [{name: s1, host: h1}, {name: s2, host: h2}]
    vrouters:
      - name: r
        host: h3
        nics: [{address: 10.0.1.1/24, to: s1}, {address: 10.0.2.1/24, to: s2}]
    vhosts:
      - {name: a, host: h1, nics: [{address: 10.0.1.2/24, to: s1}], gateway: 10.0.1.1}
      - {name: b, host: h4, nics: [{address: 10.0.2.2/24, to: s2}], gateway: 10.0.2.1}
traffic:
  - {name: ping, from: a, to: b, ping: {interval: 10ms}}
  - {name: trace, from: a, to: b, traceroute: {}}
)";

class LiveNetworkTest : public ::testing::Test {
 protected:
  LiveNetwork& start(const LiveOptions& options = {}, const char* text = kTwoLans) {
    live_ = std::make_unique<LiveNetwork>(parse_yaml(text), options);
    live_->go_live();
    live_->run();
    return *live_;
  }
  RunResult finish() {
    live_->stop();
    return live_->result();
  }

  // Until the kernel's thread sees it so; the test fails if that takes longer than any machine
  // needs.
  template <typename Condition>
  static void wait_until(LiveNetwork& live, Condition condition) {
    const auto end = std::chrono::steady_clock::now() + 20s;
    while (!live.on_kernel(condition)) {
      ASSERT_LT(std::chrono::steady_clock::now(), end);
      std::this_thread::sleep_for(5ms);
    }
  }
  static void wait_for_pings(LiveNetwork& live, std::uint64_t more) {
    const auto received = [&live] { return live.flows().results().front().received; };
    const std::uint64_t before = live.on_kernel(received);
    wait_until(live, [&] { return received() >= before + more; });
  }
  static void end_ping(LiveNetwork& live) {
    live.on_kernel([&] { live.change(R"({"stop_traffic": "ping"})"); });
    wait_until(live, [&] {
      const RunLedger books = live.result().ledger;
      return books.balanced && books.queued == 0;
    });
  }

  std::unique_ptr<LiveNetwork> live_;
};

TEST_F(LiveNetworkTest, ModelsReachEachOtherOverRealSockets) {
  LiveNetwork& live = start();
  wait_for_pings(live, 11);
  wait_until(live, [&] { return live.flows().paths().front().hops.size() == 2; });
  const RunResult result = finish();
  const FlowResult ping = flow_of(result, "ping");
  EXPECT_GT(ping.received, 10U);
  EXPECT_LT(*ping.delay_p50_s, 0.02);  // no substrate in between
  EXPECT_EQ(hops_of(result, "trace"), (std::vector<std::string>{"r", "b"}));
}

TEST_F(LiveNetworkTest, AnEmulatedUnderlayTakesAtLeastAsLongAsTheSubstrate) {
  LiveOptions options;
  options.emulate_underlay = true;
  wait_for_pings(start(options), 6);
  const FlowResult ping = flow_of(finish(), "ping");
  ASSERT_GT(ping.received, 5U);
  // a (h1) - s1 (h1) - r (h3) - s2 (h2) - b (h4): three paths of 10 ms each way.
  EXPECT_GE(*ping.delay_p50_s, 0.0599);
}

TEST_F(LiveNetworkTest, TheBooksBalanceOnceNothingIsUnderWayAnyMore) {
  LiveNetwork& live = start();
  wait_for_pings(live, 20);
  end_ping(live);
  const RunResult result = finish();
  EXPECT_TRUE(result.ledger.balanced) << ::testing::PrintToString(result.ledger.unbalanced);
  EXPECT_GT(result.ledger.in, 100U);
}

TEST_F(LiveNetworkTest, ContinuesWhatItSimulated) {
  LiveOptions options;
  options.simulate_for = 5s;
  LiveNetwork& live = start(options);
  const std::uint64_t simulated =
      live.on_kernel([&] { return live.flows().results().front().received; });
  EXPECT_GE(simulated, 480U);
  wait_for_pings(live, 10);
  const RunResult result = finish();
  EXPECT_GT(flow_of(result, "ping").received, simulated);
  EXPECT_GT(result.duration, 5s);
  EXPECT_LT(result.duration, 60s);
}

TEST_F(LiveNetworkTest, ASwitchMigratesUnderTrafficWithoutLoss) {
  LiveNetwork& live = start();
  wait_for_pings(live, 5);
  for (const char* host : {"h2", "h3", "h4", "h1"}) {
    live.on_kernel([&] {
      live.change(std::string(R"({"migrate": {"entity": "s1", "host": ")") + host + R"("}})");
    });
    wait_for_pings(live, 5);
  }
  end_ping(live);
  const RunResult result = finish();
  EXPECT_EQ(flow_of(result, "ping").lost, 0U);
  EXPECT_TRUE(result.ledger.balanced) << ::testing::PrintToString(result.ledger.unbalanced);
}

// 5000 frames a second both ways through two switches and a router, each of which moves.
constexpr const char* kLoad = R"(
  - {name: there, from: a, to: b, start: 300ms, cbr: {rate: 8Mbit/s, size: 200B}}
  - {name: back, from: b, to: a, start: 300ms, cbr: {rate: 8Mbit/s, size: 200B}}
)";

std::string told(const std::vector<DropCount>& drops) {
  std::string text = "drops:";
  for (const DropCount& drop : drops) {
    text += " " + std::to_string(drop.frames) + " " + std::string(to_string(drop.reason));
  }
  return text;
}

class LiveMove : public LiveNetworkTest, public ::testing::WithParamInterface<const char*> {
 protected:
  static void move(LiveNetwork& live, const std::string& entity, const std::string& host) {
    live.on_kernel([&] {
      live.change(R"({"migrate": {"entity": ")" + entity + R"(", "host": ")" + host + R"("}})");
    });
    wait_until(live, [&] { return !live.moving(entity); });
  }
  static void end_load(LiveNetwork& live) {
    live.on_kernel([&] {
      live.change(R"({"stop_traffic": "there"})");
      live.change(R"({"stop_traffic": "back"})");
    });
    end_ping(live);
  }
};

TEST_P(LiveMove, LosesDoublesAndReordersNothingUnderLoad) {
  const std::string text = std::string(kTwoLans) + kLoad;
  LiveNetwork& live = start({}, text.c_str());
  wait_until(live, [&] { return flow_of(live.result(), "back").received > 1000; });
  const std::uint64_t lost_before =  // that waited for ARP
      live.on_kernel([&] { return flow_of(live.result(), "there").lost; });
  bool in_order = true;
  for (const char* host : {"h2", "h4", "h3", "h1", "h2", "h3"}) {
    if (live.on_kernel([&] { return std::get<HostId>(live.builder().find(GetParam())->place); }) ==
        *live.network().substrate().find(host)) {
      continue;
    }
    move(live, GetParam(), host);
    const auto report = live.on_kernel([&] { return live.move_of(GetParam()); });
    ASSERT_TRUE(report && report->done);
    EXPECT_EQ(report->links, 2U);
    in_order = in_order && report->in_order;
  }
  wait_for_pings(live, 5);
  end_load(live);
  const RunResult result = finish();
  EXPECT_EQ(flow_of(result, "ping").lost, 0U) << told(result.ledger.drops);
  for (const char* name : {"there", "back"}) {
    const FlowResult flow = flow_of(result, name);
    EXPECT_LE(flow.sent - flow.received, lost_before) << name;
    EXPECT_EQ(flow.duplicated, 0U) << name;
    if (in_order) {
      EXPECT_EQ(flow.reordered, 0U) << name;
    }
  }
  EXPECT_TRUE(result.ledger.balanced) << ::testing::PrintToString(result.ledger.unbalanced);
}

INSTANTIATE_TEST_SUITE_P(Each, LiveMove, ::testing::Values("s1", "r"));

TEST_F(LiveNetworkTest, ALinkChangesUnderTraffic) {
  LiveNetwork& live = start();
  live.on_kernel([&] { live.change(R"({"link": {"nic": "a.eth0", "link": {"delay": "50ms"}}})"); });
  wait_for_pings(live, 30);
  const FlowResult ping = flow_of(finish(), "ping");
  ASSERT_GT(ping.received, 10U);
  EXPECT_GE(*ping.delay_p50_s, 0.0999);
}

TEST_F(LiveNetworkTest, AChangeThatMakesNoSenseIsRefusedAndChangesNothing) {
  LiveNetwork& live = start();
  const auto refuse = [&](const std::string& event) {
    return live.on_kernel([&] {
      try {
        live.change(event);
      } catch (const scenario::ScenarioError& error) {
        return std::string(error.what());
      }
      return std::string("was accepted");
    });
  };
  EXPECT_THAT(refuse(R"({"migrate": {"entity": "s9", "host": "h2"}})"), ::testing::HasSubstr("s9"));
  EXPECT_THAT(refuse(R"({"migrate": {"entity": "s1", "host": "nowhere"}})"),
              ::testing::HasSubstr("nowhere"));
  EXPECT_THAT(refuse(R"({"link": {"nic": "a.eth0", "link": {"delay": "50"}}})"),
              ::testing::HasSubstr("delay"));
  EXPECT_THAT(refuse(R"({"lnk": {"nic": "a.eth0"}})"), ::testing::HasSubstr("link"));
  EXPECT_THAT(refuse(R"({"add": {"vhosts": [{"name": "a", "host": "h1"}]}})"),
              ::testing::HasSubstr("'a'"));
  std::this_thread::sleep_for(200ms);
  EXPECT_EQ(flow_of(finish(), "ping").lost, 0U);
}

TEST_F(LiveNetworkTest, AHostIsAddedAndRemovedUnderTraffic) {
  LiveNetwork& live = start();
  live.on_kernel([&] {
    live.change(R"({"add": {"vhosts": [{"name": "c", "host": "h3",
                    "nics": [{"address": "10.0.1.9/24", "to": "s1"}]}]}})");
  });
  std::this_thread::sleep_for(50ms);
  live.on_kernel([&] { live.change(R"({"remove": "c"})"); });
  EXPECT_EQ(live.on_kernel([&] { return live.builder().find("c"); }), nullptr);
  std::this_thread::sleep_for(50ms);
  EXPECT_EQ(flow_of(finish(), "ping").lost, 0U);
}

TEST_F(LiveNetworkTest, TwoNetworksOfTheSameAddressesRunBesideEachOther) {
  LiveNetwork& first = start();
  LiveNetwork second(parse_yaml(kTwoLans), {});
  second.go_live();
  second.run();
  std::this_thread::sleep_for(300ms);
  first.stop();
  second.stop();
  for (const LiveNetwork* each : std::array<const LiveNetwork*, 2>{&first, &second}) {
    EXPECT_GT(flow_of(each->result(), "ping").received, 5U);
    EXPECT_EQ(flow_of(each->result(), "ping").duplicated, 0U);
  }
}

}  // namespace
}  // namespace violin
