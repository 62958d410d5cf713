#include "models/vswitch/vswitch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <set>
#include <vector>

#include "tests/models/vswitch/bridge_fixture.h"

namespace violin {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const MacAddress kAnn = MacAddress::local(1);
const MacAddress kBob = MacAddress::local(2);
const MacAddress kEve = MacAddress::local(3);
const MacAddress kGroup(0x0100'5e00'0001ULL);  // RFC 1112: 224.0.0.1

class VSwitchTest : public ::testing::Test {
 protected:
  // A switch with three ports that have cables.
  VSwitchTest() { reset({}); }

  void reset(const VSwitchOptions& options) {
    switch_ = std::make_unique<VSwitch>(kernel_, "vSwitch", options);
    a_ = add_port();
    b_ = add_port();
    c_ = add_port();
  }
  PortIndex add_port(PortVlan vlan = {}) {
    const PortIndex port = switch_->connect(std::move(vlan));
    switch_->plug(port, {&neighbours_, port});
    return port;
  }
  void send(PortIndex port, MacAddress from, MacAddress to, std::uint32_t number = 0) {
    send(port, {TestFrame{to, from, {}, number}});
  }
  void send(PortIndex port, const std::vector<TestFrame>& frames) {
    std::vector<Frame> burst;
    for (const TestFrame& frame : frames) {
      burst.push_back(frame.make(kernel_.frames()));
    }
    switch_->receive(port, burst, kernel_.now());
    for (const Frame& frame : burst) {
      EXPECT_FALSE(frame) << "a sink takes every frame";
    }
    EXPECT_TRUE(switch_->ledger().balances(switch_->queued()));
  }
  void send_bytes(PortIndex port, std::vector<std::uint8_t> bytes, std::uint32_t elided = 0) {
    Frame frame = kernel_.frames().copy_of(bytes, elided);
    switch_->receive(port, {&frame, 1}, kernel_.now());
    EXPECT_TRUE(switch_->ledger().balances(0));
  }
  std::vector<std::uint32_t> got(PortIndex port) { return neighbours_.take_numbers(port); }
  std::uint64_t drops(Drop reason) const { return switch_->ledger().drops(reason); }
  void wait(Duration d) { kernel_.run_until(kernel_.now() + d); }

  Kernel kernel_;
  Neighbours neighbours_;
  std::unique_ptr<VSwitch> switch_;
  PortIndex a_{}, b_{}, c_{};
};

TEST_F(VSwitchTest, FloodsAFrameToAnUnknownStationToAllOtherPorts) {
  send(a_, kAnn, kBob, 7);
  EXPECT_THAT(got(a_), IsEmpty());
  EXPECT_THAT(got(b_), ElementsAre(7));
  EXPECT_THAT(got(c_), ElementsAre(7));
  EXPECT_EQ(switch_->counters().flooded, 1U);
}

TEST_F(VSwitchTest, SendsAFrameForAKnownStationToItsPortAlone) {
  send(a_, kAnn, kBob);
  neighbours_.forget();
  send(b_, kBob, kAnn, 8);
  EXPECT_THAT(got(a_), ElementsAre(8));
  EXPECT_THAT(got(c_), IsEmpty());
  EXPECT_EQ(switch_->counters().forwarded, 1U);
}

TEST_F(VSwitchTest, FloodsBroadcastAndMulticastEvenWhenEveryStationIsKnown) {
  send(a_, kAnn, MacAddress::broadcast(), 1);
  send(a_, kAnn, kGroup, 2);
  EXPECT_THAT(got(b_), ElementsAre(1, 2));
  EXPECT_THAT(got(c_), ElementsAre(1, 2));
  EXPECT_THAT(got(a_), IsEmpty());
}

TEST_F(VSwitchTest, NeverLearnsAGroupAddressAndDropsFramesFromOne) {
  send(a_, kGroup, kBob);
  send(a_, MacAddress::broadcast(), kBob);
  EXPECT_EQ(drops(Drop::kBadFrame), 2U);
  EXPECT_EQ(switch_->table().size(), 0U);
  EXPECT_THAT(neighbours_.kept, IsEmpty());
}

TEST_F(VSwitchTest, DropsFramesShorterThanAnEthernetHeader) {
  send_bytes(a_, std::vector<std::uint8_t>(13), 100);
  send_bytes(a_, {});
  EXPECT_EQ(drops(Drop::kBadFrame), 2U);
  send_bytes(a_, {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0});
  EXPECT_EQ(drops(Drop::kBadFrame), 2U);
}

TEST_F(VSwitchTest, PassesFramesWithALengthInPlaceOfTheType) {
  std::vector<std::uint8_t> bytes = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0, 3, 0xaa, 0xaa, 3};
  send_bytes(a_, bytes);
  ASSERT_THAT(neighbours_.kept, SizeIs(2));
  EXPECT_TRUE(std::ranges::equal(neighbours_.kept[0].bytes(), bytes));
}

