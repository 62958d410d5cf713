#include "datapath/agent/metered_ports.h"

#include "datapath/agent/live_network.h"
#include "tests/scenarios/running.h"

namespace violin {
namespace {

using namespace std::chrono_literals;

constexpr const char* kTwoHosts = R"(
name: metered
duration: 10s
substrate: {pairs: {default_rtt: 20ms}, hosts: [{name: h1}, {name: h2}, {name: h3}]}
violins:
  - name: v
    default_link: {rate: 10Mbit/s, loss: 1%, jitter: 3ms}
    vswitches: [{name: s, host: h2}]
    vhosts:
      - {name: a, host: h1, nics: [{address: 10.0.0.1/24, to: s}]}
      - {name: b, host: h3, nics: [{address: 10.0.0.2/24, to: s}]}
      - {name: c, host: h3, nics: [{address: 10.0.0.3/24, to: s}]}
traffic:
  - {name: voice, from: a, to: b, start: 1s, stop: 9s, cbr: {rate: 640kbit/s, size: 160B}}
  - {name: ping, from: a, to: b, stop: 9s, ping: {interval: 1s}}
)";

class MeteredPortsTest : public ::testing::Test {
 protected:
  MeteredPortsTest() : network_(parse_yaml(kTwoHosts), {}) {
    voice_ = meter_.add({wire::IpProtocol::kUdp,
                         {Ipv4Address(10, 0, 0, 1)},
                         Ipv4Address(10, 0, 0, 2),
                         std::nullopt});
  }
  std::vector<Node*> nodes() {
    return {network_.builder().find("a"), network_.builder().find("b"),
            network_.builder().find("c")};
  }
  FlowResult voice() const { return flow_of(network_.result(), "voice"); }

  FlowMeter meter_;
  LiveNetwork network_;
  std::size_t voice_ = 0;
};

// Addresses are known (ping), so that the way from port to port is all of the way.
TEST_F(MeteredPortsTest, TellWhatTheFlowsOwnApplicationsMeasured) {
  const MeteredPorts ports(network_.network(), nodes(), meter_, MeteredPorts::Clock::kKernel);
  network_.kernel().run_until(kRunStart + 10s);
  const FlowMeasure measure = meter_.measure(voice_);
  const FlowResult flow = voice();
  EXPECT_GT(measure.arrived, 3000U);
  EXPECT_EQ(measure.sent + measure.before_first, flow.sent);
  EXPECT_EQ(measure.arrived, flow.received);
  EXPECT_EQ(measure.delay.min(), flow.delay.min());
  EXPECT_EQ(measure.delay.max(), flow.delay.max());
  EXPECT_EQ(measure.delay.quantile(0.5), flow.delay.quantile(0.5));
}

TEST_F(MeteredPortsTest, ChangeNothingOfWhatHappens) {
  LiveNetwork other(parse_yaml(kTwoHosts), {});
  other.kernel().run_until(kRunStart + 5s);
  {
    const MeteredPorts ports(network_.network(), nodes(), meter_, MeteredPorts::Clock::kKernel);
    network_.kernel().run_until(kRunStart + 5s);
  }
  EXPECT_EQ(network_.network().fingerprint(), other.network().fingerprint());
}

TEST_F(MeteredPortsTest, SeeNothingOnceTheyAreGone) {
  {
    const MeteredPorts ports(network_.network(), nodes(), meter_, MeteredPorts::Clock::kKernel);
    network_.kernel().run_until(kRunStart + 2s);
  }
  const std::uint64_t arrived = meter_.measure(voice_).arrived;
  EXPECT_GT(arrived, 0U);
  network_.kernel().run_until(kRunStart + 3s);
  EXPECT_EQ(meter_.measure(voice_).arrived, arrived);
}

}  // namespace
}  // namespace violin
