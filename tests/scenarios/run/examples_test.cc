// The examples that the scenarios folder comes with: what each of them is there to show.
#include <cmath>
#include <fstream>
#include <numbers>
#include <sstream>

#include "scenarios/load/paths.h"
#include "tests/core/tshark.h"
#include "tests/scenarios/running.h"

namespace violin {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

RunResult run_example(const std::string& name, std::uint64_t seed = 1) {
  RunOptions options;
  options.seed = seed;
  return run(load_example(name), options);
}

std::string bytes_of(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

// Skips the test without the measured data.
class Example : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    if (std::string(GetParam()) == "planetlab490" &&
        scenario::data_directory(example_file("planetlab490").parent_path()).empty()) {
      GTEST_SKIP() << "no measured data; set VIOLIN_DATA";
    }
  }
};

TEST_P(Example, BalancesItsBooksAndRepeatsItselfBitByBit) {
  const RunResult first = run_example(GetParam());
  const RunResult second = run_example(GetParam());
  EXPECT_TRUE(first.ledger.balanced);
  EXPECT_THAT(first.ledger.unbalanced, IsEmpty());
  EXPECT_EQ(first.ledger.in, first.ledger.out + first.ledger.queued + total_of(first.ledger.drops));
  EXPECT_THAT(first.warnings, IsEmpty());
  EXPECT_EQ(first.fingerprint, second.fingerprint);
  EXPECT_EQ(first.events, second.events);
}

