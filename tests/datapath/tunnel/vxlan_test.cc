#include "datapath/tunnel/vxlan.h"

#include <gtest/gtest.h>

#include "tests/datapath/tunnel/datagram_bytes.h"

namespace violin {
namespace {

TEST(Vxlan, PutsTheHeaderOfRfc7348InFront) {
  FramePool pool;
  Vxlan tunnel(0x123456);
  Frame frame = pool.copy_of(ethernet(60));
  tunnel.encapsulate(frame);
  // Section 5: I flag, 24 bits reserved, VNI, 8 bits reserved.
  EXPECT_EQ(bytes_of(frame), joined(octets("08 00 00 00 12 34 56 00"), ethernet(60)));
}

TEST(Vxlan, TakesItOffWhateverTheReservedBits) {
  FramePool pool;
  const Vxlan tunnel(0x123456);
  for (const char* header : {"08 00 00 00 12 34 56 00", "ff ff ff ff 12 34 56 ff"}) {
    Frame frame = pool.copy_of(joined(octets(header), ethernet(1514)));
    EXPECT_EQ(tunnel.decapsulate(frame), std::nullopt);
    EXPECT_EQ(bytes_of(frame), ethernet(1514));
  }
}

TEST(Vxlan, AnotherNetworkIsAnotherPeer) {
  FramePool pool;
  const Vxlan tunnel(0x123456);
  Frame frame = pool.copy_of(joined(octets("08 00 00 00 12 34 57 00"), ethernet(60)));
  EXPECT_EQ(tunnel.decapsulate(frame), Drop::kUnknownPeer);
  EXPECT_EQ(std::get<TunnelKey>(Vxlan::key_of(frame.bytes())), TunnelKey{0x123457});
}

TEST(Vxlan, RefusesWhatHasNoValidNetworkIdentifierOrIsCut) {
  FramePool pool;
  const Vxlan tunnel(1);
  Frame no_flag = pool.copy_of(joined(octets("f7 00 00 00 00 00 01 00"), ethernet(60)));
  EXPECT_EQ(tunnel.decapsulate(no_flag), Drop::kBadTunnel);
  const auto whole = joined(octets("08 00 00 00 00 00 01 00"), ethernet(14));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    Frame frame = pool.copy_of(std::span(whole).first(size));
    EXPECT_EQ(tunnel.decapsulate(frame), Drop::kBadTunnel) << size;
  }
}

TEST(Vxlan, AnIdentifierHas24Bits) {
  EXPECT_NO_THROW(Vxlan(0xffffff));
  EXPECT_THROW(Vxlan(0x1000000), std::invalid_argument);
}

}  // namespace
}  // namespace violin
