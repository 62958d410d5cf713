#include "models/substrate/substrate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

namespace violin {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

constexpr HostId kA{0};
constexpr HostId kB{1};
constexpr HostId kC{2};

OverlayHost named(const char* name) {
  OverlayHost host;
  host.name = name;
  return host;
}

std::vector<OverlayHost> three_hosts() { return {named("a"), named("b"), named("c")}; }

Substrate measured() {
  DelayMatrix delays(3);
  delays.set(0, 1, 10ms);
  delays.set(1, 0, 12ms);
  delays.set(0, 2, 30ms);
  return Substrate(three_hosts(), MeasuredPaths(delays));
}

SubstrateLink cable(RouterId from, RouterId to, Duration delay) {
  SubstrateLink link;
  link.name = "cable";
  link.from = from;
  link.to = to;
  link.delay = delay;
  return link;
}

// Routers in a triangle; a, b and c hang at their own, 100 us away.
struct Triangle {
  Triangle() : substrate(make()) {}

  Substrate make() {
    RouterGraph graph;
    const RouterId x = graph.add_router({"x", std::nullopt, {}});
    const RouterId y = graph.add_router({"y", std::nullopt, {}});
    const RouterId z = graph.add_router({"z", std::nullopt, {}});
    xy = graph.add_cable(cable(x, y, 10ms));
    yz = graph.add_cable(cable(y, z, 10ms));
    xz = graph.add_cable(cable(x, z, 50ms));
    return Substrate(three_hosts(), RoutedPaths(graph, {{x, 100us}, {y, 100us}, {z, 100us}}));
  }

