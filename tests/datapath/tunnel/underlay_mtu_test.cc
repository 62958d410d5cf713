// The segment tunnel over an underlay whose MTU is smaller than a guest's frames, somewhere on the
// way: root's network namespaces and a kernel that routes between them.
#include <gtest/gtest.h>

#include "datapath/tunnel/segment_tunnel.h"
#include "models/app/ping.h"
#include "models/vhost/vhost.h"
#include "tests/datapath/net_namespace.h"
#include "tests/datapath/tunnel/live_world.h"

namespace violin {
namespace {

using namespace std::chrono_literals;

//   left 10.1.0.2 --1500-- 10.1.0.1 router 10.2.0.1 --1400-- 10.2.0.2 right
class UnderlayMtu : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const NetNamespace* space : {&router_, &left_, &right_}) {
      if (!space->present()) {
        GTEST_SKIP() << space->why_absent();
      }
    }
    const auto side = [](const std::string& subnet) {
      return "ip address add " + subnet + ".2/24 dev underlay && ip link set underlay up" +
             " && ip route add default via " + subnet + ".1";
    };
    if (!router_.run("ip link add left type veth peer name underlay netns " + left_.name() +
                     " && ip link add right type veth peer name underlay netns " + right_.name() +
                     " && ip address add 10.1.0.1/24 dev left && ip link set left up" +
                     " && ip address add 10.2.0.1/24 dev right && ip link set right up" +
                     " && echo 1 >/proc/sys/net/ipv4/ip_forward") ||
        !left_.run(side("10.1.0")) || !right_.run(side("10.2.0")) || !set_mtu(1400)) {
      GTEST_SKIP() << "no veth here";
    }
    left_end_ = endpoint(left_, "left", Ipv4Address(10, 1, 0, 2));
    right_end_ = endpoint(right_, "right", Ipv4Address(10, 2, 0, 2));
    left_tunnel_ = &left_end_->connect("left", options(*right_end_));
    right_tunnel_ = &right_end_->connect("right", options(*left_end_));
    plug(left_host_, left_tunnel_->open(ChannelId{7}, "left/7"));
    plug(right_host_, right_tunnel_->open(ChannelId{7}, "right/7"));
  }
  // Of the far link; left does not see it.
  bool set_mtu(int mtu) {
    const std::string size = std::to_string(mtu);
    return router_.run("ip link set right mtu " + size) &&
           right_.run("ip link set underlay mtu " + size);
  }
  std::unique_ptr<SegmentEndpoint> endpoint(const NetNamespace& space, const std::string& name,
                                            Ipv4Address address) {
    const auto inside = space.enter();
    return std::make_unique<SegmentEndpoint>(world_.kernel, *world_.reactor, name,
                                             UdpAddress{address, 0});
  }
  static SegmentTunnelOptions options(const SegmentEndpoint& peer) {
    return {.id = 1,
            .peer = peer.local(),
            .send_token = 5,
            .receive_token = 5,
            .keep_alive = 100ms,
            .path_mtu = {}};
  }
  static void plug(VHost& host, SegmentChannel& channel) {
    channel.connect({&host, PortIndex{}});
    host.plug(PortIndex{}, {&channel, PortIndex{}});
  }
  bool both_use(std::size_t segment_size) {
    const bool they_do = world_.run_until([&] {
      return left_tunnel_->statistics().segment_size == segment_size &&
             right_tunnel_->statistics().segment_size == segment_size;
    });
    EXPECT_TRUE(they_do) << left_tunnel_->statistics().segment_size << " and "
                         << right_tunnel_->statistics().segment_size;
    return they_do;
  }
  // Full-size frames that must not be fragmented: ping -s 1472 -M do.
  bool ping_with_full_frames(const char* name) {
    Ping ping(left_host_, {name, "left", "right"},
              {.destination = Ipv4Address(192, 168, 9, 2),
               .interval = 5ms,
               .count = 20,
               .size = 1472,
               .options = {.dont_fragment = true}});
    ping.start(world_.kernel.now());
    world_.run_until([&] { return ping.result().received == 20; });
    EXPECT_EQ(ping.result().errors, 0U);
    return ping.result().received == 20;
  }

  NetNamespace router_;
  NetNamespace left_;
  NetNamespace right_;
  LiveWorld world_;
  VHost left_host_{world_.kernel, "left-host"};
  VHost right_host_{world_.kernel, "right-host"};
  PortIndex left_port_ = left_host_.add_vnic(
      {.name = "eth0", .mac = MacAddress::local(1), .address = {Ipv4Address(192, 168, 9, 1), 24}});
  PortIndex right_port_ = right_host_.add_vnic(
      {.name = "eth0", .mac = MacAddress::local(2), .address = {Ipv4Address(192, 168, 9, 2), 24}});
  std::unique_ptr<SegmentEndpoint> left_end_;
  std::unique_ptr<SegmentEndpoint> right_end_;
  SegmentTunnel* left_tunnel_ = nullptr;
  SegmentTunnel* right_tunnel_ = nullptr;
};

TEST_F(UnderlayMtu, AGuestsFullSizeFramesCrossWholeAndUnseen) {
  EXPECT_TRUE(ping_with_full_frames("before the path MTU is known"));
  ASSERT_TRUE(both_use(1400 - 28));
  EXPECT_TRUE(ping_with_full_frames("after"));
  EXPECT_EQ(left_tunnel_->statistics().received.lost, 0U);
}

TEST_F(UnderlayMtu, APathThatNarrowsIsNoticedByWhatDoesNotArrive) {
  ASSERT_TRUE(both_use(1400 - 28));
  ASSERT_TRUE(set_mtu(1280));
  // Sends all the time, in both directions.
  Ping load(left_host_, {"load", "left", "right"},
            {.destination = Ipv4Address(192, 168, 9, 2),
             .interval = 5ms,
             .count = {},
             .size = 1472,
             .options = {}});
  load.start(world_.kernel.now());
  ASSERT_TRUE(both_use(1280 - 28));
  load.stop(world_.kernel.now());
  EXPECT_TRUE(ping_with_full_frames("after"));
}

}  // namespace
}  // namespace violin
