// Hand-overs under virtual time, over an underlay whose delays no triangle holds for: what
// overtakes can overtake.
#include "scenarios/build/handover.h"

#include <gmock/gmock.h>

#include <random>
#include <sstream>

#include "models/wire/ethernet.h"
#include "scenarios/build/builder.h"
#include "scenarios/build/checked_substrate.h"
#include "scenarios/run/collect.h"
#include "scenarios/run/flows.h"
#include "scenarios/run/timeline.h"
#include "tests/scenarios/build/delayed_underlay.h"
#include "tests/scenarios/running.h"

namespace violin {
namespace {

using namespace std::chrono_literals;

// A LAN of three, and a router behind it with two more; 5000 frames a second in each flow.
constexpr const char* kNetwork = R"(
duration: 60s
substrate:
  pairs: {default_rtt: 10ms}
  hosts: [{name: h1}, {name: h2}, {name: h3}, {name: h4}, {name: h5}, {name: h6}]
violins:
  - name: v
    routing: static
    vswitches: [{name: s, host: h2}, {name: s2, host: h5}]
    vrouters:
      - name: r
        host: h3
        nics: [{address: 10.0.1.1/24, to: s}, {address: 10.0.2.1/24, to: s2}, {address: 10.0.3.1/24, to: d.eth0}]
    vhosts:
      - {name: a, host: h1, nics: [{address: 10.0.1.2/24, to: s}], gateway: 10.0.1.1}
      - {name: b, host: h4, nics: [{address: 10.0.1.3/24, to: s}], gateway: 10.0.1.1}
      - {name: c, host: h6, nics: [{address: 10.0.2.2/24, to: s2}], gateway: 10.0.2.1}
      - {name: d, host: h6, nics: [{address: 10.0.3.2/24}], gateway: 10.0.3.1}
traffic:
  - {name: first1, from: a, to: b, start: 100ms, stop: 500ms, ping: {interval: 100ms}}
  - {name: first2, from: a, to: c, start: 100ms, stop: 500ms, ping: {interval: 100ms}}
  - {name: first3, from: d, to: b, start: 500ms, stop: 900ms, ping: {interval: 100ms}}
  - {name: ab, from: a, to: b, start: 1s, stop: 4s, cbr: {rate: 8Mbit/s, size: 200B}}
  - {name: ba, from: b, to: a, start: 1s, stop: 4s, cbr: {rate: 8Mbit/s, size: 200B}}
  - {name: ac, from: a, to: c, start: 1s, stop: 4s, cbr: {rate: 8Mbit/s, size: 200B}}
  - {name: ca, from: c, to: a, start: 1s, stop: 4s, cbr: {rate: 8Mbit/s, size: 200B}}
  - {name: cd, from: c, to: d, start: 1s, stop: 4s, cbr: {rate: 8Mbit/s, size: 200B}}
  - {name: group, from: a, to: 239.1.1.1, members: [b, c, d], start: 1s, stop: 4s, cbr: {rate: 8Mbit/s, size: 200B}}
  - {name: db, from: d, to: b, start: 1s, stop: 4s, cbr: {rate: 8Mbit/s, size: 200B}}
)";

class HandoverTest : public ::testing::Test {
 protected:
  explicit HandoverTest(std::uint64_t seed = 1, bool emulate = false)
      : random_(seed), scenario_(parse_yaml(kNetwork)) {
    builder_.build();
    flows_.emplace(builder_);
    network_.go_live(underlay_, emulate);
  }
  void TearDown() override { network_.end_captures(); }

