// Forwarding to groups: RFC 1112 section 7, RFC 1812 section 4.3.2.7.
#include "tests/models/vrouter/router_fixture.h"

namespace violin::router_test {
namespace {

class Multicast : public RouterTest {
 protected:
  // RFC 1112 section 6.4: 01-00-5e and the low 23 bits of 239.129.2.3.
  static constexpr MacAddress kGroupMac{0x0100'5e01'0203};
  const Ipv4Address group_{239, 129, 2, 3};

  void route(std::vector<PortIndex> egress) {
    const MulticastRoute route{station(0), group_, PortIndex{0}, std::move(egress)};
    router_.set_multicast_routes(group_, {&route, 1});
  }
  void receive_for_group(Datagram datagram, std::uint32_t port = 0) {
    datagram.destination = group_;
    receive(port, datagram.frame(kernel_.frames(), kGroupMac, station_mac(port)));
  }
};

TEST_F(Multicast, GoesOutOfEachInterfaceOfItsRouteOneHopFurther) {
  route({PortIndex{1}, PortIndex{2}});
  receive_for_group({.ttl = 9});
  for (const std::uint32_t port : {1U, 2U}) {
    ASSERT_EQ(out_[port].size(), 1U);
    EXPECT_EQ(out_[port].ethernet().destination, kGroupMac);
    EXPECT_EQ(out_[port].ethernet().source, own_mac(port));
    EXPECT_EQ(out_[port].ip().ttl, 8);
    EXPECT_EQ(out_[port].ip().source, station(0));
    EXPECT_TRUE(std::ranges::equal(out_[port].payload(), Datagram{}.stored()));
  }
  EXPECT_EQ(out_[0].size(), 0U);
}

TEST_F(Multicast, ComesFromTheInterfaceOfItsRouteAndFromItsSourceOnly) {
  route({PortIndex{1}});
  receive_for_group({}, 2);
  EXPECT_EQ(drops(Drop::kNotForUs), 1U);
  receive_for_group({.source = Ipv4Address(10, 0, 0, 9)});
  EXPECT_EQ(drops(Drop::kUnsupported), 1U);
  router_.set_multicast_routes(group_, {});
  receive_for_group({});
  EXPECT_EQ(drops(Drop::kUnsupported), 2U);
  EXPECT_EQ(sent(), 0U);
}

TEST_F(Multicast, NobodyIsToldOfWhatIsDropped) {
  know_stations();
  route({PortIndex{1}, PortIndex{2}});
  set_mtu(2, 1000);
  route({PortIndex{1}, PortIndex{2}});
  receive_for_group({.ttl = 1});
  EXPECT_EQ(drops(Drop::kTtlExpired), 1U);
  receive_for_group({.size = 1200, .dont_fragment = true});
  EXPECT_EQ(drops(Drop::kFragmentationNeeded), 1U);
  EXPECT_EQ(out_[1].size(), 1U);
  EXPECT_EQ(out_[0].size() + out_[2].size(), 0U);
}

TEST_F(Multicast, IsFragmentedWhereItMustBe) {
  set_mtu(2, 1000);
  route({PortIndex{1}, PortIndex{2}});
  receive_for_group({.size = 1200});
  ASSERT_EQ(out_[1].size(), 1U);
  ASSERT_EQ(out_[2].size(), 2U);
  EXPECT_EQ(out_[2].ethernet(1).destination, kGroupMac);
  EXPECT_TRUE(out_[2].ip(0).more_fragments);
  EXPECT_EQ(out_[2].ip(0).payload_size() + out_[2].ip(1).payload_size(), 1200U);
}

TEST_F(Multicast, RoutesGoWithTheirInterfaces) {
  route({PortIndex{1}, PortIndex{2}});
  router_.remove_interface(PortIndex{1});
  receive_for_group({});
  EXPECT_EQ(out_[2].size(), 1U);
  router_.remove_interface(PortIndex{0});
  ASSERT_EQ(add(0), PortIndex{0});
  receive_for_group({});
  EXPECT_EQ(out_[2].size(), 1U);
  EXPECT_EQ(drops(Drop::kUnsupported), 1U);
}

TEST_F(Multicast, RefusesRoutesThatNoRouterHas) {
  const auto refuses = [&](const MulticastRoute& route) {
    EXPECT_THROW(router_.set_multicast_routes(route.group, {&route, 1}), std::logic_error);
  };
  refuses({station(0), Ipv4Address(224, 0, 0, 5), PortIndex{0}, {PortIndex{1}}});  // OSPF's
  refuses({station(0), Ipv4Address(10, 0, 0, 5), PortIndex{0}, {PortIndex{1}}});
  refuses({station(0), group_, PortIndex{0}, {PortIndex{0}}});
  refuses({station(0), group_, PortIndex{0}, {PortIndex{7}}});
}

}  // namespace
}  // namespace violin::router_test
