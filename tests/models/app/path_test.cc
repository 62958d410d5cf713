// Applications across routers and cables, as in the paper's Figure 2: vHost1 and vHost3 on
// different vLANs, joined by vRouter1.
#include <gtest/gtest.h>

#include "models/app/ping.h"
#include "models/app/traceroute.h"
#include "models/app/udp_flow.h"
#include "models/link/cable.h"
#include "models/vhost/vhost.h"
#include "models/vrouter/vrouter.h"
#include "tests/models/vhost/testbed.h"

namespace violin {
namespace {

using namespace testbed;

PipeParameters after(Duration delay) {
  PipeParameters parameters;
  parameters.delay = ConstantDelay{delay};
  return parameters;
}

// a --5 ms-- r1 --10 ms-- r2 --5 ms-- b, the middle with an MTU of its own.
struct Chain {
  explicit Chain(std::uint32_t middle_mtu = 1500)
      : a_port(a.add_vnic(nic("eth0", 1, "10.1.0.2/24"))),
        b_port(b.add_vnic(nic("eth0", 2, "10.2.0.2/24"))),
        r1_left(r1.add_interface({"left", MacAddress::local(3), own("10.1.0.1/24")})),
        r1_right(r1.add_interface({"right", MacAddress::local(4), own("10.9.0.1/30"), middle_mtu})),
        r2_left(r2.add_interface({"left", MacAddress::local(5), own("10.9.0.2/30"), middle_mtu})),
        r2_right(r2.add_interface({"right", MacAddress::local(6), own("10.2.0.1/24")})),
        left(kernel, "left", {a, a_port}, {r1, r1_left}, after(5ms)),
        middle(kernel, "middle", {r1, r1_right}, {r2, r2_left}, after(10ms)),
        right(kernel, "right", {r2, r2_right}, {b, b_port}, after(5ms)) {
    a.set_default_gateway(ip("10.1.0.1"));
    b.set_default_gateway(ip("10.2.0.1"));
    r1.add_route(prefix("10.2.0.0/24"), ip("10.9.0.2"));
    r2.add_route(prefix("10.1.0.0/24"), ip("10.9.0.1"));
  }
  static Ipv4Interface own(std::string_view text) { return Ipv4Interface::parse(text).value(); }

  Kernel kernel;
  VHost a{kernel, "a"};
  VHost b{kernel, "b"};
  VRouter r1{kernel, "r1"};
  VRouter r2{kernel, "r2"};
  PortIndex a_port, b_port, r1_left, r1_right, r2_left, r2_right;
  Cable left, middle, right;
};

TEST(Traceroute, NamesTheRoutersOfARealPathAndTheDestination) {
  Chain net;
  TracerouteConfig config;
  config.destination = ip("10.2.0.2");
  Traceroute traceroute(net.a, {}, config);
  traceroute.start(net.kernel.now());
  net.kernel.run_until(at(10s));
  EXPECT_TRUE(traceroute.reached());
  ASSERT_EQ(traceroute.hops().size(), 3U);
  EXPECT_EQ(traceroute.hops()[0].address(), ip("10.1.0.1"));
  EXPECT_EQ(traceroute.hops()[1].address(), ip("10.9.0.2"));
  EXPECT_EQ(traceroute.hops()[2].address(), ip("10.2.0.2"));
  // With ARP resolved: twice the delay of the cables that were crossed.
  EXPECT_EQ(traceroute.hops()[0].queries[2].round_trip, 10ms);
  EXPECT_EQ(traceroute.hops()[1].queries[2].round_trip, 30ms);
  EXPECT_EQ(traceroute.hops()[2].queries[2].round_trip, 40ms);
}

TEST(Ping, AcrossRoutersTakesTwiceTheDelayOfThePath) {
  Chain net;
  PingConfig config;
  config.destination = ip("10.2.0.2");
  config.count = 5;
  Ping ping(net.a, {}, config);
  ping.start(net.kernel.now());
  net.kernel.run_until(at(10s));
  EXPECT_EQ(ping.result().received, 5U);
  EXPECT_EQ(ping.result().min, 40ms);
}

TEST(UdpFlow, IsFragmentedByARouterAndPutTogetherByTheHost) {
  Chain net(600);
  PingConfig config;
  config.destination = ip("10.2.0.2");
  config.count = 1;
  Ping ping(net.a, {}, config);  // so that every MAC is known
  ping.start(net.kernel.now());
  net.kernel.run_until(at(5s));
  UdpSource source(
      net.a, {}, {.flow = 1, .destination = ip("10.2.0.2"), .port = 5, .options = {}, .count = 50},
      std::make_unique<ConstantTraffic>(1400, 1ms));
  UdpSink sink(net.b, {}, 1, 5);
  const std::uint64_t before = net.b.ledger().in;
  source.start(net.kernel.now());
  net.kernel.run_until(at(10s));
  const FlowReport flow = join(source.report(net.kernel.now()), sink.report(net.kernel.now()));
  EXPECT_EQ(flow.received, 50U);
  EXPECT_EQ(flow.delay->max(), 20'000'000U);
  EXPECT_EQ(net.b.ledger().in - before, 150U);  // 1408 bytes in pieces of at most 576
  EXPECT_TRUE(net.b.ledger().balances(0));
}

TEST(VHost, LearnsThePathMtuFromARouter) {
  Chain net(600);
  UdpRecorder receiver;
  UdpSocket socket(net.a, receiver);
  socket.send_to(ip("10.2.0.2"), 5, bytes(net.kernel, {}, 1000), net.kernel.now(),
                 {.dont_fragment = true});
  net.kernel.run_until(at(1s));
  ASSERT_EQ(receiver.errors.size(), 1U);
  EXPECT_EQ(receiver.errors[0].problem,
            IcmpProblem::unreachable(wire::UnreachableCode::kFragmentationNeeded, 600));
  EXPECT_EQ(net.a.path_mtu(ip("10.2.0.2"), net.kernel.now()), 600U);
}

}  // namespace
}  // namespace violin