TEST_P(Example, CarriesTrafficInEveryFlowThatHasAnEnd) {
  for (const FlowResult& flow : run_example(GetParam()).flows) {
    if (flow.name != "red-finds-nobody") {
      EXPECT_GT(flow.received, 0U) << flow.name;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, Example,
                         ::testing::Values("figure2", "ring", "isolation", "recursive",
                                           "planetlab490"),
                         [](const auto& test) { return std::string(test.param); });

class SeededExample : public Example {};

TEST_P(SeededExample, FollowsItsSeed) {
  EXPECT_NE(run_example(GetParam(), 1).fingerprint, run_example(GetParam(), 2).fingerprint);
}

// Those with loss, jitter or placement that is drawn.
INSTANTIATE_TEST_SUITE_P(All, SeededExample, ::testing::Values("figure2", "planetlab490"),
                         [](const auto& test) { return std::string(test.param); });

// ---- figure2

TEST(Figure2, TracerouteFromVHost1ToVHost3SeesVRouter1Only) {
  EXPECT_THAT(hops_of(run_example("figure2"), "traceroute"), ElementsAre("vRouter1", "vHost3"));
}

// As written in the example.
struct City {
  double latitude;
  double longitude;
  double up_bps = 100e6;
};
constexpr City kPrinceton{40.3503, -74.6527};
constexpr City kCornell{42.4448, -76.4808};
constexpr City kPurdue{40.4274, -86.9169};
constexpr City kWashington{47.6533, -122.3058};
constexpr City kStanford{37.4300, -122.1733, 50e6};

// Great circle at 200 km/ms, times 1.6, and 300 us at either end.
double path_seconds(const City& a, const City& b) {
  constexpr double kEarthRadiusKm = 6371.0088;
  constexpr double kDegree = std::numbers::pi / 180;
  const double sin_lat = std::sin((b.latitude - a.latitude) * kDegree / 2);
  const double sin_lon = std::sin((b.longitude - a.longitude) * kDegree / 2);
  const double h = sin_lat * sin_lat + std::cos(a.latitude * kDegree) *
                                           std::cos(b.latitude * kDegree) * sin_lon * sin_lon;
  return 2 * kEarthRadiusKm * std::asin(std::sqrt(h)) / 200e3 * 1.6 + 2 * 300e-6;
}

// Over one virtual link: 10 Mbit/s, the sender's access, the path, 100 Mbit/s in, 50 kframes/s.
double link_seconds(const City& from, const City& to, double frame_bytes) {
  const double bits = frame_bytes * 8;
  return bits / 10e6 + bits / from.up_bps + path_seconds(from, to) + bits / 100e6 + 1 / 50e3;
}

TEST(Figure2, PingTakesTheDelaysAndSerialisationTimesOfItsWay) {
  scenario::LoadedScenario quiet = load_example("figure2");
  const scenario::Flow ping = quiet.message.traffic(0);
  ASSERT_EQ(ping.name(), "ping");
  quiet.message.clear_traffic();
  for (const auto& [name, start] : {std::pair("arp", "0s"), std::pair("ping", "5s")}) {
    scenario::Flow& flow = *quiet.message.add_traffic() = ping;
    flow.set_name(name);
    flow.set_start(start);
    flow.mutable_ping()->set_count(3);
  }
  const FlowResult result = flow_of(run(quiet), "ping");

  constexpr double kFrame = 14 + 20 + 8 + 56;  // Ethernet, IPv4, ICMP, ping's data
  const std::array way = {kPrinceton, kCornell, kPurdue, kStanford, kWashington};
  double expected = 0;
  for (std::size_t i = 0; i + 1 < way.size(); ++i) {
    expected += link_seconds(way[i], way[i + 1], kFrame) + link_seconds(way[i + 1], way[i], kFrame);
  }
  EXPECT_EQ(result.received, 3U);
  EXPECT_NEAR(*result.delay_mean_s, expected, 1e-6);
  EXPECT_NEAR(*result.delay_p50_s, expected, expected * 0.01);
}

TEST(Figure2, ItsCaptureOpensInTsharkWithoutAnExpertError) {
  if (!Tshark::present()) {
    GTEST_SKIP() << "tshark is missing: apt-get install tshark";
  }
  const TemporaryFolder folder;
  RunOptions options;
  options.folder = folder.path();
  const RunResult result = run(load_example("figure2"), options);
  ASSERT_THAT(result.captures, ElementsAre("vHost1.eth0.pcapng"));
  const Tshark tshark(bytes_of(folder.path() / result.captures.front()));
  std::uint64_t frames = 0;
  for (const std::string& line : tshark.fields({"frame.protocols", "_ws.expert.severity"})) {
    ++frames;
    EXPECT_TRUE(line.starts_with("eth:")) << line;
    // Severities are warning 6291456 and error 8388608; notes and chats are of TCP's life.
    EXPECT_EQ(line.find("8388608"), std::string::npos) << line;
  }
  const auto link = [&](const std::string& from) {
    return std::ranges::find(result.links, from, &LinkResult::from)->frames;
  };
  EXPECT_EQ(frames, link("violin1/vHost1.eth0") + link("violin1/vSwitch1.port1"));
}

// ---- isolation

TEST(Isolation, EachFlowReceivesItsOwnDatagramsOnly) {
  const RunResult result = run_example("isolation");
  // One way over host1 - host3 - host2, both with 1 Gbit/s and 20 kframes/s.
  const double propagation = 0.015 + 0.020;
  for (const auto& [name, rate, size] :
       {std::tuple("red-cbr", 2e6, 1000.0), std::tuple("blue-cbr", 1e6, 500.0)}) {
    const FlowResult& flow = flow_of(result, name);
    const double sent = rate / (size * 8) * 10 + 1;
    EXPECT_EQ(flow.sent, static_cast<std::uint64_t>(sent)) << name;
    EXPECT_EQ(flow.duplicated, 0U) << name;
    EXPECT_EQ(flow.bytes_received, flow.received * static_cast<std::uint64_t>(size)) << name;
    // Lost are those under way at the end and those that did not wait for ARP.
    EXPECT_GE(flow.received, flow.sent - 25) << name;
    EXPECT_NEAR(*flow.delay_p50_s, propagation, 0.001) << name;
  }
  // All but the one that leaves as the run ends.
  EXPECT_EQ(flow_of(result, "blue-ping").received, 50U);
}

TEST(Isolation, NobodyAnswersForTheOtherViolin) {
  const RunResult result = run_example("isolation");
  EXPECT_EQ(flow_of(result, "red-finds-nobody").sent, 3U);
  EXPECT_EQ(flow_of(result, "red-finds-nobody").received, 0U);
}

TEST(Isolation, AFlowMeasuresTheSameWithoutTheOtherViolin) {
  scenario::LoadedScenario both = load_example("isolation");
  both.message.mutable_substrate()->clear_default_host();  // hosts are shared only by name
  scenario::LoadedScenario red = both;
  red.message.mutable_violins()->RemoveLast();
  red.message.clear_traffic();
  for (const scenario::Flow& flow : both.message.traffic()) {
    if (flow.from().starts_with("red/")) {
      *red.message.add_traffic() = flow;
    }
  }
  const RunResult together = run(both);
  const RunResult alone = run(red);
  ASSERT_EQ(alone.flows.size(), 3U);
  for (const FlowResult& flow : alone.flows) {
    const FlowResult& other = flow_of(together, flow.name);
    EXPECT_EQ(flow.sent, other.sent) << flow.name;
    EXPECT_EQ(flow.received, other.received) << flow.name;
    EXPECT_EQ(flow.delay_mean_s, other.delay_mean_s) << flow.name;
  }
}

TEST(Isolation, ACaptureOfBlueHoldsNothingOfRed) {
  if (!Tshark::present()) {
    GTEST_SKIP() << "tshark is missing: apt-get install tshark";
  }
  const TemporaryFolder folder;
  scenario::LoadedScenario isolation = load_example("isolation");
  isolation.message.add_captures()->set_nic("blue/vHost2.eth0");
  RunOptions options;
  options.folder = folder.path();
  const RunResult result = run(isolation, options);
  const Tshark tshark(bytes_of(folder.path() / result.captures.at(0)));
  std::uint64_t datagrams = 0;
  // UDP lengths: 508 is blue's; red's are 1008, and 208 of its broadcasts.
  for (const std::string& line : tshark.fields({"udp.length"})) {
    EXPECT_TRUE(line.empty() || line == "508") << line;
    datagrams += line == "508" ? 1 : 0;
  }
  EXPECT_EQ(datagrams, flow_of(result, "blue-cbr").received);
}

// ---- recursive

TEST(Recursive, UppersFramesAreThePayloadOfLowers) {
  if (!Tshark::present()) {
    GTEST_SKIP() << "tshark is missing: apt-get install tshark";
  }
  const TemporaryFolder folder;
  RunOptions options;
  options.folder = folder.path();
  const RunResult result = run(load_example("recursive"), options);
  const Tshark lower(bytes_of(folder.path() / "vHost1.eth0.pcapng"));
  std::uint64_t carried = 0;
  for (const std::string& line :
       lower.fields({"frame.protocols", "udp.dstport", "_ws.expert.severity"})) {
    EXPECT_EQ(line.find("8388608"), std::string::npos) << line;
    const bool vxlan = line.find("vxlan:eth") != std::string::npos;
    EXPECT_EQ(vxlan, line.find("|4789") != std::string::npos) << line;
    carried += vxlan && line.find("udp:data") != std::string::npos ? 1 : 0;
  }
  const FlowResult& cbr = flow_of(result, "upper-cbr");
  EXPECT_EQ(cbr.sent, 1251U);  // 1 Mbit/s in 1000 B for 10 s, both ends included
  EXPECT_EQ(cbr.received, cbr.sent);
  EXPECT_EQ(carried, cbr.sent);  // of udp over ip over eth over vxlan over udp
}

TEST(Recursive, AFullSizeFrameOfUpperCrossesLowerInFragments) {
  scenario::LoadedScenario recursive = load_example("recursive");
  scenario::Flow& ping = *recursive.message.add_traffic();
  ping.set_name("full");
  ping.set_from("upper/left");
  ping.set_to("upper/right");
  ping.set_start("3s");
  ping.mutable_ping()->set_count(10);
  ping.mutable_ping()->set_size("1472B");  // fills 1500 bytes of IPv4
  const RunResult result = run(recursive);
  EXPECT_EQ(flow_of(result, "full").received, 10U);
  EXPECT_TRUE(result.ledger.balanced);
  EXPECT_EQ(count_of(result.ledger.drops, Drop::kOversize), 0U);
  EXPECT_EQ(count_of(result.ledger.drops, Drop::kFragmentationNeeded), 0U);
}

// ---- ring

TEST(Ring, TrafficThatAvoidsTheFailedHostGoesOn) {
  const RunResult result = run_example("ring");
  // 250 datagrams a second (1 Mbit/s of 500 B). A to C loses the second that routes take after the
  // cable is cut, and the 9 ms that were under way; at the end 13 ms are.
  const FlowResult& a_to_c = flow_of(result, "A-to-C");
  EXPECT_EQ(a_to_c.sent, 10'001U);
  EXPECT_NEAR(static_cast<double>(a_to_c.sent - a_to_c.received), 250 + 250 * 0.009 + 250 * 0.013,
              2);
}

TEST(Ring, TheFailedHostsOwnVHostIsCutOffUntilItIsBackAndRoutesAre) {
  const RunResult result = run_example("ring");
  const FlowResult& a_to_b = flow_of(result, "A-to-B");
  // From 10 s to 20 s, one more second until routes are back, and 7 ms at either end.
  EXPECT_NEAR(static_cast<double>(a_to_b.sent - a_to_b.received), 250 * (11 + 2 * 0.007), 2);
}

TEST(Ring, TheWayAroundHasOneMoreHop) {
  const RunResult result = run_example("ring");
  EXPECT_THAT(hops_of(result, "way-before"), ElementsAre("vRouter1", "vRouter3", "C"));
  EXPECT_THAT(hops_of(result, "way-after"), ElementsAre("vRouter1", "vRouter2", "vRouter3", "C"));
}

TEST(Ring, WhatIsLostIsToldByReasonAndEvent) {
  const RunResult result = run_example("ring");
  ASSERT_EQ(result.timeline.size(), 3U);
  const auto& failed = result.timeline[0].drops;
  // For the second of convergence frames run into the dead host: 250 of A, 10 pings of C.
  EXPECT_NEAR(static_cast<double>(count_of(failed, Drop::kHostDown)), 260, 3) << shown(failed);
  // Then there is no route, for 9 s.
  EXPECT_NEAR(static_cast<double>(count_of(failed, Drop::kNoRoute)), 9 * 260, 3) << shown(failed);
  const auto& restored = result.timeline[1].drops;
  EXPECT_NEAR(static_cast<double>(count_of(restored, Drop::kNoRoute)), 260, 3) << shown(restored);
  const auto& cut = result.timeline[2].drops;
  EXPECT_NEAR(static_cast<double>(count_of(cut, Drop::kLinkDown)), 252, 2) << shown(cut);
}

}  // namespace
}  // namespace violin
