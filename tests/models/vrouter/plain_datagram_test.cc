#include "models/vrouter/plain_datagram.h"

#include <gtest/gtest.h>

#include <random>

#include "models/wire/checksum.h"
#include "tests/models/vrouter/router_fixture.h"

namespace violin {
namespace {

using router_test::Datagram;
using router_test::kLink;

constexpr MacAddress kStation = MacAddress::local(1);

// The same question, asked of the strict parsers.
bool is_plain_by_parsers(const Frame& frame) {
  const auto ethernet = wire::EthernetHeader::parse(frame.bytes());
  if (!ethernet || ethernet->tag || ethernet->type != wire::EtherType::kIpv4 ||
      ethernet->destination != kStation) {
    return false;
  }
  const std::size_t size = frame.size().value - kLink;
  const auto ip = wire::Ipv4Header::parse(frame.bytes().subspan(kLink), size);
  const auto forwardable = [](Ipv4Address a) {
    const bool special = a.bits() >> 24 == 0 || a.is_loopback() || a.bits() >> 28 >= 0xe;
    return !special;
  };
  return ip && ip->options_size == 0 && ip->total_length == size && ip->ttl > 1 &&
         forwardable(ip->source) && forwardable(ip->destination);
}

// Sets the header checksum right, so that the other rules are reached.
void repair(std::span<std::uint8_t> header) {
  wire::store16(header.data() + 10, 0);
  wire::store16(header.data() + 10, wire::internet_checksum(header.first(20)));
}

TEST(PlainDatagram, IsExactlyWhatTheStrictParsersAccept) {
  Kernel kernel;
  int plain = 0;
  for (std::uint32_t seed = 1; seed <= 40'000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    Frame frame =
        Datagram{.ttl = static_cast<std::uint8_t>(random() % 4)}.frame(kernel.frames(), kStation);
    for (auto changes = random() % 3; changes-- > 0;) {
      const auto bytes = frame.writable();
      bytes[random() % 34] ^= static_cast<std::uint8_t>(1U << random() % 8);
    }
    if (random() % 4 != 0) {
      repair(frame.writable().subspan(kLink));
    }
    if (random() % 8 == 0) {
      frame.truncate(random() % frame.size().value);
    }
    const bool is_plain = is_plain_datagram(frame.bytes(), frame.size().value, kStation);
    ASSERT_EQ(is_plain, is_plain_by_parsers(frame));
    plain += is_plain ? 1 : 0;
  }
  EXPECT_GT(plain, 2000);
}

TEST(PlainDatagram, CountsElidedBytes) {
  Kernel kernel;
  const Frame frame = Datagram{.size = 8, .elided = 992}.frame(kernel.frames(), kStation);
  EXPECT_TRUE(is_plain_datagram(frame.bytes(), frame.size().value, kStation));
}

// RFC 1812 section 5.3.7.
TEST(IsForwardable, LeavesOutTheSpecialNetworks) {
  for (const Ipv4Address a :
       {Ipv4Address(0, 0, 0, 0), Ipv4Address(0, 1, 2, 3), Ipv4Address(127, 0, 0, 1),
        Ipv4Address(224, 0, 0, 1), Ipv4Address(239, 1, 2, 3), Ipv4Address(240, 0, 0, 1),
        Ipv4Address(255, 255, 255, 255)}) {
    EXPECT_FALSE(is_forwardable(a)) << to_string(a);
  }
  for (const Ipv4Address a : {Ipv4Address(1, 0, 0, 1), Ipv4Address(126, 1, 1, 1),
                              Ipv4Address(128, 0, 0, 1), Ipv4Address(223, 255, 255, 254)}) {
    EXPECT_TRUE(is_forwardable(a)) << to_string(a);
  }
}

}  // namespace
}  // namespace violin