TEST_F(VSwitchTest, FiltersAFrameForAStationAtItsOwnIngressPort) {
  send(a_, kAnn, MacAddress::broadcast());
  neighbours_.forget();
  send(a_, kBob, kAnn);
  EXPECT_EQ(drops(Drop::kSamePort), 1U);
  EXPECT_THAT(neighbours_.kept, IsEmpty());
}

TEST_F(VSwitchTest, FiltersAFrameThatAStationSendsToItself) {
  send(a_, kAnn, kAnn);
  EXPECT_EQ(drops(Drop::kSamePort), 1U);
}

TEST_F(VSwitchTest, RelearnsAStationThatMovedAtOnce) {
  send(a_, kAnn, MacAddress::broadcast());
  send(b_, kAnn, MacAddress::broadcast());
  neighbours_.forget();
  send(c_, kBob, kAnn, 5);
  EXPECT_THAT(got(b_), ElementsAre(5));
  EXPECT_THAT(got(a_), IsEmpty());
  EXPECT_EQ(switch_->counters().moved, 1U);
  EXPECT_EQ(switch_->counters().learnt, 2U);
}

TEST_F(VSwitchTest, LearnsWithinABurst) {
  send(a_, kAnn, MacAddress::broadcast());
  send(b_, kBob, MacAddress::broadcast());
  neighbours_.forget();
  // Ann moves to port c in the middle of a burst that comes in there.
  send(c_, {{kAnn, kEve, {}, 1}, {kBob, kAnn, {}, 2}, {kAnn, kEve, {}, 3}});
  EXPECT_THAT(got(a_), ElementsAre(1));
  EXPECT_THAT(got(b_), ElementsAre(2));
  EXPECT_EQ(drops(Drop::kSamePort), 1U);
}

TEST_F(VSwitchTest, ForgetsASilentStationAfterFiveMinutesByDefault) {
  send(a_, kAnn, MacAddress::broadcast());
  neighbours_.forget();
  wait(300s);
  send(b_, kBob, kAnn, 1);
  EXPECT_THAT(got(c_), IsEmpty());
  wait(MacTable::kTick);
  send(b_, kBob, kAnn, 2);
  EXPECT_THAT(got(c_), ElementsAre(2));
}

TEST_F(VSwitchTest, NeedsNoEventsForAgeing) {
  send(a_, kAnn, MacAddress::broadcast());
  kernel_.run();
  EXPECT_EQ(kernel_.events(), 0U);
}

TEST_F(VSwitchTest, AgesAsItIsTold) {
  switch_->set_ageing(10s);
  send(a_, kAnn, MacAddress::broadcast());
  neighbours_.forget();
  wait(11s);
  send(b_, kBob, kAnn, 1);
  EXPECT_THAT(got(c_), ElementsAre(1));
}

TEST_F(VSwitchTest, ForwardsAndFloodsStillWhenItsTableIsFull) {
  reset({.stations = 1});
  send(a_, kAnn, kEve, 1);
  send(b_, kBob, kEve, 2);  // takes Ann's place
  neighbours_.forget();
  send(c_, kEve, kAnn, 3);  // takes Bob's place, and Ann is unknown
  EXPECT_THAT(got(a_), ElementsAre(3));
  EXPECT_THAT(got(b_), ElementsAre(3));
  EXPECT_EQ(switch_->table().evictions(), 2U);
  EXPECT_EQ(switch_->table().size(), 1U);
}

TEST_F(VSwitchTest, KeepsReservedGroupAddressesToItself) {
  for (std::uint64_t last = 0; last <= 0x10; ++last) {
    send(a_, kAnn, MacAddress(0x0180'c200'0000ULL + last));
  }
  EXPECT_EQ(drops(Drop::kUnsupported), 16U);
  EXPECT_EQ(switch_->counters().flooded, 1U);  // 01-80-C2-00-00-10 is an ordinary group
  EXPECT_EQ(switch_->counters().learnt, 1U);
}

