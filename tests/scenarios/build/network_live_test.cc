// What changes when a network goes live: who carries frames between hosts, and nothing else. Here
// the underlay is one that hands over at once and counts, under virtual time.
#include "models/wire/ethernet.h"
#include "scenarios/build/builder.h"
#include "scenarios/build/checked_substrate.h"
#include "scenarios/run/collect.h"
#include "scenarios/run/flows.h"
#include "tests/scenarios/build/delayed_underlay.h"
#include "tests/scenarios/running.h"

namespace violin {
namespace {

using namespace std::chrono_literals;

constexpr const char* kLan = R"(
duration: 60s
substrate: {pairs: {default_rtt: 10ms}, hosts: [{name: h1}, {name: h2}, {name: h3}, {name: h4}]}
violins:
  - name: v
    vswitches: [{name: s, host: h2}]
    vhosts:
      - {name: a, host: h1, nics: [{address: 10.0.0.1/24, to: s}]}
      - {name: b, host: h3, nics: [{address: 10.0.0.2/24, to: s}]}
traffic:
  - {name: ping, from: a, to: b, start: 1s, ping: {interval: 1s}}
)";

class LiveNetwork : public ::testing::Test {
 protected:
  Node& node(const std::string& name) { return *builder_.find(name); }
  void run_to(Duration time) { kernel_.run_until(kRunStart + time); }
  void send_from_a_to_b() {
    Frame frame = kernel_.frames().make(64);
    wire::EthernetHeader{.destination = node("b").nics.front().mac,
                         .source = node("a").nics.front().mac}
        .serialize(frame.writable());
    node("a").nics.front().link->direction(0).near_end().send(frame, kernel_.now());
  }
  double median_delay() { return *flow_.results().front().delay_p50_s; }

  scenario::LoadedScenario scenario_ = parse_yaml(kLan);
  Kernel kernel_;
  DelayedUnderlay underlay_{kernel_, [](HostId, HostId) { return Duration{}; }};
  Network network_{kernel_, checked_substrate(scenario_).substrate};
  ScenarioBuilder builder_ = [this] {
    ScenarioBuilder builder(scenario_, network_);
    builder.build();
    return builder;
  }();
  std::optional<Flows> flows_{builder_};
  Flows& flow_ = *flows_;
};

// What a station behind the outlet is given.
struct Guest final : FrameSink {
  void receive(PortIndex /*port*/, std::span<Frame> burst, TimePoint /*now*/) override {
    for (Frame& frame : burst) {
      received.push_back(std::move(frame));
    }
  }
  std::vector<Frame> received;
};

TEST_F(LiveNetwork, FramesBetweenHostsCrossTheUnderlayInPlaceOfTheSubstrate) {
  network_.go_live(underlay_, /*emulate=*/false);
  run_to(10s);
  EXPECT_EQ(underlay_.ways.size(), 4U);
  EXPECT_LT(median_delay(), 1e-3);  // none of the substrate's 2 x 10 ms
  EXPECT_GT(flow_.results().front().received, 5U);
  EXPECT_TRUE(collect_ledger(network_).balanced);
}

TEST_F(LiveNetwork, EmulationPutsTheSubstrateInFrontOfTheUnderlay) {
  network_.go_live(underlay_, /*emulate=*/true);
  run_to(10s);
  // There and back over two paths of 5 ms each.
  EXPECT_NEAR(median_delay(), 20e-3, 1e-3);
  for (const auto& [key, way] : underlay_.ways) {
    EXPECT_GT(way->ledger().in, 5U);
  }
}

TEST_F(LiveNetwork, WhatASwitchHasLearntStaysWhenTheNetworkGoesLive) {
  run_to(5500ms);
  const auto learnt = node("s").vswitch().counters().learnt;
  ASSERT_EQ(learnt, 2U);
  network_.go_live(underlay_, false);
  run_to(10s);
  EXPECT_EQ(node("s").vswitch().counters().learnt, learnt);
  const FlowResult ping = flow_.results().front();
  EXPECT_EQ(ping.lost, 0U);
}

TEST_F(LiveNetwork, AHostThatMovesOutsideKeepsItsPortAndCable) {
  run_to(3500ms);
  flows_.reset();
  network_.go_live(underlay_, false);
  Outlet& outlet = network_.move_outside(node("b"));
  Guest guest;
  outlet.connect(node("b").nics.front().port, {&guest, PortIndex{}});
  ASSERT_EQ(&node("b").outlet(), &outlet);
  // The switch still knows where b is: a unicast goes there alone.
  send_from_a_to_b();
  run_to(4s);
  EXPECT_EQ(guest.received.size(), 1U);
  EXPECT_EQ(node("s").vswitch().counters().moved, 0U);
  EXPECT_TRUE(collect_ledger(network_).balanced) << collect_ledger(network_).unbalanced.size();
}

TEST_F(LiveNetwork, WhatIsInFlightWhenAHostMovesOutsideReachesItThere) {
  run_to(3500ms);
  flows_.reset();
  send_from_a_to_b();
  run_to(3508ms);  // behind the switch, 2 ms before b
  Outlet& outlet = network_.move_outside(node("b"));
  Guest guest;
  outlet.connect(node("b").nics.front().port, {&guest, PortIndex{}});
  run_to(4s);
  EXPECT_EQ(guest.received.size(), 1U);
  EXPECT_TRUE(collect_ledger(network_).balanced);
}

TEST_F(LiveNetwork, AMigrationLeadsLinksOverTheNewHostsAndLosesNothing) {
  network_.go_live(underlay_, true);
  run_to(3502ms);  // a frame is on its way
  network_.migrate(node("s"), *network_.substrate().find("h4"), Duration{});
  run_to(3600ms);
  for (const auto& [key, way] : underlay_.ways) {
    EXPECT_TRUE(way->from == *network_.substrate().find("h4") ||
                way->to == *network_.substrate().find("h4"));
  }
  run_to(10500ms);
  const FlowResult ping = flow_.results().front();
  EXPECT_EQ(ping.lost, 0U);
  EXPECT_GE(ping.received, 9U);
}

TEST_F(LiveNetwork, ALinkOnOneHostNeedsNoUnderlay) {
  network_.go_live(underlay_, false);
  network_.migrate(node("s"), *network_.substrate().find("h1"), Duration{});
  run_to(5500ms);
  EXPECT_EQ(underlay_.ways.size(), 2U);
  EXPECT_TRUE(underlay_.old_ways.empty());
  EXPECT_EQ(flow_.results().front().lost, 0U);
  EXPECT_TRUE(collect_ledger(network_).balanced);
}

TEST_F(LiveNetwork, ALinkThatIsTakenAwayEndsOnTheUnderlay) {
  network_.go_live(underlay_, false);
  network_.disconnect(*node("a").nics.front().link);
  EXPECT_EQ(underlay_.ways.size(), 2U);
  EXPECT_EQ(underlay_.ended.size(), 2U);
}

}  // namespace
}  // namespace violin
