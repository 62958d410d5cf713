#include "models/substrate/link_stress.h"

#include <gtest/gtest.h>

#include <string>

namespace violin {
namespace {

using namespace std::chrono_literals;

// In the shape of the example of the Narada paper (Chu, Rao, Zhang, SIGMETRICS 2000): hosts A and B
// near router R1, C and D near R2, and one long link between the routers. Counted by hand.
struct NaradaFigure {
  static constexpr HostId kA{0};
  static constexpr HostId kB{1};
  static constexpr HostId kC{2};
  static constexpr HostId kD{3};

  NaradaFigure() : substrate(make()) {}

  SubstrateLinkId join(RouterGraph& graph, std::uint32_t from, std::uint32_t to, Duration delay) {
    SubstrateLink link;
    link.from = RouterId{from};
    link.to = RouterId{to};
    link.delay = delay;
    return graph.add_cable(std::move(link));
  }

  Substrate make() {
    RouterGraph graph;
    for (const char* name : {"A", "B", "C", "D", "R1", "R2"}) {
      graph.add_router({name, std::nullopt, {}});
    }
    a_r1 = join(graph, 0, 4, 1ms);
    b_r1 = join(graph, 1, 4, 2ms);
    r1_r2 = join(graph, 4, 5, 25ms);
    c_r2 = join(graph, 2, 5, 1ms);
    d_r2 = join(graph, 3, 5, 2ms);
    std::vector<OverlayHost> hosts(4);
    std::vector<HostAttachment> attachments(4);
    for (std::uint32_t i = 0; i < 4; ++i) {
      hosts[i].name = std::string(1, static_cast<char>('A' + i));
      attachments[i].router = RouterId{i};
    }
    return Substrate(std::move(hosts), RoutedPaths(std::move(graph), std::move(attachments)));
  }

  SubstrateLinkId a_r1{}, b_r1{}, r1_r2{}, c_r2{}, d_r2{};
  Substrate substrate;
};

using F = NaradaFigure;

std::vector<VirtualLoad> unicast_from_a() {
  return {{F::kA, F::kB, 1, 10, 1000}, {F::kA, F::kC, 1, 10, 1000}, {F::kA, F::kD, 1, 10, 1000}};
}

TEST(LinkStress, CountsTheCopiesOfNaiveUnicast) {
  const NaradaFigure net;
  const LinkStress stress(net.substrate, unicast_from_a());
  EXPECT_EQ(stress.links()[to_index(net.a_r1)].stress, 3U);
  EXPECT_EQ(stress.links()[to_index(net.r1_r2)].stress, 2U);
  EXPECT_EQ(stress.worst(), 3U);
}

TEST(LinkStress, CountsTheCopiesOfAnOverlayTree) {
  const NaradaFigure net;
  // A -> C, C -> D, A -> B: the long link is crossed once.
  const std::vector<VirtualLoad> tree{{F::kA, F::kC}, {F::kC, F::kD}, {F::kA, F::kB}};
  const LinkStress stress(net.substrate, tree);
  EXPECT_EQ(stress.links()[to_index(net.r1_r2)].stress, 1U);
  EXPECT_EQ(stress.links()[to_index(net.a_r1)].stress, 2U);
}

TEST(LinkStress, SumsFramesAndBytesPerDirection) {
  const NaradaFigure net;
  const LinkStress stress(net.substrate, unicast_from_a());
  EXPECT_EQ(stress.links()[to_index(net.r1_r2)].frames, 20U);
  EXPECT_EQ(stress.links()[to_index(net.r1_r2)].bytes, 2000U);
  const auto back = net.substrate.graph()->link(net.r1_r2).reverse;
  EXPECT_EQ(stress.links()[to_index(*back)].stress, 0U);
}

TEST(LinkStress, AveragesOverTheLinksThatCarryAnything) {
  const NaradaFigure net;
  const LinkStress stress(net.substrate, unicast_from_a());
  // A-R1 3, R1-R2 2, and one each into B, C and D.
  EXPECT_DOUBLE_EQ(stress.mean(), (3 + 2 + 1 + 1 + 1) / 5.0);
}

TEST(LinkStress, WeighsResourceUsageByDelay) {
  const NaradaFigure net;
  const LinkStress stress(net.substrate, unicast_from_a());
  // Stress x delay of A-R1, R1-R2, and those into B, C and D.
  EXPECT_DOUBLE_EQ(stress.resource_usage_ms(), 3 * 1 + 2 * 25 + 1 * 2 + 1 * 1 + 1 * 2);
}

TEST(LinkStress, CountsWhatHasNoWay) {
  NaradaFigure net;
  net.substrate.fail_link(net.r1_r2);
  const LinkStress stress(net.substrate, unicast_from_a());
  EXPECT_EQ(stress.unrouted(), 2U);
  EXPECT_EQ(stress.worst(), 1U);
}

TEST(LinkStress, IsNothingWithoutAGraph) {
  const Substrate substrate({OverlayHost{.name = "alone"}}, MeasuredPaths(DelayMatrix(1)));
  const LinkStress stress(substrate, {});
  EXPECT_TRUE(stress.links().empty());
  EXPECT_EQ(stress.worst(), 0U);
  EXPECT_EQ(stress.mean(), 0);
}

}  // namespace
}  // namespace violin
