// ARP at a host: RFC 826, RFC 1122 section 2.3.2, RFC 5227.
#include <gtest/gtest.h>

#include "tests/models/vhost/testbed.h"

namespace violin {
namespace {

using namespace testbed;
using Operation = wire::ArpPacket::Operation;

Frame arp(Kernel& kernel, const wire::ArpPacket& packet, MacAddress to = MacAddress::broadcast()) {
  Frame frame = kernel.frames().make(14 + 28);
  wire::EthernetHeader{to, MacAddress::local(2), wire::EtherType::kArp, {}}.serialize(
      frame.writable());
  packet.serialize(frame.writable().subspan(14));
  return frame;
}

void send(LoneHost& lone, UdpSocket& socket, std::uint8_t number) {
  socket.send_to(ip("10.0.0.2"), 9, bytes(lone.kernel, {number}), lone.kernel.now());
}

TEST(VHostArp, AnswersARequestForItsAddress) {
  LoneHost lone;
  lone.receive(arp(lone.kernel, {Operation::kRequest, MacAddress::local(2), ip("10.0.0.2"),
                                 MacAddress{}, ip("10.0.0.1")}));
  ASSERT_EQ(lone.sent.frames.size(), 1U);
  EXPECT_EQ(lone.sent.ethernet(0).destination, MacAddress::local(2));
  EXPECT_EQ(lone.sent.ethernet(0).source, MacAddress::local(1));
  EXPECT_EQ(lone.sent.ethernet(0).type, wire::EtherType::kArp);
  EXPECT_EQ(lone.sent.arp(0),
            (wire::ArpPacket{Operation::kReply, MacAddress::local(1), ip("10.0.0.1"),
                             MacAddress::local(2), ip("10.0.0.2")}));
  EXPECT_TRUE(lone.host.ledger().balances(0));
}

TEST(VHostArp, IsSilentAboutOthersAddressesAndKeepsNothingOfThem) {
  LoneHost lone;
  lone.receive(arp(lone.kernel, {Operation::kRequest, MacAddress::local(2), ip("10.0.0.2"),
                                 MacAddress{}, ip("10.0.0.3")}));
  EXPECT_TRUE(lone.sent.frames.empty());
  EXPECT_EQ(lone.host.neighbors(lone.port).size(), 0U);
  EXPECT_EQ(lone.host.ledger().consumed, 1U);
}

TEST(VHostArp, AsksByBroadcastAndSendsWhatWaitedInOrder) {
  LoneHost lone;
  UdpRecorder receiver;
  UdpSocket socket(lone.host, receiver);
  for (std::uint8_t i = 0; i < 3; ++i) {
    send(lone, socket, i);
  }
  ASSERT_EQ(lone.sent.frames.size(), 1U);
  EXPECT_TRUE(lone.sent.ethernet(0).destination.is_broadcast());
  EXPECT_EQ(lone.sent.arp(0).operation, Operation::kRequest);
  EXPECT_EQ(lone.sent.arp(0).sender_ip, ip("10.0.0.1"));
  EXPECT_EQ(lone.sent.arp(0).target_ip, ip("10.0.0.2"));
  EXPECT_EQ(lone.host.queued(), 3U);
  EXPECT_TRUE(lone.host.ledger().balances(3));
  lone.receive(arp_from_neighbor(lone.kernel, Operation::kReply));
  ASSERT_EQ(lone.sent.frames.size(), 4U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(lone.sent.ethernet(1 + i).destination, MacAddress::local(2));
    EXPECT_EQ(lone.sent.payload(1 + i)[8], i);
  }
  EXPECT_TRUE(lone.host.ledger().balances(0));
}

TEST(VHostArp, DropsTheOldestThatWaitsBeyondItsBound) {
  LoneHost lone;
  UdpRecorder receiver;
  UdpSocket socket(lone.host, receiver);
  const std::uint32_t bound = kDefaultVHostConfig.neighbor.queue_limit;
  for (std::uint8_t i = 0; i < bound + 2; ++i) {
    send(lone, socket, i);
  }
  EXPECT_EQ(lone.host.queued(), bound);
  EXPECT_EQ(lone.host.ledger().drops(Drop::kNeighborQueueFull), 2U);
  lone.receive(arp_from_neighbor(lone.kernel, Operation::kReply));
  EXPECT_EQ(lone.sent.payload(1)[8], 2);  // RFC 1122 section 2.3.2.2: the latest are kept
}

TEST(VHostArp, RefusesAPacketThatClaimsItsOwnAddress) {
  LoneHost lone;
  lone.receive(arp(lone.kernel, {Operation::kRequest, MacAddress::local(2), ip("10.0.0.1"),
                                 MacAddress{}, ip("10.0.0.1")}));
  EXPECT_TRUE(lone.sent.frames.empty());
  EXPECT_EQ(lone.host.ledger().drops(Drop::kBadFrame), 1U);
}

TEST(VHostArp, AnnouncesItselfWhereThatIsConfigured) {
  VHostConfig config;
  config.announce_on_plug = true;
  LoneHost lone(config);
  EXPECT_TRUE(lone.sent.frames.empty());  // not inside plug(): the far end may not be there yet
  lone.kernel.run();
  ASSERT_EQ(lone.sent.frames.size(), 1U);
  EXPECT_TRUE(lone.sent.ethernet(0).destination.is_broadcast());
  EXPECT_EQ(lone.sent.arp(0).operation, Operation::kRequest);
  EXPECT_EQ(lone.sent.arp(0).sender_ip, ip("10.0.0.1"));
  EXPECT_EQ(lone.sent.arp(0).target_ip, ip("10.0.0.1"));
}

TEST(VHostArp, IsQuietWhenPluggedByDefault) {
  LoneHost lone;
  lone.kernel.run();
  EXPECT_TRUE(lone.sent.frames.empty());
  EXPECT_EQ(lone.kernel.events(), 0U);
}

TEST(VHostArp, FollowsANeighborThatMoved) {
  LoneHost lone;
  UdpRecorder receiver;
  UdpSocket socket(lone.host, receiver);
  lone.receive(arp_from_neighbor(lone.kernel, Operation::kRequest));
  lone.receive(arp(lone.kernel, {Operation::kRequest, MacAddress::local(77), ip("10.0.0.2"),
                                 MacAddress{}, ip("10.0.0.2")}));
  send(lone, socket, 0);
  EXPECT_EQ(lone.sent.ethernet(1).destination, MacAddress::local(77));
}

TEST(VHostArp, ForgetsWhatItLearntAtACableThatIsUnplugged) {
  LoneHost lone;
  UdpRecorder receiver;
  UdpSocket socket(lone.host, receiver);
  send(lone, socket, 0);
  lone.host.unplug(lone.port);
  EXPECT_EQ(lone.host.ledger().drops(Drop::kDetached), 1U);
  EXPECT_EQ(lone.host.queued(), 0U);
  send(lone, socket, 1);
  EXPECT_EQ(lone.host.ledger().drops(Drop::kDetached), 2U);  // the request
  EXPECT_TRUE(lone.host.ledger().balances(lone.host.queued()));
}

}  // namespace
}  // namespace violin