TEST_F(VSwitchTest, DropsAFloodThatFindsNoPort) {
  switch_->unplug(b_);
  switch_->unplug(c_);
  send(a_, kAnn, MacAddress::broadcast());
  EXPECT_EQ(drops(Drop::kDetached), 1U);
}

TEST_F(VSwitchTest, CountsAFloodToNPortsAsNMinusOneReplicas) {
  send(a_, kAnn, MacAddress::broadcast());
  EXPECT_EQ(switch_->ledger().replicated, 1U);
  EXPECT_EQ(switch_->ledger().out, 2U);
  switch_->unplug(c_);
  send(a_, kAnn, MacAddress::broadcast());
  EXPECT_EQ(switch_->ledger().replicated, 1U);
}

TEST_F(VSwitchTest, SharesTheBytesOfAFloodAndGivesAloneFramesAway) {
  send(a_, kAnn, MacAddress::broadcast());
  ASSERT_THAT(neighbours_.kept, SizeIs(2));
  EXPECT_EQ(kernel_.frames().live(), 1U);
  EXPECT_EQ(neighbours_.kept[0].bytes().data(), neighbours_.kept[1].bytes().data());
  neighbours_.forget();
  switch_->unplug(c_);
  send(a_, kAnn, MacAddress::broadcast());
  EXPECT_FALSE(neighbours_.kept.at(0).is_shared());
}

TEST_F(VSwitchTest, GivesEachEgressPortOneBurstInOrderOfArrival) {
  send(b_, kBob, MacAddress::broadcast());
  send(c_, kEve, MacAddress::broadcast());
  neighbours_.forget();
  send(a_, {{kBob, kAnn, {}, 1},
            {kEve, kAnn, {}, 2},
            {kBob, kAnn, {}, 3},
            {kEve, kAnn, {}, 4},
            {kBob, kAnn, {}, 5}});
  EXPECT_THAT(neighbours_.bursts, ElementsAre(std::pair(b_, 3U), std::pair(c_, 2U)));
  EXPECT_THAT(got(b_), ElementsAre(1, 3, 5));
  EXPECT_THAT(got(c_), ElementsAre(2, 4));
}

TEST_F(VSwitchTest, KeepsTheOrderOfUnicastAndFloodedFramesToOnePort) {
  send(b_, kBob, MacAddress::broadcast());
  neighbours_.forget();
  send(a_, {{kBob, kAnn, {}, 1},
            {MacAddress::broadcast(), kAnn, {}, 2},
            {kBob, kAnn, {}, 3},
            {kEve, kAnn, {}, 4},
            {kBob, kAnn, {}, 5}});
  EXPECT_THAT(neighbours_.bursts, ElementsAre(std::pair(b_, 5U), std::pair(c_, 2U)));
  EXPECT_THAT(got(b_), ElementsAre(1, 2, 3, 4, 5));
  EXPECT_THAT(got(c_), ElementsAre(2, 4));
}

TEST_F(VSwitchTest, TakesBurstsOfAnyLength) {
  send(b_, kBob, MacAddress::broadcast());
  neighbours_.forget();
  std::vector<TestFrame> frames;
  std::vector<std::uint32_t> numbers(1000);
  std::iota(numbers.begin(), numbers.end(), 0U);
  for (const std::uint32_t number : numbers) {
    frames.push_back({number % 3 == 0 ? MacAddress::broadcast() : kBob, kAnn, {}, number});
  }
  send(a_, frames);
  EXPECT_EQ(got(b_), numbers);
  EXPECT_THAT(neighbours_.bursts, SizeIs(2 * 16));  // 64 frames at a time to each of two ports
}

TEST_F(VSwitchTest, TakesAnEmptyBurst) {
  send(a_, std::vector<TestFrame>{});
  EXPECT_EQ(switch_->ledger().in, 0U);
}

TEST_F(VSwitchTest, ChangesNoByteOfATransparentFrame) {
  const TestFrame tagged{kBob, kAnn, 0xefff, 3};  // VID 4095, which 802.1Q reserves
  send(a_, {tagged});
  EXPECT_THAT(neighbours_.take(b_), ElementsAre(tagged));
}

