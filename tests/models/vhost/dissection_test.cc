// What hosts say to each other, as tshark reads it.
#include <gtest/gtest.h>

#include <sstream>

#include "core/pcapng.h"
#include "models/entity/capture_tap.h"
#include "models/vhost/echo_socket.h"
#include "models/vhost/tunnel_port.h"
#include "tests/core/tshark.h"
#include "tests/models/vhost/testbed.h"

namespace violin {
namespace {

using namespace testbed;

struct NoEcho final : EchoReceiver {
  void on_echo_reply(const EchoReply& /*reply*/, TimePoint /*now*/) override {}
};

// Everything that either host sends is captured.
struct TappedHosts : TwoHosts {
  TappedHosts() : TwoHosts(1ms) {
    const auto interface = writer.add_interface({"cable", "", std::nullopt});
    using Direction = PcapngWriter::Direction;
    a_tap.emplace(writer, interface, Direction::kOutbound, *a_to_b);
    b_tap.emplace(writer, interface, Direction::kInbound, *b_to_a);
    a.plug(a_port, {&*a_tap, {}});
    b.plug(b_port, {&*b_tap, {}});
  }
  std::string capture() {
    kernel.run();
    writer.close(kernel.now());
    return out.str();
  }

  std::ostringstream out;
  PcapngWriter writer{out, "test"};
  std::optional<CaptureTap> a_tap;
  std::optional<CaptureTap> b_tap;
};

TEST(VHostOnTheWire, IsDissectedByTsharkWithoutAComplaint) {
  if (!Tshark::present()) {
    GTEST_SKIP() << "tshark is missing: apt-get install tshark";
  }
  TappedHosts net;
  UdpRecorder receiver;
  NoEcho nobody;
  UdpSocket server(net.b, receiver, 5001);
  UdpSocket client(net.a, receiver);
  EchoSocket echo(net.a, nobody);
  const auto send = [&](std::uint16_t port, std::size_t size) {
    client.send_to(ip("10.0.0.2"), port, bytes(net.kernel, std::vector<std::uint8_t>(size, 7)),
                   net.kernel.now());
    net.kernel.run();
  };
  send(5001, 100);   // the long way, after ARP
  send(5001, 100);   // by the path
  send(5002, 100);   // nobody listens
  send(5001, 3000);  // in three fragments
  echo.send(ip("10.0.0.2"), 1, bytes(net.kernel, {1, 2, 3, 4}), net.kernel.now());
  const Tshark tshark(net.capture());
  const std::vector<std::string> expected = {
      "eth:ethertype:arp||",           "eth:ethertype:arp||",
      "eth:ethertype:ip:udp:data||",   "eth:ethertype:ip:udp:data||",
      "eth:ethertype:ip:udp:data||",   "eth:ethertype:ip:icmp:ip:udp:data|3|",
      "eth:ethertype:ip:data||",       "eth:ethertype:ip:data||",
      "eth:ethertype:ip:udp:data||",   "eth:ethertype:ip:icmp:data|8|",
      "eth:ethertype:ip:icmp:data|0|",
  };
  EXPECT_EQ(tshark.fields({"frame.protocols", "icmp.type", "_ws.expert.severity"}), expected);
}

TEST(TunnelPort, IsDissectedByTsharkDownToTheInnerFrame) {
  if (!Tshark::present()) {
    GTEST_SKIP() << "tshark is missing: apt-get install tshark";
  }
  TappedHosts net;
  TunnelEndpoint a_end(net.kernel, "a/tunnels", net.a);
  TunnelEndpoint b_end(net.kernel, "b/tunnels", net.b);
  TunnelPort a_tunnel(net.kernel, "a/tunnel", a_end, ip("10.0.0.2"), 4660);
  TunnelPort b_tunnel(net.kernel, "b/tunnel", b_end, ip("10.0.0.1"), 4660);
  std::ignore = net.a.neighbors(net.a_port).add_static(ip("10.0.0.2"), MacAddress::local(2));
  Frame inner = Datagram{.source = ip("10.0.0.1"), .destination = ip("10.0.0.2")}.frame(
      net.kernel, udp_segment(40001, 40002, {1, 2, 3}, ip("10.0.0.1"), ip("10.0.0.2")));
  a_tunnel.receive({}, {&inner, 1}, net.kernel.now());
  const Tshark tshark(net.capture());
  EXPECT_EQ(tshark.fields({"frame.protocols", "vxlan.vni", "udp.dstport", "_ws.expert.severity"}),
            (std::vector<std::string>{
                "eth:ethertype:ip:udp:vxlan:eth:ethertype:ip:udp:data|4660|4789,40002|"}));
}

}  // namespace
}  // namespace violin
