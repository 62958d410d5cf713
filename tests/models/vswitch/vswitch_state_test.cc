// A switch made from another's state decides as that does.
#include "models/vswitch/vswitch_state.h"

#include <gtest/gtest.h>

#include <random>

#include "tests/models/vswitch/bridge_fixture.h"

namespace violin {
namespace {

using namespace std::chrono_literals;

constexpr VSwitchOptions kOptions{
    .ageing = 20s,
    .stations = 1024,
    .storm_control = {.broadcast = StormLimit{FrameRate{20}, 5},
                      .multicast = std::nullopt,
                      .unknown_unicast = StormLimit{FrameRate{200}, 50}}};

// A switch with its recorder, and what it has dropped.
struct Observed {
  explicit Observed(Kernel& kernel) : bridge(kernel, "s", kOptions) {}
  void plug(PortIndex port) { bridge.plug(port, {&out, port}); }

  VSwitch bridge;
  Neighbours out;
};

class VSwitchStateTest : public ::testing::TestWithParam<std::uint64_t> {
 protected:
  std::uint64_t draw(std::uint64_t below) { return random_() % below; }
  PortVlan some_vlan() {
    switch (draw(4)) {
      case 0:
        return PortVlan::access(VlanId{10});
      case 1: {
        VlanSet allowed;
        allowed.set(10).set(20);
        return PortVlan::trunk(allowed, draw(2) != 0 ? std::optional(VlanId{20}) : std::nullopt);
      }
      default:
        return {};
    }
  }
  TestFrame some_frame() {
    static constexpr std::array<std::uint64_t, 3> kGroups = {0xffff'ffff'ffff, 0x0100'5e00'0001,
                                                             0x0180'c200'0003};
    TestFrame frame;
    frame.from = MacAddress::local(draw(30) + 1);
    frame.to = draw(5) == 0 ? MacAddress(kGroups.at(draw(3))) : MacAddress::local(draw(40) + 1);
    frame.tag = draw(3) == 0 ? std::optional<std::uint16_t>(draw(2) != 0 ? 10 : 20) : std::nullopt;
    frame.number = ++number_;
    return frame;
  }
  // Frames at any port, now and then after a while.
  template <typename Give>
  void run(int frames, Give give) {
    for (int i = 0; i < frames; ++i) {
      if (draw(20) == 0) {
        kernel_.run_until(kernel_.now() + std::chrono::milliseconds(draw(3000)));
      }
      give(PortIndex{static_cast<std::uint32_t>(draw(kPorts + 1))}, some_frame());
    }
  }
  void give(Observed& to, PortIndex port, const TestFrame& sent) {
    Frame frame = sent.make(kernel_.frames());
    to.bridge.receive(port, {&frame, 1}, kernel_.now());
  }

  static constexpr std::uint32_t kPorts = 8;
  std::mt19937_64 random_{GetParam()};
  std::uint32_t number_ = 0;
  Kernel kernel_;
};

TEST_P(VSwitchStateTest, TheCopyDecidesAsTheOriginalDoes) {
  Observed original(kernel_);
  for (std::uint32_t i = 0; i < kPorts; ++i) {
    original.plug(original.bridge.connect(some_vlan()));
  }
  original.bridge.set_group_filter(
      {MacAddress(0x0100'5e00'0001), {PortIndex{0}, PortIndex{2}, PortIndex{5}}});
  original.bridge.disconnect(PortIndex{3});  // a gap
  run(2000, [&](PortIndex port, const TestFrame& frame) { give(original, port, frame); });
  original.out.forget();

  Observed copy(kernel_);
  copy.bridge.restore(original.bridge.state());
  ASSERT_EQ(copy.bridge.connected_ports(), kPorts - 1);
  for (std::uint32_t i = 0; i < kPorts; ++i) {
    ASSERT_EQ(copy.bridge.connected(PortIndex{i}), original.bridge.connected(PortIndex{i}));
    if (copy.bridge.connected(PortIndex{i})) {
      copy.plug(PortIndex{i});
    }
  }
  EXPECT_EQ(copy.bridge.stations(), original.bridge.stations());
  EXPECT_EQ(copy.bridge.connect(), original.bridge.connect());  // ports are used again alike
  std::array<std::uint64_t, kDropCount> before{};
  for (std::size_t i = 0; i < kDropCount; ++i) {
    before.at(i) = original.bridge.ledger().drops(static_cast<Drop>(i));
  }
  run(3000, [&](PortIndex port, const TestFrame& frame) {
    give(original, port, frame);
    give(copy, port, frame);
    ASSERT_EQ(copy.out.by_port, original.out.by_port) << frame << ", seed " << GetParam();
  });
  for (std::size_t i = 0; i < kDropCount; ++i) {
    const auto reason = static_cast<Drop>(i);
    EXPECT_EQ(copy.bridge.ledger().drops(reason),
              original.bridge.ledger().drops(reason) - before.at(i))
        << to_string(reason);
  }
  EXPECT_GT(original.out.kept.size(), 1000U);
  EXPECT_EQ(copy.bridge.counters().learnt, original.bridge.counters().learnt);
  EXPECT_EQ(copy.bridge.counters().flooded, original.bridge.counters().flooded);
}

INSTANTIATE_TEST_SUITE_P(Seeds, VSwitchStateTest, ::testing::Range<std::uint64_t>(1, 13));

TEST(VSwitchState, OutlivesTheSwitchThatItIsOf) {
  Kernel kernel;
  std::optional<VSwitch> original(std::in_place, kernel, "s");
  original->connect(PortVlan::access(VlanId{7}));
  const VSwitchState state = original->state();
  original.reset();
  VSwitch copy(kernel, "s");
  copy.restore(state);
  EXPECT_EQ(copy.connected_ports(), 1U);
  EXPECT_THROW(copy.restore(state), std::logic_error);  // it has ports
}

}  // namespace
}  // namespace violin
