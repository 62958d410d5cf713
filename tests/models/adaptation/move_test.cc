#include "models/adaptation/move.h"

namespace violin::adaptation {
namespace {

using namespace std::chrono_literals;

// One entity of 10 MB that 1000 frames/s reach; h0 to h1 takes 20 ms.
class MoveCost : public testing::Test {
 protected:
  static Substrate make_substrate() {
    DelayMatrix delays(2);
    delays.set(0, 1, 20ms);
    delays.set(1, 0, 30ms);
    std::vector<OverlayHost> hosts{{"h0"}, {"h1"}};
    hosts[1].access_up = BitRate::mbps(8);
    return {hosts, MeasuredPaths(delays)};
  }
  Snapshot snapshot() const {
    placement::Problem problem(substrate_);
    problem.entities = {{"switch", {}, Bytes{10'000'000}}, {"host", {HostId{0}}, {}}};
    problem.links = {{"link", {EntityId{0}, EntityId{1}}}};
    problem.demands = {{"flow", EntityId{1}, {{EntityId{0}, {{0, 1}}}}, 1e6, 1000}};
    return Snapshot(problem);
  }

  Substrate substrate_ = make_substrate();
  const Move there_{EntityId{0}, HostId{0}, HostId{1}};
  const Move back_{EntityId{0}, HostId{1}, HostId{0}};
};

TEST_F(MoveCost, StateCrossesAtTheSlowestRateOfItsWay) {
  const Prices prices{.switch_over = 100ms, .transfer = BitRate::mbps(80)};
  EXPECT_EQ(downtime(snapshot(), prices, there_), 1100ms);
  EXPECT_EQ(downtime(snapshot(), prices, back_), 10'100ms);  // 8 Mbit/s up
}

TEST_F(MoveCost, SumsTheFixedPriceLostFramesAndTheNetworkCostOfTheState) {
  const Prices prices{
      .move = 7, .lost_frame = 0.5, .switch_over = 100ms, .transfer = BitRate::mbps(80)};
  EXPECT_DOUBLE_EQ(cost(snapshot(), prices, there_), 7 + 0.5 * 1000 * 1.1 + 80 * 20.0);
  EXPECT_DOUBLE_EQ(cost(snapshot(), prices, back_), 7 + 0.5 * 1000 * 10.1 + 80 * 30.0);
  EXPECT_DOUBLE_EQ(cost(snapshot(), prices, {EntityId{0}, HostId{1}, HostId{1}}), 0);
}

}  // namespace
}  // namespace violin::adaptation