  // Of every pair of hosts, up to 8 ms, another one there than back.
  Duration delay(HostId from, HostId to) {
    const auto [known, is_new] = delays_.try_emplace({from, to});
    if (is_new) {
      known->second = std::chrono::microseconds(random_() % 8000);
    }
    return known->second;
  }
  Node& node(const std::string& name) { return *builder_.find(name); }
  HostId host(const std::string& name) { return *network_.substrate().find(name); }
  void run_to(Duration time) { kernel_.run_until(kRunStart + time); }
  void migrate(const std::string& name, const std::string& to) {
    network_.migrate(node(name), host(to), Duration{});
  }
  // The first of it, if it goes to several.
  FlowResult flow(const std::string& name) {
    for (const FlowResult& result : flows_->results()) {
      if (result.name == name || result.name.starts_with(name + " ")) {
        return result;
      }
    }
    throw std::logic_error("no flow " + name);
  }
  std::vector<FlowResult> steady_flows() {
    std::vector<FlowResult> steady = flows_->results();
    std::erase_if(steady, [](const FlowResult& result) { return result.kind != "cbr"; });
    return steady;
  }
  // All of them, each once, in order.
  void expect_all_well() {
    for (const FlowResult& result : steady_flows()) {
      EXPECT_GE(result.sent, 14'000U) << result.name;
      EXPECT_EQ(result.received, result.sent) << result.name;
      EXPECT_EQ(result.duplicated, 0U) << result.name;
      EXPECT_EQ(result.reordered, 0U) << result.name;
    }
    expect_balanced();
  }
  void expect_balanced() {
    const RunLedger books = collect_ledger(network_);
    EXPECT_TRUE(books.balanced) << ::testing::PrintToString(books.unbalanced);
  }
  void expect_done(const std::string& name, const std::string& at, std::size_t links) {
    ASSERT_FALSE(network_.moving(node(name)));
    ASSERT_TRUE(node(name).last_move);
    EXPECT_TRUE(node(name).last_move->done);
    EXPECT_TRUE(node(name).last_move->in_order);
    EXPECT_EQ(node(name).last_move->links, links);
    EXPECT_EQ(std::get<HostId>(node(name).place), host(at));
    EXPECT_TRUE(underlay_.old_ways.empty());
    EXPECT_TRUE(underlay_.other_ways.empty());
  }

  std::mt19937_64 random_;
  std::map<std::pair<HostId, HostId>, Duration> delays_;
  scenario::LoadedScenario scenario_;
  Kernel kernel_;
  DelayedUnderlay underlay_{kernel_, [this](HostId from, HostId to) { return delay(from, to); }};
  Network network_{kernel_, checked_substrate(scenario_).substrate};
  ScenarioBuilder builder_{scenario_, network_};
  std::optional<Flows> flows_;
};

// ---- nothing is lost, doubled or overtaken

struct Moved {
  const char* entity;
  std::size_t links;
  std::uint64_t seed;
};

class HandoverUnderLoad : public HandoverTest, public ::testing::WithParamInterface<Moved> {
 protected:
  HandoverUnderLoad() : HandoverTest(GetParam().seed) {}
};

TEST_P(HandoverUnderLoad, LosesDoublesAndReordersNothing) {
  for (int i = 0; const char* to : {"h6", "h1", "h4", "h2", "h5", "h3"}) {
    run_to(1500ms + i++ * 300ms);
    migrate(GetParam().entity, to);
    run_to(1500ms + i * 300ms - 1ms);
    if (std::get<HostId>(node(GetParam().entity).place) != host(to)) {
      continue;
    }
    expect_done(GetParam().entity, to, GetParam().links);
    expect_balanced();
  }
  run_to(5s);
  expect_all_well();
}

INSTANTIATE_TEST_SUITE_P(Each, HandoverUnderLoad,
                         ::testing::Values(Moved{"s", 3, 1}, Moved{"s", 3, 2}, Moved{"s", 3, 3},
                                           Moved{"r", 3, 1}, Moved{"r", 3, 2}, Moved{"r", 3, 3},
                                           Moved{"s2", 2, 4}),
                         [](const auto& tested) {
                           return std::string(tested.param.entity) + "_" +
                                  std::to_string(tested.param.seed);
                         });

// The relay takes as long as the substrate's path between the two hosts.
class EmulatedHandover : public HandoverTest {
 protected:
  EmulatedHandover() : HandoverTest(1, /*emulate=*/true) {}
};

TEST_F(EmulatedHandover, LosesDoublesAndReordersNothing) {
  for (int i = 0; const char* name : {"s", "r", "s2"}) {
    run_to(2s + i++ * 500ms);
    migrate(name, "h6");
  }
  run_to(3500ms);
  expect_done("s", "h6", 3);
  expect_done("r", "h6", 3);
  expect_done("s2", "h6", 2);
  EXPECT_GT(node("s").last_move->duration, 5ms);
  EXPECT_GT(node("s").last_move->held, 10U);
  run_to(6s);
  expect_all_well();
}

TEST_F(HandoverTest, BothObjectsForwardWhileLinksTurnOneByOne) {
  run_to(2s);
  const Entity* before = node("s").entity.get();
  migrate("s", "h6");
  // Three links outward, the exchange, one link inward.
  run_to(2s + 4 * Handover::kPause);
  EXPECT_NE(node("s").entity.get(), before);
  std::vector<const VSwitch*> forwarding;
  network_.for_each_component([&](const Component& component) {
    if (const auto* vswitch = dynamic_cast<const VSwitch*>(&component);
        vswitch != nullptr && vswitch->name() == "v/s") {
      forwarding.push_back(vswitch);
    }
  });
  ASSERT_EQ(forwarding.size(), 2U);
  const std::array at = {forwarding[0]->ledger().out, forwarding[1]->ledger().out};
  run_to(2s + 4 * Handover::kPause + 20ms);
  EXPECT_GT(node("s").entity->ledger().out, at[0]);
  run_to(2500ms);
  expect_done("s", "h6", 3);
  EXPECT_GT(node("s").last_move->relayed, 0U);
  // Six turns and the exchange, each in an event of its own.
  EXPECT_EQ(node("s").last_move->repointing, 6 * Handover::kPause);
  run_to(5s);
  expect_all_well();
}

TEST_F(HandoverTest, TheSuccessorContinuesTheBooksAndWhatWasLearnt) {
  run_to(2s);
  const auto learnt = node("s").vswitch().counters().learnt;
  const auto in = node("s").entity->ledger().in;
  ASSERT_EQ(learnt, 3U);
  migrate("s", "h6");
  run_to(5s);
  EXPECT_EQ(node("s").vswitch().counters().learnt, learnt);
  // 3 seconds of six flows through the switch, once each.
  EXPECT_GT(node("s").entity->ledger().in, in);
  std::uint64_t through = 0;
  for (const char* name : {"ab", "ba", "ac", "ca", "db", "group"}) {
    through += flow(name).sent;
  }
  EXPECT_NEAR(static_cast<double>(node("s").entity->ledger().in), static_cast<double>(through),
              0.01 * static_cast<double>(through));
}

// The first datagrams wait for ARP at whichever object they came to.
class HandoverWhileResolving : public HandoverTest, public ::testing::WithParamInterface<int> {};

TEST_P(HandoverWhileResolving, LosesNothingThatWaits) {
  run_to(96ms + GetParam() * 2ms);
  migrate("r", "h1");
  run_to(496ms + GetParam() * 2ms);
  expect_done("r", "h1", 3);
  migrate("r", "h6");
  run_to(990ms);
  expect_done("r", "h6", 3);
  for (const char* name : {"first1", "first2", "first3"}) {
    EXPECT_GE(flow(name).sent, 4U) << name;
    EXPECT_EQ(flow(name).received, flow(name).sent) << name;
  }
  expect_balanced();
}

INSTANTIATE_TEST_SUITE_P(At, HandoverWhileResolving, ::testing::Range(0, 30));

TEST_F(HandoverTest, MovesGoOneAfterAnother) {
  run_to(1500ms);
  migrate("s", "h6");
  migrate("r", "h6");
  migrate("s2", "h1");
  EXPECT_TRUE(network_.moving(node("s2")));
  run_to(2500ms);
  expect_done("s", "h6", 3);
  expect_done("r", "h6", 3);
  expect_done("s2", "h1", 2);
  run_to(5s);
  expect_all_well();
}

TEST_F(HandoverTest, ASecondMoveOfTheSameEntityFollowsTheFirst) {
  run_to(1500ms);
  migrate("s", "h6");
  run_to(1500ms + 3 * Handover::kPause);
  migrate("s", "h1");
  migrate("s", "h3");  // in the place of the one before
  run_to(2500ms);
  expect_done("s", "h3", 3);
  run_to(5s);
  expect_all_well();
}

TEST_F(HandoverTest, WithoutAWayBetweenItsHostsNothingIsHandedOver) {
  run_to(1500ms);
  migrate("s", "h2");  // where it is
  EXPECT_FALSE(network_.moving(node("s")));
  EXPECT_FALSE(node("s").last_move);
  network_.migrate(node("s"), host("h6"), 10ms);  // with a downtime
  EXPECT_FALSE(network_.moving(node("s")));
  EXPECT_EQ(std::get<HostId>(node("s").place), host("h6"));
}

// ---- changes in the middle: at each step

class HandoverMet : public HandoverTest, public ::testing::WithParamInterface<int> {
 protected:
  void begin(const std::string& entity = "s") {
    run_to(2s);
    migrate(entity, "h6");
    run_to(2s + GetParam() * Handover::kPause);
  }
};

TEST_P(HandoverMet, ALinkThatGoesTakesOnlyItsOwnFrames) {
  begin();
  network_.disconnect(*node("b").nics.front().link);
  expect_balanced();
  run_to(5s);
  EXPECT_FALSE(network_.moving(node("s")));
  EXPECT_EQ(std::get<HostId>(node("s").place), host("h6"));
  for (const char* name : {"ac", "ca", "cd"}) {
    EXPECT_EQ(flow(name).received, flow(name).sent) << name;
  }
  EXPECT_LT(flow("ab").received, flow("ab").sent);
  expect_balanced();
}

TEST_P(HandoverMet, ALinkThatIsAddedLeadsToTheNewHost) {
  begin();
  Node& fresh = network_.add_vhost(node("s").network, "fresh", host("h5"));
  Nic& nic = network_.add_nic(fresh, {"eth0", std::nullopt, *Ipv4Interface::parse("10.0.1.9/24")});
  const VirtualLink& link =
      network_.connect(fresh, &nic, node("s"), nullptr, std::make_shared<const LinkSpec>());
  EXPECT_EQ(underlay_.ways.at({&link, 0})->to, host("h6"));
  run_to(5s);
  expect_all_well();
}

TEST_P(HandoverMet, ALinkMayBeReconfigured) {
  begin();
  auto spec = std::make_shared<LinkSpec>();
  spec->a_to_b.delay = ConstantDelay{3ms};
  spec->b_to_a.delay = ConstantDelay{3ms};
  network_.configure(*node("a").nics.front().link, spec);
  run_to(5s);
  expect_done("s", "h6", 3);
  expect_all_well();
}

TEST_P(HandoverMet, ARemovedEntityIsGone) {
  begin();
  network_.remove(node("s"));
  EXPECT_EQ(builder_.find("s"), nullptr);
  expect_balanced();
  run_to(5s);
  EXPECT_EQ(flow("cd").received, flow("cd").sent);
  expect_balanced();
}

TEST_P(HandoverMet, ACaptureSeesEveryFrameOnce) {
  begin();
  std::ostringstream file;
  PcapngWriter writer(file, "test");
  Node& s = node("s");
  const VirtualLink& link = *node("a").nics.front().link;
  const Nic nic = s.nic_at(link.ends[link.ends[0].node == &s ? 0 : 1].port);
  const auto passed = [&] {
    const Ledger& books = node("a").entity->ledger();
    return static_cast<double>(books.in + books.out);
  };
  const double before = passed();
  network_.capture(s, nic.port, writer);
  run_to(2600ms);
  network_.end_capture(s, nic.port);
  const double expected = passed() - before;
  writer.close(kernel_.now());
  // What a sent and what it was sent in 600 ms: each packet is a block of type 6.
  std::size_t packets = 0;
  const std::string bytes = file.str();
  for (std::size_t at = 0; at + 8 <= bytes.size();) {
    std::uint32_t type = 0;
    std::uint32_t length = 0;
    std::memcpy(&type, bytes.data() + at, 4);
    std::memcpy(&length, bytes.data() + at + 4, 4);
    packets += type == 6 ? 1 : 0;
    at += length;
  }
  EXPECT_NEAR(static_cast<double>(packets), expected, 0.02 * expected);
  run_to(5s);
  expect_all_well();
}

// As a jetway is.
TEST_P(HandoverMet, WhatIsPluggedInFromOutsideFollows) {
  struct Outside final : FrameSink {
    void receive(PortIndex, std::span<Frame> burst, TimePoint) override {
      ledger.in += burst.size();
      for (Frame& frame : burst) {
        ledger.consume(std::move(frame));
      }
    }
    Ledger ledger;
  };
  Outside outside;
  run_to(1900ms);
  Node& s = node("s");
  Entrance& entrance = network_.entrance(s);
  const PortIndex port = s.vswitch().connect();
  s.vswitch().plug(port, {&outside, PortIndex{0}});
  begin();
  const MacAddress mine = MacAddress::local(0xabc);
  const auto send = [&](MacAddress to, MacAddress from, FrameSink& into, PortIndex at) {
    Frame frame = kernel_.frames().make(64);
    wire::EthernetHeader{.destination = to, .source = from, .tag = {}}.serialize(frame.writable());
    into.receive(at, {&frame, 1}, kernel_.now());
  };
  // It speaks, then is spoken to: at once, and after the move.
  send(MacAddress::broadcast(), mine, entrance, port);
  const Node& a = node("a");
  VirtualLink& cable = *a.nics.front().link;
  Link& from_a = cable.direction(cable.begins_at(a, a.nics.front().port) ? 0 : 1);
  for (const Duration after : {1ms, 500ms, 1000ms}) {
    const TimePoint when = kRunStart + 2s + GetParam() * Handover::kPause + after;
    kernel_.run_until(when);
    const auto before = outside.ledger.in;
    send(mine, a.nics.front().mac, from_a, PortIndex{0});
    kernel_.run_until(when + 100ms);
    EXPECT_EQ(outside.ledger.in, before + 1);
  }
  EXPECT_FALSE(entrance.life().expired());
  const auto life = entrance.life();
  s.vswitch().disconnect(port);
  run_to(5s);
  for (const FlowResult& result : steady_flows()) {
    EXPECT_EQ(result.received, result.sent) << result.name;
  }
  network_.remove(s);
  EXPECT_TRUE(life.expired());
}

TEST_P(HandoverMet, WhenTheOldHostFailsTheMoveEndsOneWayOrTheOther) {
  begin();
  network_.fail_host(host("h2"));
  EXPECT_FALSE(network_.moving(node("s")));
  expect_balanced();
  const bool had_moved = std::get<HostId>(node("s").place) == host("h6");
  EXPECT_EQ(node("s").up(), had_moved);
  EXPECT_EQ(node("s").last_move->done, had_moved);
  run_to(3s);
  const auto before = flow("ab").received;
  run_to(3500ms);
  EXPECT_EQ(flow("ab").received > before, had_moved);
  network_.restore_host(host("h2"));
  run_to(3600ms);
  const auto restored = flow("ab").received;
  run_to(5s);
  EXPECT_GT(flow("ab").received, restored);
  EXPECT_EQ(flow("ab").duplicated, 0U);
  expect_balanced();
}

TEST_P(HandoverMet, WhenTheNewHostFailsBeforeThereIsASuccessorTheEntityStays) {
  begin();
  const bool had_moved = std::get<HostId>(node("s").place) == host("h6");
  network_.fail_host(host("h6"));
  EXPECT_FALSE(network_.moving(node("s")));
  EXPECT_EQ(node("s").up(), !had_moved);
  run_to(5s);
  EXPECT_EQ(flow("ab").duplicated, 0U);
  if (!had_moved) {  // what was in the relay is lost
    EXPECT_GE(flow("ab").received + 50, flow("ab").sent);
  }
  expect_balanced();
}

TEST_P(HandoverMet, ARouterThatGetsAnotherAddressGoesOn) {
  begin("r");
  network_.readdress(node("r"), "eth2", *Ipv4Interface::parse("10.0.3.9/24"));
  run_to(5s);
  for (const char* name : {"ab", "ac", "ca"}) {
    EXPECT_EQ(flow(name).received, flow(name).sent) << name;
  }
  expect_balanced();
}

TEST_P(HandoverMet, TheNetworkMayEnd) { begin(); }

INSTANTIATE_TEST_SUITE_P(AtStep, HandoverMet, ::testing::Range(0, 12));

// ---- an underlay that loses

TEST_F(HandoverTest, WithoutItsMarkersItEndsAllTheSame) {
  underlay_.loses = [](const Frame& frame) {
    return frame.size() == Bytes{60} && frame.bytes()[12] == 0x88 && frame.bytes()[13] == 0xb5;
  };
  run_to(2s);
  migrate("s", "h6");
  run_to(2500ms);
  EXPECT_TRUE(network_.moving(node("s")));  // it drains
  EXPECT_EQ(std::get<HostId>(node("s").place), host("h6"));
  run_to(2s + Handover::kDrain + 10ms);
  EXPECT_FALSE(network_.moving(node("s")));
  EXPECT_FALSE(node("s").last_move->in_order);
  run_to(5s);
  for (const FlowResult& result : steady_flows()) {
    EXPECT_EQ(result.received, result.sent) << result.name;
    EXPECT_EQ(result.duplicated, 0U) << result.name;
  }
  expect_balanced();
}

TEST_F(HandoverTest, AnyRandomLossIsAllThatIsLost) {
  std::uint64_t lost = 0;
  underlay_.loses = [&, draws = std::mt19937(7)](const Frame& frame) mutable {
    // Of what goes to a group, several may miss one frame. In the relay there is a label in front.
    const std::size_t address = frame.bytes()[0] == 0 ? 8 : 0;
    const bool is_group = (frame.bytes()[address] & 1) != 0;
    const bool is_lost = frame.size() > Bytes{100} && !is_group && draws() % 50 == 0;
    lost += is_lost ? 1 : 0;
    return is_lost;
  };
  run_to(2s);
  migrate("s", "h6");
  run_to(2500ms);
  migrate("r", "h1");
  run_to(5s);
  std::uint64_t missing = 0;
  for (const FlowResult& result : steady_flows()) {
    missing += result.sent - result.received;
  }
  EXPECT_EQ(missing, lost);
  EXPECT_GT(lost, 1000U);
  expect_balanced();
}

}  // namespace
}  // namespace violin
