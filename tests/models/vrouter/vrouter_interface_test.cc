// Interfaces and routes that come and go while frames flow.

#include <random>
#include <stdexcept>

#include "tests/models/vrouter/router_fixture.h"

namespace violin::router_test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::ThrowsMessage;

class RouterInterfaces : public RouterTest {
 protected:
  RouterInterfaces() { know_stations(); }
};

TEST_F(RouterInterfaces, UseThePortsOfRemovedOnesAgain) {
  router_.remove_interface(PortIndex{1});
  EXPECT_EQ(router_.find_interface("eth1"), std::nullopt);
  EXPECT_EQ(add(1), PortIndex{1});
  EXPECT_EQ(router_.add_interface({"eth9", MacAddress::local(99), interface("10.9.0.1/24")}),
            PortIndex{3});
  EXPECT_EQ(router_.find_interface("eth9"), PortIndex{3});
  EXPECT_EQ(router_.interface(PortIndex{3}).mac, MacAddress::local(99));
}

TEST_F(RouterInterfaces, TakeTheirRoutesAlong) {
  router_.add_route(prefix("20.0.0.0/8"), station(1));
  router_.remove_interface(PortIndex{1});
  EXPECT_FALSE(router_.owns(own(1)));
  for (const Ipv4Address gone : {station(1), own(1), Ipv4Address(20, 0, 0, 1)}) {
    EXPECT_EQ(router_.routes().fib().lookup(gone), nullptr) << to_string(gone);
  }
  receive(Datagram{});
  EXPECT_EQ(drops(Drop::kNoRoute), 1U);
}

TEST_F(RouterInterfaces, OfOneSubnetStandInForEachOther) {
  const PortIndex second =
      router_.add_interface({"eth1b", MacAddress::local(50), interface("10.0.1.3/24")});
  router_.plug(second, {&out_[3], PortIndex{0}});
  router_.add_neighbor(second, station(1), station_mac(1));
  receive(Datagram{});
  EXPECT_EQ(out_[1].size(), 1U);
  router_.remove_interface(PortIndex{1});
  receive(Datagram{});
  EXPECT_EQ(out_[3].size(), 1U);
}

TEST_F(RouterInterfaces, DropWhatWaitsForArpThere) {
  receive(Datagram{.destination = Ipv4Address(10, 0, 1, 7)});
  ASSERT_EQ(router_.queued(), 1U);
  router_.remove_interface(PortIndex{1});
  EXPECT_EQ(router_.queued(), 0U);
  EXPECT_EQ(drops(Drop::kDetached), 1U);
}

TEST_F(RouterInterfaces, DropWhatArrivesAfterTheirRemoval) {
  Frame frame = Datagram{}.frame(kernel_.frames(), own_mac(1));
  router_.remove_interface(PortIndex{1});
  receive(1, std::move(frame));
  EXPECT_EQ(drops(Drop::kDetached), 1U);
}

TEST_F(RouterInterfaces, DropWhatLeavesWhileNoCableIsPlugged) {
  router_.unplug(PortIndex{1});
  receive(Datagram{});
  EXPECT_EQ(drops(Drop::kDetached), 1U);
}

TEST_F(RouterInterfaces, ForgetWhatTheyLearntWhenTheCableGoes) {
  receive_arp(1, arp_request(MacAddress::local(7), Ipv4Address(10, 0, 1, 7), own(1)),
              MacAddress::broadcast());
  EXPECT_EQ(router_.neighbors(PortIndex{1}).size(), 2U);
  router_.unplug(PortIndex{1});
  EXPECT_EQ(router_.neighbors(PortIndex{1}).size(), 1U);  // the static one
}

