// ARP at a router: RFC 826, RFC 1122 section 2.3.2, RFC 5227.

#include "tests/models/vrouter/router_fixture.h"

namespace violin::router_test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

using RouterArp = RouterTest;

void run_until(Kernel& kernel, Duration since_start) { kernel.run_until(kRunStart + since_start); }

TEST_F(RouterArp, AnswersARequestForItsAddress) {
  receive_arp(0, arp_request(station_mac(0), station(0), own(0)), MacAddress::broadcast());
  ASSERT_EQ(out_[0].size(), 1U);
  EXPECT_EQ(out_[0].ethernet().destination, station_mac(0));
  EXPECT_EQ(out_[0].ethernet().source, own_mac(0));
  EXPECT_EQ(out_[0].arp(), (ArpPacket{ArpPacket::Operation::kReply, own_mac(0), own(0),
                                      station_mac(0), station(0)}));
  EXPECT_EQ(router_.ledger().consumed, 1U);
}

TEST_F(RouterArp, DoesNotAnswerForOthersNorForItsOtherInterfaces) {
  receive_arp(0, arp_request(station_mac(0), station(0), Ipv4Address(10, 0, 0, 77)),
              MacAddress::broadcast());
  receive_arp(0, arp_request(station_mac(0), station(0), own(1)), MacAddress::broadcast());
  EXPECT_EQ(sent(), 0U);
}

// RFC 5227 section 2.1.1: a probe has no sender address and is answered where it would collide.
TEST_F(RouterArp, AnswersAProbeForItsAddress) {
  receive_arp(0, arp_request(station_mac(0), Ipv4Address(), own(0)), MacAddress::broadcast());
  EXPECT_EQ(out_[0].arp().operation, ArpPacket::Operation::kReply);
}

TEST_F(RouterArp, DropsPacketsThatClaimItsOwnAddress) {
  receive_arp(0, arp_announcement(station_mac(0), own(0)), MacAddress::broadcast());
  EXPECT_EQ(drops(Drop::kBadFrame), 1U);
}

TEST_F(RouterArp, AsksForAnUnknownNeighborAndSendsWhenItAnswers) {
  receive(Datagram{});
  ASSERT_EQ(out_[1].size(), 1U);
  EXPECT_TRUE(out_[1].ethernet().destination.is_broadcast());
  EXPECT_EQ(out_[1].arp(), arp_request(own_mac(1), own(1), station(1)));
  EXPECT_EQ(router_.queued(), 1U);
  EXPECT_TRUE(balances());
  answer_arp(1);
  ASSERT_EQ(out_[1].size(), 2U);
  EXPECT_EQ(out_[1].ethernet(1).destination, station_mac(1));
  EXPECT_EQ(out_[1].ip(1).ttl, 63);
  EXPECT_EQ(router_.queued(), 0U);
}

TEST_F(RouterArp, AsksForTheGatewayNotForTheDestination) {
  router_.add_route(prefix("20.0.0.0/8"), station(2));
  receive(Datagram{.destination = Ipv4Address(20, 1, 1, 1)});
  EXPECT_EQ(out_[2].arp().target_ip, station(2));
}

TEST_F(RouterArp, LearnsFromTheRequestOfAStation) {
  receive_arp(1, arp_request(station_mac(1), station(1), own(1)), MacAddress::broadcast());
  out_[1].clear();
  receive(Datagram{});
  ASSERT_EQ(out_[1].size(), 1U);
  EXPECT_FALSE(out_[1].is_arp(0));
}

TEST_F(RouterArp, KeepsTheLatestFramesOfANeighbor) {
  constexpr std::uint16_t kLimit = NeighborConfig{}.queue_limit;
  for (std::uint16_t i = 0; i < kLimit + 3; ++i) {
    receive(Datagram{.identification = i});
  }
  EXPECT_EQ(drops(Drop::kNeighborQueueFull), 3U);
  answer_arp(1);
  ASSERT_EQ(out_[1].size(), 1U + kLimit);
  for (std::size_t i = 1; i <= kLimit; ++i) {
    EXPECT_EQ(out_[1].ip(i).identification, i + 2);
  }
}

