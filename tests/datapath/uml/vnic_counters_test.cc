#include "datapath/uml/vnic_counters.h"

#include <gtest/gtest.h>

namespace violin::uml {
namespace {

// From proc(5).
constexpr const char* kNetDev =
    "Inter-|   Receive                                                |  Transmit\n"
    " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop "
    "fifo colls carrier compressed\n"
    "    lo: 2776770   11307    0    0    0     0          0         0  2776770   11307    0    0  "
    "  "
    "0     0       0          0\n"
    "  vec0: 1215645    2751    1    2    0     0          0         0  1782404    4324    3    4  "
    "  "
    "5   427       0          0\n";

TEST(VNicCounters, AreReadOfNetDev) {
  const auto interfaces = parse_net_dev(kNetDev);
  ASSERT_EQ(interfaces.size(), 2U);
  EXPECT_EQ(interfaces.at("vec0"), (VNicCounters{.rx_frames = 2751,
                                                 .rx_bytes = 1215645,
                                                 .rx_errors = 1,
                                                 .rx_drops = 2,
                                                 .tx_frames = 4324,
                                                 .tx_bytes = 1782404,
                                                 .tx_errors = 3,
                                                 .tx_drops = 4,
                                                 .socket_overruns = 0}));
}

TEST(VNicCounters, OtherTextIsNoInterface) {
  EXPECT_TRUE(parse_net_dev("").empty());
  EXPECT_TRUE(parse_net_dev("vec0: 1 2 3\nvec1 1 2 3\n:\nvec2: x\n").empty());
}

// Linux's Documentation/networking/proc_net_tcp.rst tells the form of the address; the last column
// of udp is drops.
TEST(VNicCounters, ASocketsInodeAndDropsAreFoundByItsAddress) {
  const std::string text =
      "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout "
      "inode ref pointer drops             \n"
      "  511: 0100007F:C001 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 "
      "27149 2 0000000000000000 12         \n"
      "  512: 0200007F:C001 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 "
      "27150 2 0000000000000000 7         \n";
  EXPECT_EQ(parse_net_udp(text, Ipv4Address(127, 0, 0, 1), 0xc001), (UdpSocketRow{27149, 12}));
  EXPECT_EQ(parse_net_udp(text, Ipv4Address(127, 0, 0, 2), 0xc001), (UdpSocketRow{27150, 7}));
  EXPECT_EQ(parse_net_udp(text, Ipv4Address(127, 0, 0, 1), 0xc002), std::nullopt);
  EXPECT_EQ(parse_net_udp("", Ipv4Address(127, 0, 0, 1), 1), std::nullopt);
}

}  // namespace
}  // namespace violin::uml
