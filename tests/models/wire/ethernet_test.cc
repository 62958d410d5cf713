#include "models/wire/ethernet.h"

#include <gtest/gtest.h>

#include "core/random.h"
#include "tests/models/wire/octets.h"

namespace violin::wire {
namespace {

const EthernetHeader kPlain{.destination = MacAddress(0x0200'5e10'0001),
                            .source = MacAddress(0x0200'5e10'0002),
                            .type = EtherType::kArp};
// PCP 5, DEI set, VID 0x123.
const EthernetHeader kTagged{.destination = MacAddress::broadcast(),
                             .source = MacAddress(0x0200'5e10'0002),
                             .type = EtherType::kIpv4,
                             .tag = VlanTag{.priority = 5, .drop_eligible = true, .vlan = 0x123}};
const Octets kPlainOctets = octets("02005e100001 02005e100002 0806");
const Octets kTaggedOctets = octets("ffffffffffff 02005e100002 8100 b123 0800");

Octets serialized(const EthernetHeader& header) {
  Octets out(header.size());
  header.serialize(out);
  return out;
}

TEST(EthernetHeader, WritesTheLayoutOfIeee8023) { EXPECT_EQ(serialized(kPlain), kPlainOctets); }

TEST(EthernetHeader, WritesTheTagOfIeee8021q) { EXPECT_EQ(serialized(kTagged), kTaggedOctets); }

TEST(EthernetHeader, ReadsTheLayoutOfIeee8023) {
  const auto parsed = EthernetHeader::parse(kPlainOctets);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(*parsed, kPlain);
  EXPECT_EQ(parsed->size(), 14U);
}

TEST(EthernetHeader, ReadsTheTagOfIeee8021q) {
  const auto parsed = EthernetHeader::parse(kTaggedOctets);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(*parsed, kTagged);
  EXPECT_EQ(parsed->size(), 18U);
}

TEST(EthernetHeader, AcceptsUnknownTypesFrom0x0600On) {
  EXPECT_TRUE(EthernetHeader::parse(octets("02005e100001 02005e100002 0600")));
  EXPECT_TRUE(EthernetHeader::parse(octets("02005e100001 02005e100002 88b5")));
}

struct Refusal {
  const char* name;
  const char* frame;
  friend void PrintTo(const Refusal& refusal, std::ostream* out) { *out << refusal.name; }
};
class EthernetRefusal : public testing::TestWithParam<Refusal> {};

TEST_P(EthernetRefusal, IsABadFrame) {
  const auto parsed = EthernetHeader::parse(octets(GetParam().frame));
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.reason(), Drop::kBadFrame);
}

INSTANTIATE_TEST_SUITE_P(
    EthernetHeader, EthernetRefusal,
    testing::Values(Refusal{"Nothing", ""}, Refusal{"OneByteShort", "02005e100001 02005e100002 08"},
                    Refusal{"TagCutOff", "02005e100001 02005e100002 8100 0001 08"},
                    Refusal{"GroupSource", "02005e100001 03005e100002 0800"},
                    Refusal{"BroadcastSource", "02005e100001 ffffffffffff 0800"},
                    Refusal{"ReservedVlan", "02005e100001 02005e100002 8100 0fff 0800"},
                    Refusal{"Length", "02005e100001 02005e100002 05ff"},
                    Refusal{"LengthBehindTag", "02005e100001 02005e100002 8100 0001 0026"},
                    Refusal{"SecondTag", "02005e100001 02005e100002 8100 0001 8100 0002 0800"}),
    [](const auto& test) { return test.param.name; });

TEST(EthernetHeader, RoundTripsEveryValidHeader) {
  constexpr std::uint64_t kSeed = 802;
  SCOPED_TRACE(testing::Message() << "seed " << kSeed);
  RandomStream random(kSeed, "ethernet");
  for (int i = 0; i < 10'000; ++i) {
    EthernetHeader header{.destination = MacAddress(random()),
                          .source = MacAddress(random() & ~(1ULL << 40)),
                          .type = static_cast<EtherType>(0x0600 + random() % 0x1000)};
    if (random.chance(0.5)) {
      header.tag = VlanTag{.priority = static_cast<std::uint8_t>(random() % 8),
                           .drop_eligible = random.chance(0.5),
                           .vlan = static_cast<std::uint16_t>(random() % 4095)};
    }
    const auto parsed = EthernetHeader::parse(serialized(header));
    ASSERT_TRUE(parsed);
    ASSERT_EQ(*parsed, header);
  }
}

TEST(EthernetHeader, RefusesToWriteATagOutOfRange) {
  EthernetHeader header = kTagged;
  Octets out(header.size());
  header.tag->vlan = 4095;
  EXPECT_THROW(header.serialize(out), std::logic_error);
  header.tag = VlanTag{.priority = 8};
  EXPECT_THROW(header.serialize(out), std::logic_error);
}

TEST(EthernetHeader, RefusesToWriteBeyondTheBuffer) {
  Octets out(17);
  EXPECT_THROW(kTagged.serialize(out), std::logic_error);
}

}  // namespace
}  // namespace violin::wire