TEST_F(RouterInterfaces, ChangeTheirAddressUnderTraffic) {
  router_.add_route(prefix("20.0.0.0/8"), station(1));
  router_.set_address(PortIndex{1}, interface("10.7.0.1/16"));
  EXPECT_FALSE(router_.owns(own(1)));
  EXPECT_TRUE(router_.owns(Ipv4Address(10, 7, 0, 1)));
  EXPECT_EQ(router_.routes().fib().lookup(station(1)), nullptr);
  EXPECT_EQ(router_.routes().fib().lookup(Ipv4Address(20, 0, 0, 1)), nullptr);
  receive(Datagram{.destination = Ipv4Address(10, 7, 99, 1)});
  EXPECT_EQ(out_[1].arp(),
            arp_request(own_mac(1), Ipv4Address(10, 7, 0, 1), Ipv4Address(10, 7, 99, 1)));
}

struct BadInterface {
  const char* name;
  RouterInterface settings;
  const char* complaint;
};
void PrintTo(const BadInterface& tested, std::ostream* out) { *out << tested.name; }
class RefusedInterface : public RouterInterfaces,
                         public testing::WithParamInterface<BadInterface> {};

TEST_P(RefusedInterface, IsNamedWithTheReason) {
  EXPECT_THAT([&] { router_.add_interface(GetParam().settings); },
              ThrowsMessage<std::invalid_argument>(AllOf(HasSubstr("vRouter r"),
                                                         HasSubstr(GetParam().settings.name),
                                                         HasSubstr(GetParam().complaint))));
}

INSTANTIATE_TEST_SUITE_P(
    Settings, RefusedInterface,
    testing::Values(
        BadInterface{"Name", {"eth1", MacAddress::local(9), interface("9.0.0.1/24")}, "name"},
        BadInterface{"Mac", {"x", MacAddress::local(1), interface("9.0.0.1/24")}, "MAC"},
        BadInterface{"GroupMac", {"x", MacAddress::broadcast(), interface("9.0.0.1/24")}, "MAC"},
        BadInterface{"Address", {"x", MacAddress::local(9), interface("10.0.1.1/16")}, "taken"},
        BadInterface{"Network", {"x", MacAddress::local(9), interface("9.0.0.0/24")}, "subnet"},
        BadInterface{"Broadcast", {"x", MacAddress::local(9), interface("9.0.0.255/24")}, "subnet"},
        BadInterface{"Multicast", {"x", MacAddress::local(9), interface("224.0.0.1/24")}, "host"},
        BadInterface{"SmallMtu", {"x", MacAddress::local(9), interface("9.0.0.1/24"), 67}, "MTU"},
        BadInterface{
            "LargeMtu", {"x", MacAddress::local(9), interface("9.0.0.1/24"), 65536}, "MTU"}),
    [](const auto& tested) { return std::string(tested.param.name); });

// RFC 3021.
TEST_F(RouterInterfaces, OfAPointToPointSubnetMayHaveEitherAddress) {
  EXPECT_NO_THROW(router_.add_interface({"p0", MacAddress::local(60), interface("9.0.0.0/31")}));
  EXPECT_NO_THROW(router_.add_interface({"p1", MacAddress::local(61), interface("9.0.1.1/31")}));
  EXPECT_NO_THROW(router_.add_interface({"lo", MacAddress::local(62), interface("9.0.2.1/32")}));
}

TEST_F(RouterInterfaces, RoutesNeedAGatewayWithinASubnet) {
  const auto add = [this](Ipv4Address gateway) {
    return [this, gateway] { router_.add_route(prefix("20.0.0.0/8"), gateway); };
  };
  EXPECT_THAT(add(Ipv4Address(99, 0, 0, 1)),
              ThrowsMessage<std::invalid_argument>(HasSubstr("20.0.0.0/8")));
  EXPECT_THAT(add(own(1)), ThrowsMessage<std::invalid_argument>(HasSubstr("the router itself")));
}

TEST_F(RouterInterfaces, ARouteOverAnInterfaceMakesTheDestinationANeighbor) {
  router_.add_route(prefix("20.0.0.0/8"), PortIndex{2});
  receive(Datagram{.destination = Ipv4Address(20, 1, 1, 1)});
  EXPECT_EQ(out_[2].arp().target_ip, Ipv4Address(20, 1, 1, 1));
}

