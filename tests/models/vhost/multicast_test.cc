// Host groups: RFC 1112 sections 6 and 7.
#include <gtest/gtest.h>

#include "models/vhost/udp_socket.h"
#include "tests/models/vhost/testbed.h"

namespace violin {
namespace {

using namespace testbed;

constexpr MacAddress kGroupMac{0x0100'5e01'0203};  // of 239.129.2.3 and 224.1.2.3

Datagram to_group(std::string_view group = "239.129.2.3") {
  return {.destination = ip(group), .to = kGroupMac};
}

class HostGroup : public testing::Test {
 protected:
  void receive(const Datagram& datagram, std::uint16_t port = 5001) {
    lone_.receive(datagram.frame(
        lone_.kernel, udp_segment(9, port, {1, 2}, datagram.source, datagram.destination)));
  }
  std::uint64_t drops(Drop reason) const { return lone_.host.ledger().drops(reason); }

  LoneHost lone_;
  UdpRecorder heard_;
  UdpSocket socket_{lone_.host, heard_, 5001};
};

TEST_F(HostGroup, IsHeardFromJoiningToLeaving) {
  receive(to_group());
  EXPECT_EQ(drops(Drop::kNotForUs), 1U);
  lone_.host.join(lone_.port, ip("239.129.2.3"));
  lone_.host.join(lone_.port, ip("239.129.2.3"));
  receive(to_group());
  ASSERT_EQ(heard_.arrivals.size(), 1U);
  EXPECT_EQ(heard_.arrivals[0].destination, ip("239.129.2.3"));
  lone_.host.leave(lone_.port, ip("239.129.2.3"));
  receive(to_group());
  EXPECT_EQ(heard_.arrivals.size(), 2U);  // it was joined twice
  lone_.host.leave(lone_.port, ip("239.129.2.3"));
  receive(to_group());
  EXPECT_EQ(heard_.arrivals.size(), 2U);
}

TEST_F(HostGroup, IsNotTheOtherGroupOfItsLinkAddress) {
  lone_.host.join(lone_.port, ip("239.129.2.3"));
  receive(to_group("224.1.2.3"));
  EXPECT_TRUE(heard_.arrivals.empty());
  EXPECT_EQ(drops(Drop::kNotForUs), 1U);
}

TEST_F(HostGroup, GetsNoIcmpErrors) {
  lone_.host.join(lone_.port, ip("239.129.2.3"));
  receive(to_group(), 7);
  EXPECT_EQ(drops(Drop::kNoListener), 1U);
  EXPECT_TRUE(lone_.sent.frames.empty());
}

TEST_F(HostGroup, EndsWithItsVNic) {
  lone_.host.join(lone_.port, ip("239.129.2.3"));
  lone_.host.remove_vnic(lone_.port);
  ASSERT_EQ(lone_.host.add_vnic(nic("eth0", 1, "10.0.0.1/24")), lone_.port);
  receive(to_group());
  EXPECT_TRUE(heard_.arrivals.empty());
}

TEST(Multicast, IsSentWithoutArpFromTheFirstVNicOrByItsRoute) {
  LoneHost lone;
  UdpRecorder unheard;
  UdpSocket socket(lone.host, unheard);
  const auto send = [&] {
    socket.send_to(ip("239.129.2.3"), 5001, bytes(lone.kernel, {1}), lone.kernel.now());
  };
  Recorder second;
  const PortIndex other = lone.host.add_vnic(nic("eth1", 5, "10.1.0.1/24"));
  lone.host.plug(other, {&second, {}});
  send();
  ASSERT_EQ(lone.sent.frames.size(), 1U);
  EXPECT_EQ(lone.sent.ethernet(0).destination, kGroupMac);
  EXPECT_EQ(lone.sent.ipv4(0).source, ip("10.0.0.1"));
  lone.host.set_default_gateway(ip("10.1.0.254"));
  send();
  ASSERT_EQ(second.frames.size(), 1U);
  EXPECT_EQ(second.ethernet(0).destination, kGroupMac);
  EXPECT_EQ(second.ipv4(0).source, ip("10.1.0.1"));
  EXPECT_EQ(second.ipv4(0).destination, ip("239.129.2.3"));
}

}  // namespace
}  // namespace violin
