#include "scenarios/load/names.h"

namespace violin::scenario {
namespace {

TEST(Name, IsOfLettersDigitsUnderscoreAndDash) {
  EXPECT_TRUE(is_name("vHost-1_a"));
  EXPECT_FALSE(is_name(""));
  EXPECT_FALSE(is_name("v Host"));
  EXPECT_FALSE(is_name("vHost.1"));
  EXPECT_FALSE(is_name(std::string(65, 'a')));
}

TEST(Reference, IsReadInEachForm) {
  EXPECT_EQ(parse_reference("vHost1"), (Reference{"", "vHost1", ""}));
  EXPECT_EQ(parse_reference("vHost1.eth0"), (Reference{"", "vHost1", "eth0"}));
  EXPECT_EQ(parse_reference("red/vHost1"), (Reference{"red", "vHost1", ""}));
  EXPECT_EQ(parse_reference("red/vHost1.eth0"), (Reference{"red", "vHost1", "eth0"}));
}

TEST(Reference, IsWrittenAsItIsRead) {
  for (const char* text : {"vHost1", "vHost1.eth0", "red/vHost1", "red/vHost1.eth0"}) {
    EXPECT_EQ(to_string(*parse_reference(text)), text);
  }
}

TEST(Reference, IsRefusedInAnyOtherForm) {
  for (const char* text : {"", "/", "a/", "/a", "a.", ".a", "a/b/c", "a.b.c", "a b", "a.b/c"}) {
    EXPECT_EQ(parse_reference(text), std::nullopt) << text;
  }
}

TEST(NicName, IsItsPositionUnlessItHasOne) {
  Nic nic;
  EXPECT_EQ(nic_name(nic, 2), "eth2");
  nic.set_name("lan");
  EXPECT_EQ(nic_name(nic, 2), "lan");
}

TEST(GroupMember, IsToldByItsNumberFromOneToCount) {
  VHostGroup group;
  group.set_name("h");
  group.set_count(12);
  EXPECT_EQ(group_member(group, "h1"), 1U);
  EXPECT_EQ(group_member(group, "h12"), 12U);
  for (const char* text : {"h", "h0", "h13", "h01", "h1x", "x1", "h-1", "h99999999999"}) {
    EXPECT_EQ(group_member(group, text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace violin::scenario
