#include "models/vswitch/vlan.h"

#include <gtest/gtest.h>

#include <vector>

#include "models/vswitch/vlan_tag.h"

namespace violin {
namespace {

VlanSet vlans(std::initializer_list<std::size_t> numbers) {
  VlanSet set;
  for (const std::size_t number : numbers) {
    set.set(number);
  }
  return set;
}

TEST(PortVlan, IsTransparentByDefault) {
  const PortVlan port;
  EXPECT_TRUE(port.is_transparent());
  EXPECT_EQ(port.classify_untagged(), kTransparentVlan);
  EXPECT_TRUE(port.contains(kTransparentVlan));
  EXPECT_FALSE(port.contains(VlanId{1}));
}

TEST(PortVlan, AnAccessPortTakesUntaggedFramesIntoItsVlanAndNoTaggedOnes) {
  const PortVlan port = PortVlan::access(VlanId{10});
  EXPECT_FALSE(port.is_transparent());
  EXPECT_EQ(port.classify_untagged(), VlanId{10});
  EXPECT_EQ(port.classify_tagged(VlanId{10}), std::nullopt);
  EXPECT_EQ(port.classify_tagged(VlanId{11}), std::nullopt);
  EXPECT_TRUE(port.contains(VlanId{10}));
  EXPECT_FALSE(port.contains(VlanId{11}));
  EXPECT_FALSE(port.contains(kTransparentVlan));
  EXPECT_FALSE(port.sends_tagged(VlanId{10}));
}

TEST(PortVlan, ATrunkTakesTaggedFramesOfItsVlansOnly) {
  const PortVlan port = PortVlan::trunk(vlans({10, 4094}));
  EXPECT_EQ(port.classify_tagged(VlanId{4094}), VlanId{4094});
  EXPECT_EQ(port.classify_tagged(VlanId{11}), std::nullopt);
  EXPECT_EQ(port.classify_untagged(), std::nullopt);
  EXPECT_TRUE(port.contains(VlanId{10}));
  EXPECT_FALSE(port.contains(kTransparentVlan));
  EXPECT_TRUE(port.sends_tagged(VlanId{10}));
}

TEST(PortVlan, ATrunkOfNoVlansTakesNothing) {
  const PortVlan port = PortVlan::trunk({});
  EXPECT_FALSE(port.is_transparent());
  EXPECT_EQ(port.classify_untagged(), std::nullopt);
  EXPECT_EQ(port.classify_tagged(VlanId{1}), std::nullopt);
}

TEST(PortVlan, ATrunksNativeVlanTravelsWithoutTag) {
  const PortVlan port = PortVlan::trunk(vlans({10, 20}), VlanId{10});
  EXPECT_EQ(port.classify_untagged(), VlanId{10});
  EXPECT_EQ(port.classify_tagged(VlanId{10}), VlanId{10});
  EXPECT_FALSE(port.sends_tagged(VlanId{10}));
  EXPECT_TRUE(port.sends_tagged(VlanId{20}));
}

TEST(PortVlan, RefusesVlansOutsideOneTo4094) {
  EXPECT_THROW(PortVlan::access(VlanId{0}), std::invalid_argument);
  EXPECT_THROW(PortVlan::access(VlanId{4095}), std::invalid_argument);
  EXPECT_THROW(PortVlan::trunk(vlans({0, 1})), std::invalid_argument);
  EXPECT_THROW(PortVlan::trunk(vlans({4095})), std::invalid_argument);
  EXPECT_THROW(PortVlan::trunk(vlans({1}), VlanId{2}), std::invalid_argument);
  EXPECT_NO_THROW(PortVlan::trunk(vlans({1, 4094}), VlanId{4094}));
}

class VlanTag : public ::testing::Test {
 protected:
  using Octets = std::vector<std::uint8_t>;
  static Octets octets(const Frame& frame) { return {frame.bytes().begin(), frame.bytes().end()}; }

  // IEEE 802.1Q-2018 figure 9-1: TPID 81-00, then PCP (3 bits), DEI, VID (12 bits).
  const Octets untagged_{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0x08, 0x00, 0x45};
  const Octets tagged_{1,  2,  3,    4,    5,    6,    7,    8,    9,   10,
                       11, 12, 0x81, 0x00, 0xb0, 0x2a, 0x08, 0x00, 0x45};
  FramePool pool_;
};

TEST_F(VlanTag, IsReadFromTheTwoOctetsBehindItsType) {
  EXPECT_FALSE(has_vlan_tag(untagged_));
  EXPECT_TRUE(has_vlan_tag(tagged_));
  EXPECT_EQ(tagged_vlan(tagged_), VlanId{42});
}

TEST_F(VlanTag, IsPutBehindTheAddressesWithPriorityZero) {
  Frame frame = pool_.copy_of(untagged_, 100);
  set_vlan_tag(frame, VlanId{0x123});
  EXPECT_EQ(octets(frame), (Octets{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0x81, 0x00, 0x01, 0x23,
                                   0x08, 0x00, 0x45}));
  EXPECT_EQ(frame.size(), Bytes{119});
}

TEST_F(VlanTag, KeepsPriorityAndDropEligibilityWhenItsVlanChanges) {
  Frame frame = pool_.copy_of(tagged_);
  set_vlan_tag(frame, VlanId{0x123});
  EXPECT_EQ(frame.bytes()[14], 0xb1);
  EXPECT_EQ(frame.bytes()[15], 0x23);
  EXPECT_EQ(frame.size(), Bytes{19});
}

TEST_F(VlanTag, IsTakenOutWithoutTraces) {
  Frame frame = pool_.copy_of(tagged_);
  strip_vlan_tag(frame);
  EXPECT_EQ(octets(frame), untagged_);
  strip_vlan_tag(frame);
  EXPECT_EQ(octets(frame), untagged_);
}

TEST_F(VlanTag, ChangesNobodyElsesBytesAndCopiesOnlyForAChange) {
  Frame frame = pool_.copy_of(tagged_);
  Frame other = frame.share();
  set_vlan_tag(other, VlanId{42});
  EXPECT_TRUE(frame.is_shared());
  set_vlan_tag(other, VlanId{43});
  EXPECT_FALSE(frame.is_shared());
  Frame third = frame.share();
  strip_vlan_tag(third);
  EXPECT_EQ(octets(frame), tagged_);
  EXPECT_EQ(octets(third), untagged_);
}

}  // namespace
}  // namespace violin
