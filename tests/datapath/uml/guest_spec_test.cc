#include "datapath/uml/guest_spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <stdexcept>

namespace violin::uml {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

GuestSpec good() {
  GuestSpec spec;
  spec.name = "vHost1";
  return spec;
}

std::string complaint(const std::function<void(GuestSpec&)>& spoil) {
  GuestSpec spec = good();
  spoil(spec);
  try {
    check(spec);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "none";
}

TEST(GuestSpec, OnlyWhatAKernelCanBeToldPasses) {
  EXPECT_EQ(complaint([](GuestSpec&) {}), "none");
  for (const char* name : {"", "a b", "a/b", "-a", ".", "a\tb"}) {
    EXPECT_THAT(complaint([&](GuestSpec& spec) { spec.name = name; }), HasSubstr("a name has"))
        << name;
  }
  EXPECT_THAT(complaint([](GuestSpec& spec) { spec.name = std::string(64, 'x'); }),
              HasSubstr("at most 63"));
  EXPECT_THAT(complaint([](GuestSpec& spec) { spec.memory = Bytes{(32 << 20) - 1}; }),
              HasSubstr("at least 32 MiB"));
  EXPECT_THAT(complaint([](GuestSpec& spec) {
                spec.kernel_arguments = {"quiet", "a b"};
              }),
              HasSubstr("'a b'"));
  EXPECT_THAT(complaint([](GuestSpec& spec) { spec.root = DiskRoot{"/my image"}; }),
              HasSubstr("'/my image'"));
  EXPECT_THAT(complaint([](GuestSpec& spec) {
                spec.vnics = {{.cable = UnixCable{"/a,b"}, .mac = {}, .addresses = {}}};
              }),
              HasSubstr("'/a,b'"));
  EXPECT_THAT(complaint([](GuestSpec& spec) {
                spec.sysctls = {{"net.ipv4.ip_forward", "1\nroot\tdisk"}};
              }),
              HasSubstr("net.ipv4.ip_forward"));
  EXPECT_THAT(complaint([](GuestSpec& spec) {
                spec.shares = {{"/a\tb", "/mnt"}};
              }),
              HasSubstr("/a\tb"));
}

TEST(GuestSpec, MemoryIsTakenToTheKiB) {
  GuestSpec spec = good();
  spec.memory = Bytes{48 << 20};
  EXPECT_THAT(kernel_command_line(spec), Contains("mem=49152K"));
}

// The management console takes 511 bytes at most.
TEST(GuestSpec, TheLongestDeviceFitsTheManagementConsole) {
  const L2tpv3Cable cable{.local = Ipv4Address(127, 100, 100, 100),
                          .local_port = 65535,
                          .remote = Ipv4Address(127, 100, 100, 100),
                          .remote_port = 65535,
                          .tx_session = 0x8000'0000,
                          .rx_session = 0x8000'0000,
                          .cookie = L2tpv3Cable::Cookie::k64Bits,
                          .tx_cookie = ~0ULL,
                          .rx_cookie = ~0ULL};
  const VNic vnic{.cable = cable, .mac = MacAddress(~0ULL), .mtu = 9000, .addresses = {}};
  EXPECT_LT(("config " + device_of(999, vnic)).size(), 512U);
}

}  // namespace
}  // namespace violin::uml
