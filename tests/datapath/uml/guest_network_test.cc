#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <fstream>

#include "datapath/uml/guest.h"
#include "tests/datapath/uml/guest_fixture.h"

namespace violin::uml {
namespace {

using ::testing::HasSubstr;

struct Cable {
  VNic left;
  VNic right;
};

// Back to back: two vNICs of the subnet 10.0.`subnet`.0/24, .1 and .2.
Cable cable(std::uint8_t subnet, L2tpv3Cable::Cookie cookie = L2tpv3Cable::Cookie::k64Bits) {
  L2tpv3Cable left{.local_port = free_udp_port(),
                   .remote_port = free_udp_port(),
                   .tx_session = 0x1234'5678,
                   .rx_session = 0xfedc'ba98,  // of more than 31 bits
                   .cookie = cookie,
                   .tx_cookie = 0xf00d'0000'0000'0001,
                   .rx_cookie = 0xcafe'0000'8000'0002};
  L2tpv3Cable right{.local_port = left.remote_port,
                    .remote_port = left.local_port,
                    .tx_session = left.rx_session,
                    .rx_session = left.tx_session,
                    .cookie = cookie,
                    .tx_cookie = left.rx_cookie,
                    .rx_cookie = left.tx_cookie};
  const auto nic = [&](const L2tpv3Cable& end, std::uint8_t host) {
    return VNic{.cable = end,
                .mac = MacAddress::local(256U * subnet + host),
                .mtu = 1500,
                .addresses = {{Ipv4Address(10, 0, subnet, host), 24}}};
  };
  return {nic(left, 1), nic(right, 2)};
}

class GuestNetwork : public GuestTest {
 protected:
  void SetUp() override {
    GuestTest::SetUp();
    if (!IsSkipped() && ::access("/bin/ping", X_OK) != 0) {
      GTEST_SKIP() << "there is no ping: apt-get install iputils-ping";
    }
  }
};

GuestOutcome ping(Guest& from, const std::string& to) {
  return from.run({"ping", "-c", "2", "-i", "0.2", "-W", "5", to});
}

TEST_F(GuestNetwork, TwoBackToBackPingEachOther) {
  for (const auto cookie :
       {L2tpv3Cable::Cookie::kNone, L2tpv3Cable::Cookie::k32Bits, L2tpv3Cable::Cookie::k64Bits}) {
    const Cable wire = cable(1, cookie);
    GuestSpec left = spec("left");
    left.vnics = {wire.left};
    GuestSpec right = spec("right");
    right.vnics = {wire.right};
    const auto first = started(left);
    const auto second = started(right);
    first->wait_until_ready();
    second->wait_until_ready();
    const GuestOutcome outcome = ping(*first, "10.0.1.2");
    EXPECT_EQ(outcome.status.code(), 0) << outcome.output << outcome.error;
    EXPECT_THAT(outcome.output, HasSubstr("2 received"));
  }
}

TEST_F(GuestNetwork, ForwardsBetweenItsVNicsAndIsOneHop) {
  const Cable west = cable(1);
  const Cable east = cable(2);
  GuestSpec left = spec("left");
  left.vnics = {west.left};
  left.routes = {{*Ipv4Prefix::parse("0.0.0.0/0"), Ipv4Address(10, 0, 1, 2)}};
  GuestSpec router = spec("vRouter1");
  router.vnics = {west.right, east.left};
  router.forwards = true;
  GuestSpec right = spec("right");
  right.vnics = {east.right};
  right.routes = {{*Ipv4Prefix::parse("10.0.1.0/24"), Ipv4Address(10, 0, 2, 1)}};
  std::vector<std::unique_ptr<Guest>> guests;
  for (const GuestSpec& each : {left, router, right}) {
    guests.push_back(started(each));
  }
  for (const auto& guest : guests) {
    guest->wait_until_ready();
  }
  const GuestOutcome outcome = ping(*guests.front(), "10.0.2.2");
  EXPECT_EQ(outcome.status.code(), 0) << outcome.output << outcome.error;
  // Linux starts with 64, and one router took one (RFC 1812 section 5.3.1).
  EXPECT_THAT(outcome.output, HasSubstr("ttl=63"));
}

TEST_F(GuestNetwork, VNicsComeAndGoWhileItRuns) {
  const Cable wire = cable(3);
  GuestSpec right = spec("right");
  right.vnics = {wire.right};
  const auto first = started(spec("left"));
  const auto second = started(right);
  first->wait_until_ready();
  second->wait_until_ready();
  for (int round = 0; round < 2; ++round) {
    const std::size_t index = first->add_vnic(wire.left);
    EXPECT_EQ(index, 0U);
    EXPECT_EQ(first->run({"cat", "/sys/class/net/vec0/address"}).output,
              to_string(wire.left.mac) + "\n");
    EXPECT_EQ(ping(*first, "10.0.3.2").status.code(), 0);
    first->remove_vnic(index);
    EXPECT_NE(first->run({"cat", "/sys/class/net/vec0/address"}).status.code(), 0);
  }
}

// A socket that listens at a path for the guest's end of a cable.
class Listener {
 public:
  explicit Listener(const std::filesystem::path& path)
      : listening_(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    if (::bind(listening_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) !=
            0 ||
        ::listen(listening_.get(), 1) != 0) {
      throw_errno("cannot listen at " + path.string());
    }
  }
  FileDescriptor accept() const {
    pollfd polled{listening_.get(), POLLIN, 0};
    ::poll(&polled, 1, 10'000);
    return FileDescriptor(::accept4(listening_.get(), nullptr, nullptr, SOCK_CLOEXEC));
  }

 private:
  FileDescriptor listening_;
};

// IEEE 802.3 and RFC 826: who has 10.0.5.2, asked by 10.0.5.1.
TEST_F(GuestNetwork, AUnixCableCarriesBareFrames) {
  const auto guest = ready(spec("vHost1"));
  const Listener listener(base_ / "switch");
  const MacAddress mac = MacAddress::local(77);
  guest->add_vnic({.cable = UnixCable{base_ / "switch"},
                   .mac = mac,
                   .mtu = 1500,
                   .addresses = {{Ipv4Address(10, 0, 5, 1), 24}}});
  const FileDescriptor end = listener.accept();
  ASSERT_TRUE(end);
  const auto command = guest->exec({{"ping", "-c", "1", "10.0.5.2"}, {}, {}, std::nullopt});
  std::array<std::uint8_t, 2048> frame{};
  ssize_t size = 0;
  do {
    pollfd polled{end.get(), POLLIN, 0};
    ASSERT_EQ(::poll(&polled, 1, 10'000), 1);
    size = ::recv(end.get(), frame.data(), frame.size(), 0);
    ASSERT_GT(size, 14);
  } while (frame[12] != 0x08 || frame[13] != 0x06);
  EXPECT_EQ(size, 42);
  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_EQ(frame[i], 0xff);
    EXPECT_EQ(frame[6 + i], (mac.bits() >> (40 - 8 * i)) & 0xff);
  }
  constexpr std::array<std::uint8_t, 4> kAsked{10, 0, 5, 2};
  EXPECT_TRUE(std::equal(kAsked.begin(), kAsked.end(), frame.begin() + 38));
}

TEST_F(GuestNetwork, FramesOfAVNicAreCountedAndSoAreThoseItsSocketLost) {
  const Cable wire = cable(6);
  GuestSpec left = spec("left");
  left.vnics = {wire.left};
  GuestSpec right = spec("right");
  right.vnics = {wire.right};
  const auto first = started(left);
  const auto second = started(right);
  first->wait_until_ready();
  second->wait_until_ready();
  ASSERT_EQ(ping(*first, "10.0.6.2").status.code(), 0);
  const VNicCounters before = first->counters(0);
  EXPECT_GE(before.tx_frames, 3U);  // two pings and who-has
  EXPECT_GE(before.rx_frames, 3U);
  EXPECT_GE(before.rx_bytes, 2U * 98);
  EXPECT_EQ(before.socket_overruns, 0U);
  // A guest that stands still reads nothing, and a socket's buffer is finite.
  first->pause();
  const FileDescriptor flood(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  to.sin_port = htons(std::get<L2tpv3Cable>(wire.left.cable).local_port);
  const std::string datagram(1400, 'x');
  for (int i = 0; i < 10'000; ++i) {
    ::sendto(flood.get(), datagram.data(), datagram.size(), 0,
             reinterpret_cast<const sockaddr*>(&to), sizeof to);
  }
  first->resume();
  EXPECT_GT(first->counters(0).socket_overruns, 0U);
}

// socket(7): the kernel doubles what is asked for, and grants net.core.rmem_max at most to who has
// not CAP_NET_ADMIN.
TEST_F(GuestNetwork, AVNicsSocketHoldsMoreThanTheSystemsDefault) {
  const auto setting = [](const char* name) {
    std::uint64_t value = 0;
    std::ifstream(std::string("/proc/sys/net/core/") + name) >> value;
    return value;
  };
  GuestSpec one = spec("one");
  one.vnics = {cable(7).left};
  const auto guest = ready(one);
  const std::size_t plugged = guest->add_vnic(cable(8).left);
  for (const std::size_t index : {std::size_t{0}, plugged}) {
    const auto granted = guest->receive_buffer(index);
    if (!granted) {
      GTEST_SKIP() << "the guest's sockets cannot be borrowed here: Linux 5.6 and the right to "
                      "trace one's children (kernel.yama.ptrace_scope at most 1)";
    }
    constexpr std::uint64_t kWanted = 4 << 20;
    EXPECT_GE(granted->value,
              std::max(setting("rmem_default"), 2 * std::min(kWanted, setting("rmem_max"))));
  }
}

TEST_F(GuestNetwork, AVNicWhosePortIsTakenIsAnErrorAndNotThere) {
  const FileDescriptor taken(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ASSERT_EQ(::bind(taken.get(), reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(::getsockname(taken.get(), reinterpret_cast<sockaddr*>(&address), &size), 0);
  const auto guest = ready(spec("vHost1"));
  VNic vnic = cable(4).left;
  std::get<L2tpv3Cable>(vnic.cable).local_port = ntohs(address.sin_port);
  try {
    guest->add_vnic(vnic);
    FAIL() << "the port was taken";
  } catch (const GuestError& error) {
    EXPECT_THAT(error.what(), HasSubstr("port " + std::to_string(ntohs(address.sin_port))));
  }
  EXPECT_NE(guest->run({"ls", "/sys/class/net/vec0"}).status.code(), 0);
}

}  // namespace
}  // namespace violin::uml