TEST_F(RouterInterfaces, ConfiguredRoutesGoBeforeComputedOnes) {
  const Ipv4Prefix p = prefix("20.0.0.0/8");
  const auto egress = [&] { return router_.routes().fib().find(p)->egress; };
  router_.set_computed_routes(std::array{Route{p, {Delivery::kVia, 0, PortIndex{1}, station(1)}}});
  EXPECT_EQ(egress(), PortIndex{1});
  router_.add_route(p, station(2), 100);
  EXPECT_EQ(egress(), PortIndex{2});
  router_.set_computed_routes(std::array{Route{p, {Delivery::kVia, 0, PortIndex{0}, station(0)}}});
  EXPECT_EQ(egress(), PortIndex{2});
  EXPECT_TRUE(router_.remove_route(p));
  EXPECT_FALSE(router_.remove_route(p));
  EXPECT_EQ(egress(), PortIndex{0});
  router_.set_computed_routes({});
  EXPECT_EQ(router_.routes().fib().find(p), nullptr);
  EXPECT_TRUE(router_.owns(own(0)));
}

TEST_F(RouterInterfaces, AbandonEndsEverythingForItsReason) {
  receive(Datagram{.destination = Ipv4Address(10, 0, 1, 7)});
  receive(Datagram{.destination = own(0), .more_fragments = true});
  ASSERT_EQ(router_.queued(), 2U);
  router_.abandon(Drop::kHostDown);
  EXPECT_EQ(router_.queued(), 0U);
  EXPECT_EQ(drops(Drop::kHostDown), 2U);
  kernel_.run();
  EXPECT_EQ(kernel_.now(), kRunStart);  // no timer was left
  receive(Datagram{});
  EXPECT_EQ(out_[1].ip(1).ttl, 63);  // it may be used again; [0] was the request
}

TEST_F(RouterInterfaces, AnIdleRouterIsSmall) { EXPECT_LT(sizeof(VRouter), 2048U); }

// Random traffic, ARP, changes of interfaces, addresses, routes and cables, and time.
class RandomTimeline {
 public:
  explicit RandomTimeline(std::uint32_t seed) : random_(seed), router_(kernel_, "r", config_) {}

  void step() {
    switch (below(14)) {
      case 0:
        return add();
      case 1:
        return remove();
      case 2:
        return cable();
      case 3:
        return route();
      case 4:
        return arp();
      case 5:
        return kernel_.run_until(kernel_.now() + milliseconds(below(1500)));
      default:
        return traffic();
    }
  }
  bool balances() const { return router_.ledger().balances(router_.queued()); }
  // What left is what the recorders hold.
  bool out_agrees() const {
    std::uint64_t held = 0;
    for (const Recorder& recorder : out_) {
      held += recorder.size();
    }
    return held == router_.ledger().out;
  }
  void end() { router_.abandon(Drop::kDetached); }
  std::uint64_t queued() const { return router_.queued(); }