TEST_F(RouterArp, AsksThreeTimesASecondApartThenTellsTheSourceThatTheHostIsUnreachable) {
  router_.add_neighbor(PortIndex{0}, station(0), station_mac(0));
  receive(Datagram{});
  run_until(kernel_, milliseconds(2999));
  ASSERT_EQ(out_[1].size(), 3U);
  EXPECT_EQ(out_[1].times[1], kRunStart + seconds(1));
  EXPECT_EQ(out_[1].times[2], kRunStart + seconds(2));
  EXPECT_EQ(out_[0].size(), 0U);
  run_until(kernel_, seconds(3));
  ASSERT_EQ(out_[0].size(), 1U);
  EXPECT_EQ(out_[0].icmp().type, IcmpType::kDestinationUnreachable);
  EXPECT_EQ(out_[0].icmp().code, 1);
  EXPECT_EQ(out_[0].ip().source, own(0));
  EXPECT_EQ(drops(Drop::kNeighborUnresolved), 1U);
  EXPECT_EQ(router_.queued(), 0U);
}

TEST_F(RouterArp, HasNoEventPendingWhileNothingWaits) {
  router_.add_neighbor(PortIndex{0}, station(0), station_mac(0));
  receive(Datagram{});
  answer_arp(1);
  kernel_.run();
  EXPECT_EQ(kernel_.now(), kRunStart);
}

// RFC 1122 section 2.3.2.1: a unicast poll.
TEST_F(RouterArp, PollsAnOldNeighborWhileTrafficGoesOn) {
  receive(Datagram{});
  answer_arp(1);
  out_[1].clear();
  run_until(kernel_, seconds(61));
  receive(Datagram{});
  ASSERT_EQ(out_[1].size(), 2U);
  EXPECT_FALSE(out_[1].is_arp(0));
  EXPECT_TRUE(out_[1].is_arp(1));
  EXPECT_EQ(out_[1].ethernet(1).destination, station_mac(1));
  receive(Datagram{});
  ASSERT_EQ(out_[1].size(), 3U);
  EXPECT_FALSE(out_[1].is_arp(2));
}

TEST_F(RouterArp, FollowsANeighborThatMovesAtItsAnnouncement) {
  receive(Datagram{});
  answer_arp(1);
  receive_arp(1, arp_announcement(MacAddress::local(0xbeef), station(1)), MacAddress::broadcast());
  out_[1].clear();
  receive(Datagram{});
  EXPECT_EQ(out_[1].ethernet().destination, MacAddress::local(0xbeef));
}

TEST_F(RouterArp, CountsMalformedPackets) {
  Frame frame = kernel_.frames().make(kLink + 8);
  std::ranges::fill(frame.writable(), std::uint8_t{0});
  EthernetHeader{MacAddress::broadcast(), station_mac(0), wire::EtherType::kArp, {}}.serialize(
      frame.writable());
  receive(0, std::move(frame));
  EXPECT_EQ(drops(Drop::kBadFrame), 1U);
}

class AnnouncingRouter : public RouterTest {
 protected:
  AnnouncingRouter() : RouterTest(kDefaultVRouterConfig) {}
};

// RFC 5227 section 2.3.
TEST_F(AnnouncingRouter, AnnouncesItselfOnceWhereACableIsPlugged) {
  kernel_.run();
  for (std::uint32_t i = 0; i < kPorts; ++i) {
    ASSERT_EQ(out_[i].size(), 1U);
    EXPECT_TRUE(out_[i].ethernet().destination.is_broadcast());
    EXPECT_EQ(out_[i].arp(), arp_announcement(own_mac(i), own(i)));
  }
  out_[1].clear();
  router_.unplug(PortIndex{1});
  router_.plug(PortIndex{1}, {&out_[3], PortIndex{0}});
  kernel_.run();
  EXPECT_EQ(out_[3].size(), 1U);
  EXPECT_EQ(out_[1].size(), 0U);
}

}  // namespace
}  // namespace violin::router_test
