#include "core/address.h"

#include <gtest/gtest.h>

#include <random>

namespace violin {
namespace {

TEST(MacAddress, ReadsAndWritesColonNotation) {
  const auto mac = MacAddress::parse("00:00:5E:00:53:af");  // RFC 9542 section 2.1.2: documentation
  ASSERT_TRUE(mac);
  EXPECT_EQ(mac->bits(), 0x00005e0053afU);
  EXPECT_EQ(to_string(*mac), "00:00:5e:00:53:af");
}

TEST(MacAddress, ReadsHyphenNotation) {
  EXPECT_EQ(MacAddress::parse("01-80-C2-00-00-0e"), MacAddress(0x0180'c200'000eULL));
}

TEST(MacAddress, RefusesEverythingElse) {
  for (const char* text :
       {"", "00:00:5e:00:53", "00:00:5e:00:53:a", "00:00:5e:00:53:af:", "00:00:5e:00:53:af:01",
        "00:00-5e:00:53:af", "0000.5e00.53af", "00005e0053af", "00:00:5g:00:53:af",
        " 0:00:5e:00:53:af", "00:00:5e:00:53:+f", "0x:00:5e:00:53:af", "00.00.5e.00.53.af"}) {
    EXPECT_FALSE(MacAddress::parse(text)) << text;
  }
}

TEST(MacAddress, TellsGroupFromIndividualByTheLowBitOfTheFirstOctet) {
  EXPECT_TRUE(MacAddress(0x0100'5e00'0001ULL).is_group());  // RFC 1112 section 6.4
  EXPECT_TRUE(MacAddress::broadcast().is_group());
  EXPECT_TRUE(MacAddress::broadcast().is_broadcast());
  EXPECT_FALSE(MacAddress(0x0200'0000'0001ULL).is_group());
  EXPECT_FALSE(MacAddress(0x00ff'ffff'ffffULL).is_group());
}

TEST(MacAddress, LocalAddressesAreDistinctUnicastAndLocallyAdministered) {
  EXPECT_NE(MacAddress::local(0), MacAddress::local(1));
  for (const std::uint64_t index : {0ULL, 1ULL, 0xff'ffff'ffffULL}) {
    const MacAddress mac = MacAddress::local(index);
    EXPECT_FALSE(mac.is_group());
    EXPECT_EQ(mac.bits() >> 40, 0x02U);
    EXPECT_EQ(mac.bits() & 0xff'ffff'ffffULL, index);
  }
}

TEST(MacAddress, SurvivesTextForRandomAddresses) {
  std::mt19937_64 random(3);
  for (int i = 0; i < 1000; ++i) {
    const MacAddress mac(random());
    ASSERT_EQ(MacAddress::parse(to_string(mac)), mac);
  }
}

TEST(Ipv4Address, ReadsAndWritesDottedQuads) {
  EXPECT_EQ(Ipv4Address::parse("192.0.2.1"), Ipv4Address(192, 0, 2, 1));  // RFC 5737
  EXPECT_EQ(Ipv4Address::parse("0.0.0.0"), Ipv4Address());
  EXPECT_EQ(Ipv4Address::parse("255.255.255.255"), Ipv4Address(0xffff'ffffU));
  EXPECT_EQ(to_string(Ipv4Address(203, 0, 113, 250)), "203.0.113.250");
}

// The forms that inet_aton takes and RFC 6943 section 3.1.1 warns of are among them.
TEST(Ipv4Address, RefusesEverythingButTheStrictForm) {
  for (const char* text : {"",
                           "192.0.2",
                           "192.0.2.",
                           ".192.0.2.1",
                           "192.0.2.1.",
                           "192.0.2.1.5",
                           "192.0.2.256",
                           "192.0.2.01",
                           "192.0.2.00",
                           "0xc0.0.2.1",
                           "192.513",
                           "3221225985",
                           "192.0.2.-1",
                           "192.0.2.+1",
                           "192.0.2.1 ",
                           " 192.0.2.1",
                           "192.0..1",
                           "192.0.2.1/32",
                           "192,0,2,1",
                           "1e1.0.0.1",
                           "4294967296.0.0.1",
                           "192.0.2.999999999999999999999",
                           "::1"}) {
    EXPECT_FALSE(Ipv4Address::parse(text)) << text;
  }
}

TEST(Ipv4Address, KnowsTheSpecialBlocks) {
  EXPECT_TRUE(Ipv4Address(224, 0, 0, 0).is_multicast());  // RFC 5771
  EXPECT_TRUE(Ipv4Address(239, 255, 255, 255).is_multicast());
  EXPECT_FALSE(Ipv4Address(223, 255, 255, 255).is_multicast());
  EXPECT_FALSE(Ipv4Address(240, 0, 0, 0).is_multicast());
  EXPECT_TRUE(Ipv4Address(127, 1, 2, 3).is_loopback());  // RFC 1122 section 3.2.1.3
  EXPECT_TRUE(Ipv4Address(255, 255, 255, 255).is_broadcast());
  EXPECT_TRUE(Ipv4Address().is_unspecified());
}

TEST(Ipv4Prefix, ReadsAndWritesCidrNotation) {
  const auto prefix = Ipv4Prefix::parse("198.51.100.0/24");
  ASSERT_TRUE(prefix);
  EXPECT_EQ(prefix->address(), Ipv4Address(198, 51, 100, 0));
  EXPECT_EQ(prefix->length(), 24U);
  EXPECT_EQ(to_string(*prefix), "198.51.100.0/24");
  EXPECT_EQ(Ipv4Prefix::parse("0.0.0.0/0"), Ipv4Prefix());
  EXPECT_TRUE(Ipv4Prefix::parse("192.0.2.1/32"));
}

TEST(Ipv4Prefix, RefusesHostBitsAndBadLengths) {
  for (const char* text : {"198.51.100.1/24", "0.0.0.1/0", "198.51.100.0/33", "198.51.100.0/",
                           "198.51.100.0", "198.51.100.0/024", "198.51.100.0/-1", "/24",
                           "198.51.100.0/24 ", "198.51.100.0/255.255.255.0", ""}) {
    EXPECT_FALSE(Ipv4Prefix::parse(text)) << text;
  }
}

TEST(Ipv4Prefix, ClearsTheHostBitsOfAnAddress) {
  EXPECT_EQ(Ipv4Prefix(Ipv4Address(10, 1, 2, 3), 8), Ipv4Prefix::parse("10.0.0.0/8"));
  EXPECT_EQ(Ipv4Prefix(Ipv4Address(10, 1, 2, 3), 0), Ipv4Prefix());
  EXPECT_THROW(Ipv4Prefix(Ipv4Address(), 33), std::logic_error);
}

TEST(Ipv4Prefix, ContainsItsFirstAndLastAddressAndNotTheirNeighbours) {
  const auto prefix = *Ipv4Prefix::parse("10.0.16.0/20");
  EXPECT_TRUE(prefix.contains(Ipv4Address(10, 0, 16, 0)));
  EXPECT_TRUE(prefix.contains(Ipv4Address(10, 0, 31, 255)));
  EXPECT_FALSE(prefix.contains(Ipv4Address(10, 0, 15, 255)));
  EXPECT_FALSE(prefix.contains(Ipv4Address(10, 0, 32, 0)));
  EXPECT_TRUE(Ipv4Prefix().contains(Ipv4Address(0xffff'ffffU)));
  EXPECT_EQ(prefix.mask(), 0xffff'f000U);
}

TEST(Ipv4Prefix, HasADirectedBroadcastAddressUnlessItIsPointToPoint) {
  EXPECT_EQ(Ipv4Prefix::parse("10.0.16.0/20")->broadcast(), Ipv4Address(10, 0, 31, 255));
  EXPECT_EQ(Ipv4Prefix::parse("10.0.0.0/30")->broadcast(), Ipv4Address(10, 0, 0, 3));
  EXPECT_EQ(Ipv4Prefix::parse("10.0.0.0/31")->broadcast(), std::nullopt);  // RFC 3021
  EXPECT_EQ(Ipv4Prefix::parse("10.0.0.0/32")->broadcast(), std::nullopt);
}

TEST(Ipv4Interface, KeepsTheHostBitsAndKnowsItsSubnet) {
  const auto interface = Ipv4Interface::parse("10.0.1.7/24");
  ASSERT_TRUE(interface);
  EXPECT_EQ(interface->address, Ipv4Address(10, 0, 1, 7));
  EXPECT_EQ(interface->subnet(), Ipv4Prefix::parse("10.0.1.0/24"));
  EXPECT_EQ(to_string(*interface), "10.0.1.7/24");
  EXPECT_FALSE(Ipv4Interface::parse("10.0.1.7"));
  EXPECT_FALSE(Ipv4Interface::parse("10.0.1.7/24x"));
}

}  // namespace
}  // namespace violin
