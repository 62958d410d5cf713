// What our tunnels send, as tshark dissects it.
#include <gtest/gtest.h>

#include <sstream>

#include "core/pcapng.h"
#include "datapath/tunnel/l2tpv3.h"
#include "datapath/tunnel/vxlan.h"
#include "models/wire/ethernet.h"
#include "models/wire/ipv4.h"
#include "models/wire/udp.h"
#include "tests/core/tshark.h"
#include "tests/datapath/tunnel/datagram_bytes.h"

namespace violin {
namespace {

using Octets = std::vector<std::uint8_t>;

// The datagram in UDP, IPv4 and Ethernet, as one capture.
std::string captured(const Octets& datagram, std::uint16_t port) {
  const Ipv4Address from(10, 0, 0, 1);
  const Ipv4Address to(10, 0, 0, 2);
  Octets udp = joined(Octets(8), datagram);
  wire::UdpHeader{.source_port = port,
                  .destination_port = port,
                  .length = static_cast<std::uint16_t>(udp.size())}
      .serialize(udp, from, to);
  Octets ip(20);
  wire::Ipv4Header{.total_length = static_cast<std::uint16_t>(20 + udp.size()),
                   .source = from,
                   .destination = to}
      .serialize(ip);
  const Octets outer = joined(octets("02 00 00 00 00 12 02 00 00 00 00 11 08 00"), joined(ip, udp));
  std::ostringstream out;
  PcapngWriter writer(out, "tunnel");
  const auto interface = writer.add_interface({.name = "underlay", .description = "", .mac = {}});
  FramePool pool;
  writer.write(interface, pool.copy_of(outer), kRunStart, PcapngWriter::Direction::kUnknown);
  writer.close(kRunStart);
  return out.str();
}

Octets sent_by(Encapsulation& tunnel) {
  FramePool pool;
  Frame frame = pool.copy_of(ethernet(60));
  tunnel.encapsulate(frame);
  return bytes_of(frame);
}

class Dissection : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!Tshark::present()) {
      GTEST_SKIP() << "tshark is not installed";
    }
  }
};

TEST_F(Dissection, OfVxlan) {
  Vxlan tunnel(0x123456);
  const Tshark tshark(captured(sent_by(tunnel), Vxlan::kPort));
  EXPECT_EQ(
      tshark.fields({"udp.checksum.status", "vxlan.flag_i", "vxlan.vni", "eth.dst", "eth.type"},
                    "-o udp.check_checksum:TRUE"),
      std::vector<std::string>{"1|1|1193046|02:00:00:00:00:12,02:00:00:00:00:02|0x0800,0x88b5"});
}

TEST_F(Dissection, OfL2tpv3WithACookieOf64Bits) {
  L2tpv3 tunnel({.send_session = 0x01020304,
                 .receive_session = 1,
                 .cookie_size = CookieSize::k64,
                 .send_cookie = 0x1122334455667788,
                 .receive_cookie = 0});
  const Tshark tshark(captured(sent_by(tunnel), 1701));
  EXPECT_EQ(
      tshark.fields({"l2tp.type", "l2tp.version", "l2tp.sid", "l2tp.cookie", "eth.dst", "eth.type"},
                    "-o 'l2tp.cookie_size:8 Byte Cookie' -o 'l2tp.l2_specific:None' "
                    "-d l2tp.pw_type==0,eth"),
      std::vector<std::string>{"0|3|0x01020304|1122334455667788|"
                               "02:00:00:00:00:12,02:00:00:00:00:02|0x0800,0x88b5"});
}

TEST_F(Dissection, OfL2tpv3WithACookieOf32Bits) {
  L2tpv3 tunnel({.send_session = 7,
                 .receive_session = 1,
                 .cookie_size = CookieSize::k32,
                 .send_cookie = 0xcafe0001,
                 .receive_cookie = 0});
  const Tshark tshark(captured(sent_by(tunnel), 1701));
  EXPECT_EQ(tshark.fields({"l2tp.version", "l2tp.sid", "l2tp.cookie", "eth.type"},
                          "-o 'l2tp.cookie_size:4 Byte Cookie' -o 'l2tp.l2_specific:None' "
                          "-d l2tp.pw_type==0,eth"),
            std::vector<std::string>{"3|0x00000007|cafe0001|0x0800,0x88b5"});
}

}  // namespace
}  // namespace violin