 private:
  static constexpr unsigned kSubnets = 4;
  unsigned below(unsigned n) { return static_cast<unsigned>(random_()) % n; }
  Ipv4Address anyone() {
    static constexpr std::array<std::uint32_t, 6> kSpecial = {
        0, 0xffff'ffff, 0xe000'0005, 0x7f00'0001, 0x0a00'00ff, 0x1400'0001};
    return below(6) == 0 ? Ipv4Address(kSpecial[below(6)])
                         : Ipv4Address(10, 0, static_cast<std::uint8_t>(below(kSubnets)),
                                       static_cast<std::uint8_t>(1 + below(3)));
  }
  void add() {
    const auto subnet = below(kSubnets);
    const RouterInterface settings{"eth" + std::to_string(subnet),
                                   MacAddress::local(subnet + 1),
                                   {Ipv4Address(10, 0, static_cast<std::uint8_t>(subnet), 1), 24},
                                   below(2) == 0 ? 1500U : 200U};
    if (!router_.find_interface(settings.name)) {
      const PortIndex port = router_.add_interface(settings);
      router_.plug(port, {&out_[to_index(port)], PortIndex{0}});
    }
  }
  std::optional<PortIndex> some_port() {
    return router_.find_interface("eth" + std::to_string(below(kSubnets)));
  }
  void remove() {
    if (const auto port = some_port()) {
      router_.remove_interface(*port);
    }
  }
  void cable() {
    if (const auto port = some_port()) {
      router_.plugged(*port) ? router_.unplug(*port)
                             : router_.plug(*port, {&out_[to_index(*port)], PortIndex{0}});
    }
  }
  void route() {
    const Ipv4Prefix p(Ipv4Address(below(4) << 28), below(5));
    if (const auto port = some_port(); port && below(3) > 0) {
      router_.add_route(p, *port, anyone());
    } else {
      router_.remove_route(p);
    }
  }
  void arp() {
    if (const auto port = some_port()) {
      Frame frame = kernel_.frames().make(kLink + ArpPacket::kSize);
      const MacAddress from = MacAddress::local(100 + below(8));
      const auto operation =
          below(2) == 0 ? ArpPacket::Operation::kReply : ArpPacket::Operation::kRequest;
      EthernetHeader{MacAddress::broadcast(), from, wire::EtherType::kArp, {}}.serialize(
          frame.writable());
      ArpPacket{operation, from, anyone(), MacAddress::local(1), anyone()}.serialize(
          frame.writable().subspan(kLink));
      router_.receive(*port, {&frame, 1}, kernel_.now());
    }
  }
  Frame random_frame() {
    Datagram d{.source = anyone(), .destination = anyone()};
    d.ttl = static_cast<std::uint8_t>(below(4));
    d.size = below(300);
    d.elided = below(4) == 0 ? below(1000) : 0;
    d.dont_fragment = below(2) == 0;
    d.more_fragments = below(8) == 0;
    d.protocol = below(3) == 0 ? IpProtocol::kIcmp : IpProtocol::kUdp;
    d.fragment_offset = below(8) == 0 ? 4 : 0;
    if (below(6) == 0) {
      d.options = {7, 7, 4, 0, 0, 0, 0, 0};
    }
    if (d.protocol == IpProtocol::kIcmp) {
      d.payload = icmp_message(below(2) == 0 ? IcmpType::kEchoRequest : IcmpType::kTimeExceeded, 0,
                               7, below(200));
    }
    Frame frame = d.frame(kernel_.frames(), below(9) == 0 ? MacAddress::broadcast()
                                                          : MacAddress::local(1 + below(kSubnets)));
    if (below(10) == 0) {
      frame.writable()[below(40)] ^= static_cast<std::uint8_t>(1U << below(8));
    }
    return frame;
  }
  void traffic() {
    std::vector<Frame> burst(1 + below(5));
    std::ranges::generate(burst, [this] { return random_frame(); });
    const auto port = some_port();
    router_.receive(port ? *port : PortIndex{9}, burst, kernel_.now());
  }

  std::mt19937 random_;
  Kernel kernel_;
  VRouterConfig config_;
  std::array<Recorder, kSubnets> out_;
  VRouter router_;
};

TEST(RouterBooks, BalanceAfterEveryStepOfRandomTimelines) {
  for (std::uint32_t seed = 1; seed <= 3000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomTimeline timeline(seed);
    for (int step = 0; step < 80; ++step) {
      timeline.step();
      ASSERT_TRUE(timeline.balances()) << "step " << step;
      ASSERT_TRUE(timeline.out_agrees()) << "step " << step;
    }
    timeline.end();
    ASSERT_EQ(timeline.queued(), 0U);
    ASSERT_TRUE(timeline.balances());
  }
}

}  // namespace
}  // namespace violin::router_test