  SubstrateLinkId xy{};
  SubstrateLinkId yz{};
  SubstrateLinkId xz{};
  Substrate substrate;
};

class Recorder final : public SubstrateObserver {
 public:
  void on_pair_changed(HostId from, HostId to) override {
    told.push_back("pair " + std::to_string(to_index(from)) + "-" + std::to_string(to_index(to)));
  }
  void on_paths_changed() override { told.push_back("paths"); }
  void on_host_changed(HostId host) override {
    told.push_back("host " + std::to_string(to_index(host)));
  }
  std::vector<std::string> told;
};

TEST(Substrate, FindsHostsByName) {
  const Substrate substrate = measured();
  EXPECT_EQ(substrate.find("b"), kB);
  EXPECT_EQ(substrate.find("d"), std::nullopt);
  EXPECT_EQ(substrate.host(kB).name, "b");
}

TEST(Substrate, RefusesTwoHostsOfOneNameAndNamesThem) {
  try {
    const Substrate twins({named("twin"), named("twin")}, MeasuredPaths(DelayMatrix(2)));
    FAIL();
  } catch (const std::invalid_argument& error) {
    EXPECT_NE(std::string(error.what()).find("'twin'"), std::string::npos);
  }
}

TEST(Substrate, RefusesHostsWithoutNameAndPathsForAnotherNumberOfHosts) {
  EXPECT_THROW(Substrate({named("")}, MeasuredPaths(DelayMatrix(1))), std::invalid_argument);
  EXPECT_THROW(Substrate(three_hosts(), MeasuredPaths(DelayMatrix(2))), std::invalid_argument);
}

TEST(Substrate, TellsMeasuredDelaysByDirection) {
  const Substrate substrate = measured();
  EXPECT_EQ(substrate.delay(kA, kB), 10ms);
  EXPECT_EQ(substrate.delay(kB, kA), 12ms);
}

TEST(Substrate, HasNoWayWhereNoneWasMeasured) {
  const Substrate substrate = measured();
  EXPECT_EQ(substrate.delay(kB, kC), std::nullopt);
  EXPECT_EQ(substrate.loss(kB, kC), 1);
}

TEST(Substrate, HasEveryHostAtItself) {
  const Substrate substrate = measured();
  EXPECT_EQ(substrate.delay(kC, kC), Duration{0});
  EXPECT_EQ(substrate.loss(kC, kC), 0);
  EXPECT_EQ(substrate.bandwidth(kC, kC), std::nullopt);
}

TEST(Substrate, PrefersWhatWasSetForAPairUntilItIsGivenBack) {
  Substrate substrate = measured();
  substrate.set_delay(kA, kB, 3ms);
  substrate.set_loss(kA, kB, 0.25);
  substrate.set_bandwidth(kA, kB, BitRate::mbps(8));
  EXPECT_EQ(substrate.delay(kA, kB), 3ms);
  EXPECT_EQ(substrate.loss(kA, kB), 0.25);
  EXPECT_EQ(substrate.bandwidth(kA, kB), BitRate::mbps(8));
  EXPECT_EQ(substrate.delay(kB, kA), 12ms);
  substrate.set_delay(kA, kB, std::nullopt);
  EXPECT_EQ(substrate.delay(kA, kB), 10ms);
  EXPECT_EQ(substrate.loss(kA, kB), 0.25);
}

TEST(Substrate, MultipliesAllDelaysByTheLatestFactor) {
  Substrate substrate = measured();
  substrate.set_delay(kA, kC, 1ms);
  substrate.set_delay_factor(3);
  substrate.set_delay_factor(1.5);
  EXPECT_EQ(substrate.delay(kA, kB), 15ms);
  EXPECT_EQ(substrate.delay(kA, kC), 1500us);
}

TEST(Substrate, MakesAMatrixOfTheDelaysAsTheyAre) {
  Substrate substrate = measured();
  EXPECT_EQ(substrate.delays().at(0, 1), 10ms);
  substrate.set_delay(kA, kB, 3ms);
  const DelayMatrix delays = substrate.delays();
  EXPECT_EQ(delays.at(0, 1), 3ms);
  EXPECT_EQ(delays.at(1, 0), 12ms);
  EXPECT_EQ(delays.at(1, 2), std::nullopt);
  EXPECT_EQ(delays.at(2, 2), Duration{0});
}

TEST(Substrate, TakesNewMeasurementsOfTheSameHosts) {
  Substrate substrate = measured();
  DelayMatrix later(3);
  later.set(0, 1, 70ms);
  substrate.set_paths(MeasuredPaths(later));
  EXPECT_EQ(substrate.delay(kA, kB), 70ms);
  EXPECT_THROW(substrate.set_paths(MeasuredPaths(DelayMatrix(4))), std::invalid_argument);
  EXPECT_EQ(substrate.delay(kA, kB), 70ms);
}

TEST(Substrate, ComputesDelaysFromCoordinates) {
  std::vector<OverlayHost> hosts = three_hosts();
  hosts[0].position = {0, 0};
  hosts[1].position = {0, 90};
  hosts[2].position = {0, 0};
  GeographicPaths paths(hosts, {1.0, 2ms});
  const Substrate substrate(hosts, std::move(paths));
  // A quarter of the equator, 10007.557 km, at 200 km/ms.
  EXPECT_NEAR(to_seconds(*substrate.delay(kA, kB)), 0.052037785, 1e-8);
  EXPECT_EQ(substrate.delay(kA, kC), 2ms);
  EXPECT_EQ(substrate.delay(kA, kA), Duration{0});
}

TEST(Substrate, NeedsCoordinatesOfEveryHostToComputeDelaysFromThem) {
  std::vector<OverlayHost> hosts{named("lost")};
  EXPECT_THROW((GeographicPaths(hosts, {})), std::invalid_argument);
  hosts[0].position = {91, 0};
  EXPECT_THROW((GeographicPaths(hosts, {})), std::invalid_argument);
}

TEST(Substrate, FollowsShortestPathsThroughTheGraph) {
  const Triangle triangle;
  EXPECT_EQ(triangle.substrate.delay(kA, kC), 20ms + 200us);
  EXPECT_THAT(triangle.substrate.path(kA, kC), ElementsAre(triangle.xy, triangle.yz));
}

TEST(Substrate, CompoundsLossAndTakesTheNarrowestLink) {
  Triangle triangle;
  triangle.substrate.set_link_loss(triangle.xy, 0.1);
  triangle.substrate.set_link_loss(triangle.yz, 0.2);
  triangle.substrate.set_link_capacity(triangle.xy, BitRate::mbps(100));
  triangle.substrate.set_link_capacity(triangle.yz, BitRate::mbps(34));
  EXPECT_DOUBLE_EQ(triangle.substrate.loss(kA, kC), 1 - 0.9 * 0.8);
  EXPECT_EQ(triangle.substrate.bandwidth(kA, kC), BitRate::mbps(34));
  EXPECT_EQ(triangle.substrate.loss(kC, kA), 0) << "the other direction has its own links";
}

TEST(Substrate, LeadsPathsRoundAFailedCableAndBack) {
  Triangle triangle;
  triangle.substrate.fail_link(triangle.yz);
  EXPECT_EQ(triangle.substrate.delay(kA, kC), 50ms + 200us);
  EXPECT_THAT(triangle.substrate.path(kC, kB).size(), 2U) << "a cable fails in both directions";
  triangle.substrate.restore_link(triangle.yz);
  EXPECT_EQ(triangle.substrate.delay(kA, kC), 20ms + 200us);
}

TEST(Substrate, HasNoWayToARouterThatIsCutOff) {
  Triangle triangle;
  triangle.substrate.fail_link(triangle.xy);
  triangle.substrate.fail_link(triangle.xz);
  EXPECT_EQ(triangle.substrate.delay(kA, kB), std::nullopt);
  EXPECT_EQ(triangle.substrate.loss(kA, kB), 1);
  EXPECT_TRUE(triangle.substrate.path(kA, kB).empty());
  EXPECT_EQ(triangle.substrate.delays().at(0, 1), std::nullopt);
  EXPECT_EQ(triangle.substrate.delay(kB, kC), 10ms + 200us);
}

TEST(Substrate, LeadsPathsAlongALinkThatBecameFaster) {
  Triangle triangle;
  EXPECT_EQ(triangle.substrate.delay(kA, kC), 20ms + 200us);
  triangle.substrate.set_link_delay(triangle.xz, 5ms);
  EXPECT_THAT(triangle.substrate.path(kA, kC), ElementsAre(triangle.xz));
}

TEST(Substrate, HasNoLinksWithoutAGraph) {
  Substrate substrate = measured();
  EXPECT_EQ(substrate.graph(), nullptr);
  EXPECT_TRUE(substrate.path(kA, kB).empty());
  EXPECT_THROW(substrate.fail_link(SubstrateLinkId{0}), std::logic_error);
}

TEST(Substrate, FailsAndRestoresHosts) {
  Substrate substrate = measured();
  EXPECT_TRUE(substrate.host_up(kB));
  substrate.fail_host(kB);
  EXPECT_FALSE(substrate.host_up(kB));
  EXPECT_EQ(substrate.delay(kA, kB), 10ms);
  substrate.restore_host(kB);
  EXPECT_TRUE(substrate.host_up(kB));
}

TEST(Substrate, TellsObserversWhatChangedAfterItDid) {
  Triangle triangle;
  Recorder recorder;
  triangle.substrate.add_observer(recorder);
  triangle.substrate.set_delay(kA, kB, 1ms);
  triangle.substrate.set_host_capacity(kC, FrameRate{5000});
  triangle.substrate.fail_host(kB);
  triangle.substrate.fail_host(kB);  // it has failed already
  triangle.substrate.fail_link(triangle.xy);
  EXPECT_THAT(recorder.told, ElementsAre("pair 0-1", "host 2", "host 1", "paths"));
  triangle.substrate.remove_observer(recorder);
  triangle.substrate.restore_host(kB);
  EXPECT_EQ(recorder.told.size(), 4U);
}

TEST(Substrate, AdvancesItsVersionWithEveryChange) {
  Substrate substrate = measured();
  EXPECT_EQ(substrate.version(), 0U);
  substrate.set_delay_factor(2);
  substrate.set_host_access(kA, BitRate::mbps(1), BitRate::mbps(8));
  substrate.set_host_memory(kA, Bytes{1 << 20});
  EXPECT_EQ(substrate.version(), 3U);
  EXPECT_EQ(substrate.host(kA).access_down, BitRate::mbps(8));
}

TEST(Substrate, TreatsUnknownHostsAndImpossibleValuesAsBugs) {
  Substrate substrate = measured();
  EXPECT_THROW(substrate.delay(kA, HostId{3}), std::logic_error);
  EXPECT_THROW(substrate.path(kA, HostId{3}), std::logic_error);
  EXPECT_THROW(substrate.fail_host(HostId{3}), std::logic_error);
  EXPECT_THROW(substrate.set_delay(kA, kA, 1ms), std::logic_error);
  EXPECT_THROW(substrate.set_delay(kA, kB, -1ms), std::logic_error);
  EXPECT_THROW(substrate.set_loss(kA, kB, 1.01), std::logic_error);
  EXPECT_THROW(substrate.set_delay_factor(0), std::logic_error);
  EXPECT_EQ(substrate.version(), 0U);
}

TEST(HostPerRouter, PutsOneHostOnEachRouterWhereItIs) {
  RouterGraph graph;
  graph.add_router({"x", Coordinates{1, 2}, "NZ"});
  const std::vector<OverlayHost> hosts = host_per_router(graph);
  ASSERT_EQ(hosts.size(), 1U);
  EXPECT_EQ(hosts[0].name, "x");
  EXPECT_EQ(hosts[0].position, (Coordinates{1, 2}));
  EXPECT_EQ(hosts[0].country, "NZ");
  EXPECT_EQ(attachment_per_router(graph)[0].router, RouterId{0});
}

TEST(RoutedPaths, RefusesHostsAtRoutersThatDoNotExist) {
  EXPECT_THROW(RoutedPaths(RouterGraph{}, {HostAttachment{RouterId{0}, 0ns}}),
               std::invalid_argument);
}

}  // namespace
}  // namespace violin