TEST_F(VSwitchTest, GivesTheIndexOfARemovedPortToTheNextOne) {
  switch_->disconnect(b_);
  EXPECT_FALSE(switch_->connected(b_));
  EXPECT_EQ(switch_->connected_ports(), 2U);
  EXPECT_EQ(switch_->connect(), b_);
  EXPECT_TRUE(switch_->connected(b_));
}

TEST_F(VSwitchTest, HasNoFixedNumberOfPorts) {
  std::set<PortIndex> ports;
  for (int i = 0; i < 50'000; ++i) {
    ports.insert(switch_->connect());
  }
  EXPECT_EQ(ports.size(), 50'000U);
  EXPECT_EQ(switch_->connected_ports(), 50'003U);
}

TEST_F(VSwitchTest, GrowsNotWithPortsThatComeAndGo) {
  for (int i = 0; i < 100'000; ++i) {
    switch_->disconnect(add_port());
  }
  EXPECT_EQ(switch_->ports(), 4U);
}

TEST_F(VSwitchTest, ForgetsTheStationsOfARemovedPort) {
  send(b_, kBob, MacAddress::broadcast());
  switch_->disconnect(b_);
  EXPECT_EQ(switch_->table().size(), 0U);
  const PortIndex again = add_port();
  ASSERT_EQ(again, b_);
  neighbours_.forget();
  send(a_, kAnn, kBob, 4);
  EXPECT_THAT(got(c_), ElementsAre(4));
}

TEST_F(VSwitchTest, ForgetsTheStationsOfAnUnpluggedPort) {
  send(b_, kBob, MacAddress::broadcast());
  switch_->unplug(b_);
  neighbours_.forget();
  send(a_, kAnn, kBob, 4);
  EXPECT_THAT(got(c_), ElementsAre(4));
  EXPECT_EQ(drops(Drop::kDetached), 0U);
}

TEST_F(VSwitchTest, ANewPortStartsTransparent) {
  const PortIndex access = add_port(PortVlan::access(VlanId{10}));
  switch_->disconnect(access);
  ASSERT_EQ(add_port(), access);
  send(a_, kAnn, MacAddress::broadcast(), 6);
  EXPECT_THAT(got(access), ElementsAre(6));
}

TEST_F(VSwitchTest, DropsWhatComesInAtAPortThatIsNotConnected) {
  switch_->disconnect(b_);
  send(b_, kBob, MacAddress::broadcast());
  send(PortIndex{99}, kBob, MacAddress::broadcast());
  EXPECT_EQ(drops(Drop::kDetached), 2U);
  EXPECT_EQ(switch_->table().size(), 0U);
}

TEST_F(VSwitchTest, APortThatIsNotConnectedCannotBePluggedOrRemoved) {
  switch_->disconnect(b_);
  EXPECT_THROW(switch_->plug(b_, {&neighbours_, b_}), std::logic_error);
  EXPECT_THROW(switch_->unplug(b_), std::logic_error);
  EXPECT_THROW(switch_->disconnect(b_), std::logic_error);
  EXPECT_THROW(switch_->set_vlan(b_, {}), std::logic_error);
}

TEST_F(VSwitchTest, DropsFramesForAStationWhosePortLostItsCableMeanwhile) {
  const PortIndex bare = switch_->connect();
  send(bare, kBob, MacAddress::broadcast());
  send(a_, kAnn, kBob);
  EXPECT_EQ(drops(Drop::kDetached), 1U);
}

TEST_F(VSwitchTest, ForgetsEverythingWhenItsHostFails) {
  send(a_, kAnn, MacAddress::broadcast());
  switch_->abandon(Drop::kHostDown);
  EXPECT_EQ(switch_->table().size(), 0U);
  EXPECT_EQ(switch_->queued(), 0U);
  neighbours_.forget();
  send(b_, kBob, kAnn, 1);
  EXPECT_THAT(got(c_), ElementsAre(1));
}

TEST_F(VSwitchTest, ItsNextLifeKnowsWhatItHadLearnt) {
  send(a_, kAnn, MacAddress::broadcast());
  send(b_, kBob, MacAddress::broadcast());
  const std::vector<Station> stations = switch_->stations();
  reset({});
  switch_->restore(stations);
  neighbours_.forget();
  send(c_, kEve, kBob, 1);
  EXPECT_THAT(got(b_), ElementsAre(1));
  EXPECT_THAT(got(a_), IsEmpty());
}

TEST_F(VSwitchTest, RestoresNoStationAtAPortThatIsNotThereOrNotInItsVlan) {
  const Station nowhere{kAnn, kTransparentVlan, PortIndex{99}, kRunStart};
  EXPECT_THROW(switch_->restore({&nowhere, 1}), std::logic_error);
  const Station elsewhere{kAnn, VlanId{5}, a_, kRunStart};
  EXPECT_THROW(switch_->restore({&elsewhere, 1}), std::logic_error);
}

TEST_F(VSwitchTest, LimitsEachKindOfFloodPerIngressPort) {
  VSwitchOptions options;
  options.storm_control.broadcast = StormLimit{FrameRate{10}, 2};
  options.storm_control.multicast = StormLimit{FrameRate{10}, 1};
  reset(options);
  for (std::uint32_t i = 0; i < 3; ++i) {
    send(a_, kAnn, MacAddress::broadcast(), i);
    send(a_, kAnn, kGroup, 10 + i);
    send(a_, kAnn, kEve, 20 + i);
  }
  EXPECT_THAT(got(c_), ElementsAre(0, 10, 20, 1, 21, 22));
  EXPECT_EQ(drops(Drop::kStormControl), 3U);
  send(b_, kBob, MacAddress::broadcast(), 30);  // another port, another bucket
  EXPECT_THAT(got(c_), ElementsAre(30));
  wait(100ms);
  send(a_, kAnn, MacAddress::broadcast(), 40);
  EXPECT_THAT(got(c_), ElementsAre(40));
}

TEST_F(VSwitchTest, StormControlHoldsUnknownUnicastAndLetsKnownUnicastPass) {
  StormControl control;
  control.unknown_unicast = StormLimit{FrameRate{1}, 1};
  switch_->set_storm_control(control);
  send(b_, kBob, MacAddress::broadcast());
  neighbours_.forget();
  for (std::uint32_t i = 0; i < 5; ++i) {
    send(a_, {{kEve, kAnn, {}, i}, {kBob, kAnn, {}, 10 + i}});
  }
  EXPECT_THAT(got(b_), ElementsAre(0, 10, 11, 12, 13, 14));
  EXPECT_EQ(drops(Drop::kStormControl), 4U);
}

TEST_F(VSwitchTest, StormControlHoldsPortsThatCameLater) {
  StormControl control;
  control.broadcast = StormLimit{FrameRate{1}, 1};
  switch_->set_storm_control(control);
  const PortIndex late = add_port();
  send(late, kEve, MacAddress::broadcast());
  send(late, kEve, MacAddress::broadcast());
  EXPECT_EQ(drops(Drop::kStormControl), 1U);
  switch_->set_storm_control({});
  send(late, kEve, MacAddress::broadcast());
  EXPECT_EQ(drops(Drop::kStormControl), 1U);
}

TEST_F(VSwitchTest, LearnsFromFramesThatItDoesNotForward) {
  StormControl control;
  control.broadcast = StormLimit{FrameRate{1}, 1};
  switch_->set_storm_control(control);
  send(a_, kAnn, MacAddress::broadcast());
  send(a_, kEve, MacAddress::broadcast());          // storm control
  send(a_, kBob, MacAddress(0x0180'c200'0000ULL));  // a BPDU
  EXPECT_EQ(switch_->counters().learnt, 3U);
}

// A sink that answers at once, within the switch's own call.
TEST_F(VSwitchTest, BearsFramesThatComeBackWhileItIsSending) {
  struct Echo final : FrameSink {
    VSwitch* bridge;
    PortIndex port;
    FramePool* pool;
    int left = 3;
    void receive(PortIndex, std::span<Frame> burst, TimePoint now) override {
      for (Frame& frame : burst) {
        frame.reset();
      }
      if (left-- > 0) {
        Frame answer = TestFrame{kAnn, kBob, {}, 77}.make(*pool);
        bridge->receive(port, {&answer, 1}, now);
      }
    }
  } echo;
  echo.bridge = switch_.get();
  echo.port = b_;
  echo.pool = &kernel_.frames();
  switch_->plug(b_, {&echo, b_});
  send(a_, {{kBob, kAnn, {}, 1}, {kEve, kAnn, {}, 2}, {kBob, kAnn, {}, 3}});
  send(a_, {{kBob, kAnn, {}, 4}, {MacAddress::broadcast(), kAnn, {}, 5}, {kBob, kAnn, {}, 6}});
  EXPECT_THAT(got(a_), ElementsAre(77, 77));
  EXPECT_THAT(got(c_), ElementsAre(1, 2, 3, 5));
}

VlanSet vlans(std::initializer_list<std::size_t> numbers) {
  VlanSet set;
  for (const std::size_t number : numbers) {
    set.set(number);
  }
  return set;
}

// IEEE 802.1D-2004 clause 7.9.1.
TEST_F(VSwitchTest, AGroupWithAFilterGoesToItsPortsOnly) {
  const MacAddress other(kGroup.bits() + 1);
  switch_->set_group_filter({kGroup, {b_}});
  send(a_, {TestFrame{kGroup, kAnn, {}, 1}, TestFrame{other, kAnn, {}, 2},
            TestFrame{MacAddress::broadcast(), kAnn, {}, 3}, TestFrame{kGroup, kAnn, {}, 4}});
  EXPECT_THAT(got(b_), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(got(c_), ElementsAre(2, 3));
  switch_->set_group_filter({kGroup, {b_, c_}});
  send(b_, kBob, kGroup, 5);
  EXPECT_THAT(got(a_), IsEmpty());
  EXPECT_THAT(got(b_), IsEmpty());
  EXPECT_THAT(got(c_), ElementsAre(5));
  switch_->remove_group_filter(kGroup);
  send(b_, kBob, kGroup, 6);
  EXPECT_THAT(got(a_), ElementsAre(6));
}

TEST_F(VSwitchTest, APortThatGoesLeavesItsFilters) {
  switch_->set_group_filter({kGroup, {b_, c_}});
  switch_->disconnect(b_);
  send(a_, kAnn, kGroup, 1);
  EXPECT_THAT(got(c_), ElementsAre(1));
  ASSERT_EQ(add_port(), b_);  // somebody else's now
  send(a_, kAnn, kGroup, 2);
  EXPECT_THAT(got(b_), IsEmpty());
  switch_->disconnect(b_);
  switch_->disconnect(c_);
  send(a_, kAnn, kGroup, 3);
  EXPECT_EQ(drops(Drop::kDetached), 1U);
}

class VSwitchVlans : public VSwitchTest {
 protected:
  VSwitchVlans() {
    red1_ = add_port(PortVlan::access(VlanId{10}));
    red2_ = add_port(PortVlan::access(VlanId{10}));
    blue_ = add_port(PortVlan::access(VlanId{20}));
    trunk_ = add_port(PortVlan::trunk(vlans({10, 20, 30}), VlanId{30}));
  }
  PortIndex red1_{}, red2_{}, blue_{}, trunk_{};
};

TEST_F(VSwitchVlans, AFloodStaysInItsVlan) {
  send(red1_, kAnn, MacAddress::broadcast(), 1);
  EXPECT_THAT(got(red2_), ElementsAre(1));
  EXPECT_THAT(got(trunk_), ElementsAre(1));
  EXPECT_THAT(got(blue_), IsEmpty());
  EXPECT_THAT(got(a_), IsEmpty());
}

TEST_F(VSwitchVlans, AFrameOfTransparentPortsReachesNoVlan) {
  send(a_, {{MacAddress::broadcast(), kAnn, {}, 1}, {MacAddress::broadcast(), kAnn, 10, 2}});
  EXPECT_THAT(got(b_), ElementsAre(1, 2));
  EXPECT_THAT(got(red1_), IsEmpty());
  EXPECT_THAT(got(trunk_), IsEmpty());
}

TEST_F(VSwitchVlans, AddsTheTagTowardsATrunkAndTakesItOffTowardsAnAccessPort) {
  send(red1_, {TestFrame{kBob, kAnn, {}, 1}});
  EXPECT_THAT(neighbours_.take(trunk_), ElementsAre(TestFrame{kBob, kAnn, 10, 1}));
  EXPECT_THAT(neighbours_.take(red2_), ElementsAre(TestFrame{kBob, kAnn, {}, 1}));
  send(trunk_, {TestFrame{kAnn, kBob, 0xa00a, 2}});  // priority 5
  EXPECT_THAT(neighbours_.take(red1_), ElementsAre(TestFrame{kAnn, kBob, {}, 2}));
}

TEST_F(VSwitchVlans, KeepsThePriorityOfAPriorityTaggedFrame) {
  send(red1_, {TestFrame{kBob, kAnn, 0xa000, 1}});
  EXPECT_THAT(neighbours_.take(trunk_), ElementsAre(TestFrame{kBob, kAnn, 0xa00a, 1}));
}

TEST_F(VSwitchVlans, SendsTheNativeVlanWithoutTag) {
  const PortIndex other = add_port(PortVlan::trunk(vlans({30})));
  send(other, {TestFrame{kBob, kAnn, 30, 1}});
  EXPECT_THAT(neighbours_.take(trunk_), ElementsAre(TestFrame{kBob, kAnn, {}, 1}));
  send(trunk_, {TestFrame{kAnn, kBob, {}, 2}});
  EXPECT_THAT(neighbours_.take(other), ElementsAre(TestFrame{kAnn, kBob, 30, 2}));
}

TEST_F(VSwitchVlans, DropsAndDoesNotLearnFromFramesThatThePortDoesNotTake) {
  send(red1_, {TestFrame{kBob, kAnn, 10, 1}, TestFrame{kBob, kAnn, 20, 2}});
  send(trunk_, {TestFrame{kBob, kAnn, 40, 3}});
  EXPECT_EQ(drops(Drop::kVlan), 3U);
  EXPECT_EQ(switch_->table().size(), 0U);
  EXPECT_THAT(neighbours_.kept, IsEmpty());
}

TEST_F(VSwitchVlans, DropsTagsThatAreCutOffOrReserved) {
  send(trunk_, {TestFrame{kBob, kAnn, 4095, 1}});
  send_bytes(trunk_, {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x81, 0, 0, 10, 8});
  EXPECT_EQ(drops(Drop::kBadFrame), 2U);
}

TEST_F(VSwitchVlans, OneAddressInTwoVlansIsTwoStations) {
  send(trunk_, {TestFrame{MacAddress::broadcast(), kAnn, 20, 0}});
  send(red1_, {TestFrame{MacAddress::broadcast(), kAnn, {}, 0}});
  EXPECT_EQ(switch_->counters().moved, 0U);
  neighbours_.forget();
  send(red2_, kBob, kAnn, 1);
  send(blue_, kBob, kAnn, 2);
  EXPECT_THAT(got(red1_), ElementsAre(1));
  EXPECT_THAT(got(trunk_), ElementsAre(2));
}

TEST_F(VSwitchVlans, AGroupFilterHoldsInEachVlan) {
  switch_->set_group_filter({kGroup, {red2_, trunk_}});
  send(red1_, kAnn, kGroup, 1);
  EXPECT_THAT(got(red2_), ElementsAre(1));
  EXPECT_THAT(got(trunk_), ElementsAre(1));
  send(blue_, kBob, kGroup, 2);
  EXPECT_THAT(got(red2_), IsEmpty());
  EXPECT_THAT(got(trunk_), ElementsAre(2));
}

TEST_F(VSwitchVlans, ARetaggedFloodLeavesTheOthersBytesAlone) {
  send(red1_, {TestFrame{MacAddress::broadcast(), kAnn, {}, 1}});
  const PortIndex red3 = add_port(PortVlan::access(VlanId{10}));
  send(trunk_, {TestFrame{MacAddress::broadcast(), kBob, 10, 2}});
  const TestFrame plain{MacAddress::broadcast(), kBob, {}, 2};
  EXPECT_THAT(neighbours_.take(red1_), ElementsAre(plain));
  EXPECT_EQ(neighbours_.take(red2_).back(), plain);
  EXPECT_THAT(neighbours_.take(red3), ElementsAre(plain));
}

TEST_F(VSwitchVlans, APortThatChangesItsVlanLosesItsStations) {
  send(red1_, kAnn, MacAddress::broadcast());
  switch_->set_vlan(red1_, PortVlan::access(VlanId{20}));
  neighbours_.forget();
  send(red2_, kBob, kAnn, 1);
  EXPECT_THAT(got(red1_), IsEmpty());
  EXPECT_THAT(got(trunk_), ElementsAre(1));
}

}  // namespace
}  // namespace violin
