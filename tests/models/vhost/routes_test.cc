#include <gtest/gtest.h>

#include <random>

#include "models/vhost/host_routes.h"
#include "models/vhost/path_mtu.h"
#include "tests/models/vhost/testbed.h"

namespace violin {
namespace {

using namespace testbed;

constexpr PortIndex kEth0{0};
constexpr PortIndex kEth1{1};

TEST(HostRoutes, PrefersTheLongestPrefix) {
  HostRoutes routes;
  routes.add({prefix("0.0.0.0/0"), ip("10.0.0.254"), kEth0});
  routes.add({prefix("10.0.0.0/24"), std::nullopt, kEth0});
  routes.add({prefix("192.0.2.0/24"), ip("10.0.0.1"), kEth0});
  routes.add({prefix("192.0.2.128/25"), ip("10.0.0.2"), kEth0});
  EXPECT_EQ(routes.find(ip("192.0.2.200"))->gateway, ip("10.0.0.2"));
  EXPECT_EQ(routes.find(ip("192.0.2.1"))->gateway, ip("10.0.0.1"));
  EXPECT_EQ(routes.find(ip("10.0.0.9"))->gateway, std::nullopt);
  EXPECT_EQ(routes.find(ip("8.8.8.8"))->gateway, ip("10.0.0.254"));
}

TEST(HostRoutes, HasNoneWithoutAMatch) {
  HostRoutes routes;
  EXPECT_EQ(routes.find(ip("10.0.0.1")), nullptr);
  routes.add({prefix("10.0.0.0/24"), std::nullopt, kEth0});
  EXPECT_EQ(routes.find(ip("10.0.1.1")), nullptr);
}

TEST(HostRoutes, FallsBackToTheOtherPortWhenOneGoes) {
  HostRoutes routes;
  routes.add({prefix("0.0.0.0/0"), ip("10.1.0.1"), kEth1});
  routes.add({prefix("0.0.0.0/0"), ip("10.0.0.1"), kEth0});
  EXPECT_EQ(routes.find(ip("8.8.8.8"))->port, kEth0);
  routes.remove(kEth0);
  EXPECT_EQ(routes.find(ip("8.8.8.8"))->port, kEth1);
}

TEST(HostRoutes, AgreesWithALinearSearchOverAllPrefixes) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::mt19937 engine(seed);
  const auto random = [&] { return static_cast<std::uint32_t>(engine()); };
  HostRoutes routes;
  std::vector<HostRoute> all;
  for (int i = 0; i < 100; ++i) {
    const Ipv4Prefix where(Ipv4Address(random() & 0xff0000ffU), random() % 33);
    const HostRoute route{where, Ipv4Address(random()), kEth0};
    routes.add(route);
    std::erase_if(all, [&](const HostRoute& r) { return r.prefix == where; });
    all.push_back(route);
  }
  for (int i = 0; i < 2000; ++i) {
    const Ipv4Address who(random() & 0xff0000ffU);
    const HostRoute* best = nullptr;
    for (const HostRoute& route : all) {
      if (route.prefix.contains(who) &&
          (best == nullptr || route.prefix.length() > best->prefix.length())) {
        best = &route;
      }
    }
    const HostRoute* found = routes.find(who);
    ASSERT_EQ(found == nullptr, best == nullptr) << to_string(who);
    if (best != nullptr) {
      EXPECT_EQ(*found, *best) << to_string(who);
    }
  }
}

TEST(PathMtuCache, KeepsAnEstimateForTenMinutes) {
  PathMtuCache cache;
  EXPECT_EQ(cache.find(ip("192.0.2.1"), at(0s)), std::nullopt);
  EXPECT_EQ(cache.lower(ip("192.0.2.1"), 1500, 1400, at(0s)), 1400U);
  EXPECT_EQ(cache.find(ip("192.0.2.1"), at(10min - 1ns)), 1400U);
  EXPECT_EQ(cache.find(ip("192.0.2.1"), at(10min)), std::nullopt);
  EXPECT_EQ(cache.find(ip("192.0.2.2"), at(0s)), std::nullopt);
}

TEST(PathMtuCache, NeverRaisesAnEstimate) {
  PathMtuCache cache;
  cache.lower(ip("192.0.2.1"), 1500, 1000, at(0s));
  EXPECT_EQ(cache.lower(ip("192.0.2.1"), 1500, 1400, at(1s)), 1000U);
}

TEST(PathMtuCache, NeverGoesBelowWhatEveryPathCarries) {
  PathMtuCache cache;
  EXPECT_EQ(cache.lower(ip("192.0.2.1"), 1500, 20, at(0s)), 68U);
}

// RFC 1191 table 7-1.
TEST(PathMtuCache, TakesTheNextPlateauFromARouterThatTellsNone) {
  PathMtuCache cache;
  EXPECT_EQ(cache.lower(ip("192.0.2.1"), 1500, 0, at(0s)), 1492U);
  EXPECT_EQ(cache.lower(ip("192.0.2.1"), 1492, 0, at(0s)), 1006U);
  EXPECT_EQ(cache.lower(ip("192.0.2.2"), 9000, 0, at(0s)), 8166U);
  EXPECT_EQ(cache.lower(ip("192.0.2.3"), 68, 0, at(0s)), 68U);
}

TEST(PathMtuCache, MakesRoomByTheEstimateThatEndsFirst) {
  PathMtuCache cache;
  for (std::uint32_t i = 0; i <= PathMtuCache::kMaxEntries; ++i) {
    cache.lower(Ipv4Address(0xc0000000 + i), 1500, 1000, at(i * 1ms));
  }
  EXPECT_EQ(cache.find(Ipv4Address(0xc0000000), at(2s)), std::nullopt);
  EXPECT_EQ(cache.find(Ipv4Address(0xc0000001), at(2s)), 1000U);
}

TEST(VHost, RefusesAVNicThatCannotBeItsOwn) {
  Kernel kernel;
  VHost host(kernel, "left");
  host.add_vnic(nic("eth0", 1, "10.0.0.1/24"));
  const auto refuses = [&](const VNicConfig& config, const char* what) {
    try {
      host.add_vnic(config);
      ADD_FAILURE() << "took it: " << what;
    } catch (const std::invalid_argument& error) {
      EXPECT_THAT(error.what(), testing::HasSubstr("'left'"));
      EXPECT_THAT(error.what(), testing::HasSubstr(config.name));
      EXPECT_THAT(error.what(), testing::HasSubstr(what));
    }
  };
  refuses(nic("eth0", 2, "10.0.1.1/24"), "of that name");
  refuses(nic("eth1", 1, "10.0.1.1/24"), "taken");
  refuses(nic("eth1", 2, "10.0.0.1/16"), "taken");
  refuses(nic("eth1", 2, "10.0.1.0/24"), "whole subnet");
  refuses(nic("eth1", 2, "10.0.1.255/24"), "whole subnet");
  refuses(nic("eth1", 2, "224.0.0.1/24"), "no single host");
  refuses(nic("eth1", 2, "127.0.0.1/8"), "no single host");
  refuses(nic("eth1", 2, "10.0.1.1/24", 67), "MTU 67");
  VNicConfig group = nic("eth1", 2, "10.0.1.1/24");
  group.mac = MacAddress::broadcast();
  refuses(group, "no station");
  EXPECT_NO_THROW(host.add_vnic(nic("eth1", 2, "10.0.1.0/31")));  // RFC 3021
}

TEST(VHost, ReusesThePortOfAVNicThatWasRemoved) {
  Kernel kernel;
  VHost host(kernel, "h");
  const PortIndex first = host.add_vnic(nic("eth0", 1, "10.0.0.1/24"));
  const PortIndex second = host.add_vnic(nic("eth1", 2, "10.0.1.1/24"));
  host.add_route(prefix("192.0.2.0/24"), ip("10.0.0.9"));
  host.remove_vnic(first);
  EXPECT_FALSE(host.owns(ip("10.0.0.1")));
  EXPECT_EQ(host.find_vnic("eth0"), std::nullopt);
  ASSERT_EQ(host.routes().size(), 1U);
  EXPECT_EQ(host.routes()[0].port, second);
  EXPECT_EQ(host.add_vnic(nic("eth2", 3, "10.0.2.1/24")), first);
  EXPECT_EQ(host.vnic(first).name, "eth2");
}

TEST(VHost, RefusesAGatewayThatIsNoNeighbor) {
  Kernel kernel;
  VHost host(kernel, "h");
  host.add_vnic(nic("eth0", 1, "10.0.0.1/24"));
  EXPECT_THROW(host.set_default_gateway(ip("10.0.1.1")), std::invalid_argument);
  EXPECT_THROW(host.set_default_gateway(ip("10.0.0.1")), std::invalid_argument);
}

TEST(VHost, HasOneDefaultGateway) {
  Kernel kernel;
  VHost host(kernel, "h");
  host.add_vnic(nic("eth0", 1, "10.0.0.1/24"));
  host.set_default_gateway(ip("10.0.0.2"));
  host.set_default_gateway(ip("10.0.0.3"));
  ASSERT_EQ(host.routes().size(), 2U);
  EXPECT_EQ(host.routes()[1].gateway, ip("10.0.0.3"));
}

TEST(VHost, TellsTheSourceAndThePathMtuOfADestination) {
  Kernel kernel;
  VHost host(kernel, "h");
  host.add_vnic(nic("eth0", 1, "10.0.0.1/24", 9000));
  host.add_vnic(nic("eth1", 2, "10.0.1.1/24", 1400));
  EXPECT_EQ(host.source_for(ip("10.0.1.77")), ip("10.0.1.1"));
  EXPECT_EQ(host.source_for(ip("10.0.0.1")), ip("10.0.0.1"));
  EXPECT_EQ(host.source_for(ip("255.255.255.255")), ip("10.0.0.1"));
  EXPECT_EQ(host.source_for(ip("8.8.8.8")), std::nullopt);
  EXPECT_EQ(host.path_mtu(ip("10.0.0.5"), at(0s)), 9000U);
  EXPECT_EQ(host.path_mtu(ip("10.0.1.5"), at(0s)), 1400U);
}

}  // namespace
}  // namespace violin
