#include "datapath/agent/fidelity.h"

#include <unistd.h>

#include "tests/scenarios/running.h"

namespace violin {
namespace {

using namespace std::chrono_literals;

constexpr const char* kShort = R"(
name: short
duration: 2s
substrate: {pairs: {default_rtt: 20ms}, hosts: [{name: h1}, {name: h2}, {name: h3}]}
violins:
  - name: v
    default_link: {rate: 10Mbit/s}
    vswitches: [{name: s, host: h2}]
    vhosts:
      - {name: a, host: h1, nics: [{address: 10.0.0.1/24, to: s}]}
      - {name: b, host: h3, nics: [{address: 10.0.0.2/24, to: s}]}
traffic:
  - {name: voice, from: a, to: b, start: 200ms, stop: 1800ms, cbr: {rate: 640kbit/s, size: 160B}}
  - {name: ping, from: b, to: a, ping: {interval: 50ms}}
)";

TEST(FidelityTest, TellsBothRunsOfEachFlow) {
  const Fidelity fidelity =
      compare_live_with_simulated(parse_yaml(kShort), {}, {}, [](double) { return true; });
  ASSERT_EQ(fidelity.flows.size(), 2U);
  const FlowFidelity& voice = fidelity.flows[0];
  EXPECT_EQ(voice.simulated.name, "voice");
  EXPECT_GT(voice.live.received, 500U);
  // Two paths of 10 ms and two links of 10 Mbit/s: no run can be faster.
  EXPECT_GE(*voice.live.delay_p50_s, 0.0198);
  EXPECT_NEAR(*voice.simulated.delay_p50_s, 0.0203, 0.0005);
  ASSERT_TRUE(voice.median_difference.has_value());
  EXPECT_TRUE(fidelity.flows[1].round_trip);
  EXPECT_GT(fidelity.punctuality.departures, 1000U);
}

constexpr const char* kWithGuests = R"(
name: guests
duration: 6s
substrate: {pairs: {default_rtt: 20ms}, hosts: [{name: h1}, {name: h2}, {name: h3}]}
violins:
  - name: v
    default_link: {rate: 10Mbit/s}
    vswitches: [{name: s, host: h2}]
    vhosts:
      - {name: a, host: h1, nics: [{address: 10.0.0.1/24, to: s}]}
      - {name: b, host: h3, nics: [{address: 10.0.0.2/24, to: s}]}
traffic:
  - {name: voice, from: a, to: b, start: 0s, stop: 2s, cbr: {rate: 640kbit/s, size: 160B}}
  - {name: copy, from: b, to: a, start: 3s, bulk: {bytes: 500kB}}
  - {name: web, from: a, to: b, request_response: {request: 100B, response: 1kB}}
)";

// What runs in guests is Linux's, so only what no run can undercut is expected of it.
TEST(FidelityTest, MeasuresDelayLossAndGoodputOfGuestsAtTheirPorts) {
  const StationOptions stations;
  for (const char* needed : {stations.kernel.c_str(), "/usr/bin/iperf3"}) {
    if (::access(needed, X_OK) != 0) {
      GTEST_SKIP() << needed << " is not installed";
    }
  }
  const Fidelity fidelity = compare_guests_with_simulated(parse_yaml(kWithGuests), {}, stations, {},
                                                          [](const std::string&) {});
  ASSERT_EQ(fidelity.warnings.size(), 1U) << fidelity.warnings.back();
  EXPECT_NE(fidelity.warnings[0].find("web"), std::string::npos);
  ASSERT_EQ(fidelity.flows.size(), 2U);
  const FlowFidelity& voice = fidelity.flows[0];
  EXPECT_GT(voice.live.received, 900U);
  EXPECT_GE(*voice.live.delay_p50_s, 0.0198);
  EXPECT_NEAR(*voice.simulated.delay_p50_s, 0.0203, 0.0005);
  const FlowFidelity& copy = fidelity.flows[1];
  EXPECT_GT(copy.live_at_ports->sent, 100U);  // iperf3 ends before all of it has arrived
  EXPECT_GT(copy.live.goodput_bps, 0);
  EXPECT_LT(copy.live.goodput_bps, 10e6);
  EXPECT_GE(*copy.live.delay_p50_s, 0.0198);
}

TEST(FidelityTest, EndsEarlyOnRequest) {
  const auto begun = std::chrono::steady_clock::now();
  const Fidelity fidelity = compare_live_with_simulated(parse_yaml(kShort), {}, {},
                                                        [](double share) { return share < 0.1; });
  EXPECT_LT(fidelity.live.duration, 2s);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 10s);
}

}  // namespace
}  // namespace violin
