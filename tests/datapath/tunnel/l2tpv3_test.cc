#include "datapath/tunnel/l2tpv3.h"

#include <gtest/gtest.h>

#include "tests/datapath/tunnel/datagram_bytes.h"

namespace violin {
namespace {

// What User-Mode Linux's vector driver puts on the wire with tx_session=0x12345678 and so on: RFC
// 3931 section 4.1.2.1, version 3 in the low four bits of the second octet.
struct Wire {
  const char* name;
  L2tpv3Options options;
  const char* header;
};

const L2tpv3Options kNoCookie{
    .send_session = 0x12345678, .receive_session = 0x12345678, .cookie_size = CookieSize::kNone};
const L2tpv3Options k32{.send_session = 1,
                        .receive_session = 1,
                        .cookie_size = CookieSize::k32,
                        .send_cookie = 0xcafe0001,
                        .receive_cookie = 0xcafe0001};
const L2tpv3Options k64{.send_session = 0x7fffffff,
                        .receive_session = 0x7fffffff,
                        .cookie_size = CookieSize::k64,
                        .send_cookie = 0x0123456789abcdef,
                        .receive_cookie = 0x0123456789abcdef};

L2tpv3Options counted(L2tpv3Options options) {
  options.counter = true;
  return options;
}

const Wire kWires[] = {
    {"NoCookie", kNoCookie, "00 03 00 00 12 34 56 78"},
    {"Cookie32", k32, "00 03 00 00 00 00 00 01 ca fe 00 01"},
    {"Cookie64", k64, "00 03 00 00 7f ff ff ff 01 23 45 67 89 ab cd ef"},
    {"Counter", counted(kNoCookie), "00 03 00 00 12 34 56 78 00 00 00 01"},
    {"Cookie32AndCounter", counted(k32), "00 03 00 00 00 00 00 01 ca fe 00 01 00 00 00 01"},
    {"Cookie64AndCounter", counted(k64),
     "00 03 00 00 7f ff ff ff 01 23 45 67 89 ab cd ef 00 00 00 01"},
};

class L2tpv3Wire : public ::testing::TestWithParam<Wire> {
 protected:
  FramePool pool_;
};

INSTANTIATE_TEST_SUITE_P(All, L2tpv3Wire, ::testing::ValuesIn(kWires),
                         [](const auto& test) { return std::string(test.param.name); });

TEST_P(L2tpv3Wire, PutsTheHeaderInFront) {
  L2tpv3 tunnel(GetParam().options);
  Frame frame = pool_.copy_of(ethernet(60));
  tunnel.encapsulate(frame);
  EXPECT_EQ(bytes_of(frame), joined(octets(GetParam().header), ethernet(60)));
  EXPECT_EQ(tunnel.overhead(), octets(GetParam().header).size());
}

TEST_P(L2tpv3Wire, TakesItOff) {
  const L2tpv3 tunnel(GetParam().options);
  Frame frame = pool_.copy_of(joined(octets(GetParam().header), ethernet(42)));
  EXPECT_EQ(tunnel.decapsulate(frame), std::nullopt);
  EXPECT_EQ(bytes_of(frame), ethernet(42));
}

TEST_P(L2tpv3Wire, ATruncatedDatagramIsMalformedAndLeftAlone) {
  const L2tpv3 tunnel(GetParam().options);
  const auto whole = joined(octets(GetParam().header), ethernet(14));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    Frame frame = pool_.copy_of(std::span(whole).first(size));
    EXPECT_EQ(tunnel.decapsulate(frame), Drop::kBadTunnel) << size;
    EXPECT_EQ(frame.bytes().size(), size);
  }
}

TEST_P(L2tpv3Wire, EveryBitOfSessionAndCookieCounts) {
  const L2tpv3 tunnel(GetParam().options);
  const auto whole = joined(octets(GetParam().header), ethernet(60));
  const std::size_t end = 8 + static_cast<std::size_t>(GetParam().options.cookie_size);
  for (std::size_t bit = 32; bit < 8 * end; ++bit) {
    auto wrong = whole;
    wrong[bit / 8] = static_cast<std::uint8_t>(wrong[bit / 8] ^ (0x80 >> (bit % 8)));
    Frame frame = pool_.copy_of(wrong);
    const auto reason = tunnel.decapsulate(frame);
    // Session 1 without its bit is session 0, which is reserved.
    const bool reserved = std::ranges::count(wrong.begin() + 4, wrong.begin() + 8, 0) == 4;
    EXPECT_EQ(reason, reserved ? Drop::kBadTunnel : Drop::kUnknownPeer) << bit;
  }
}

TEST(L2tpv3, CountsWhatItSends) {
  FramePool pool;
  L2tpv3 tunnel(counted(kNoCookie));
  for (std::uint8_t i = 1; i <= 3; ++i) {
    Frame frame = pool.copy_of(ethernet(60));
    tunnel.encapsulate(frame);
    EXPECT_EQ(frame.bytes()[11], i);
  }
}

TEST(L2tpv3, DoesNotLookAtTheCounterThatArrives) {
  FramePool pool;
  const L2tpv3 tunnel(counted(kNoCookie));
  for (const char* counter : {"00 00 00 00", "ff ff ff ff", "00 00 00 00"}) {
    Frame frame = pool.copy_of(
        joined(joined(octets("00 03 00 00 12 34 56 78"), octets(counter)), ethernet(60)));
    EXPECT_EQ(tunnel.decapsulate(frame), std::nullopt);
  }
}

TEST(L2tpv3, TheTwoDirectionsHaveTheirOwnSessionsAndCookies) {
  FramePool pool;
  L2tpv3 tunnel({.send_session = 5,
                 .receive_session = 6,
                 .cookie_size = CookieSize::k32,
                 .send_cookie = 0x11111111,
                 .receive_cookie = 0x22222222});
  Frame frame = pool.copy_of(ethernet(60));
  tunnel.encapsulate(frame);
  EXPECT_EQ(bytes_of(frame), joined(octets("00 03 00 00 00 00 00 05 11 11 11 11"), ethernet(60)));
  EXPECT_EQ(tunnel.key(), TunnelKey{6});
  Frame arrived = pool.copy_of(joined(octets("00 03 00 00 00 00 00 06 22 22 22 22"), ethernet(60)));
  EXPECT_EQ(tunnel.decapsulate(arrived), std::nullopt);
}

struct Refused {
  const char* bytes;
  Drop reason;
};

TEST(L2tpv3, RefusesWhatIsNoDataMessage) {
  const Refused cases[] = {
      {"", Drop::kBadTunnel},
      {"00 03 00 00 00 00 00", Drop::kBadTunnel},       // cut
      {"00 02 00 00 00 00 00 01", Drop::kBadTunnel},    // L2TPv2
      {"00 00 00 00 00 00 00 01", Drop::kBadTunnel},    // no version
      {"00 03 00 00 00 00 00 00", Drop::kBadTunnel},    // session 0 is reserved
      {"c8 03 00 14 00 00 00 01", Drop::kUnsupported},  // a control message (T, L, S)
  };
  for (const Refused& c : cases) {
    const KeyOrDrop key = L2tpv3::key_of(octets(c.bytes));
    ASSERT_TRUE(std::holds_alternative<Drop>(key)) << c.bytes;
    EXPECT_EQ(std::get<Drop>(key), c.reason) << c.bytes;
  }
}

TEST(L2tpv3, RefusesSessionsAndCookiesThatDoNotFit) {
  const auto with = [](auto change) {
    L2tpv3Options options = k32;
    change(options);
    return options;
  };
  EXPECT_THROW(L2tpv3(with([](auto& o) { o.send_session = 0; })), std::invalid_argument);
  EXPECT_THROW(L2tpv3(with([](auto& o) { o.receive_session = 0x80000000; })),
               std::invalid_argument);
  EXPECT_THROW(L2tpv3(with([](auto& o) { o.send_cookie = 1ULL << 32; })), std::invalid_argument);
  EXPECT_THROW(L2tpv3(with([](auto& o) { o.cookie_size = CookieSize::kNone; })),
               std::invalid_argument);
}

}  // namespace
}  // namespace violin
