// Peers that are not ours: QEMU, and a Linux kernel's VXLAN device.
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

#include <atomic>
#include <thread>

#include "datapath/tunnel/l2tpv3.h"
#include "datapath/tunnel/peer_socket.h"
#include "datapath/tunnel/vxlan.h"
#include "models/app/ping.h"
#include "models/vhost/vhost.h"
#include "models/vswitch/vswitch.h"
#include "tests/datapath/net_namespace.h"
#include "tests/datapath/tunnel/live_world.h"

namespace violin {
namespace {

using namespace std::chrono_literals;

// QEMU without a machine: its L2TPv3 back end and its user-mode network, joined by its hub. That
// network has a host at 10.0.2.2, which answers pings.
class Qemu {
 public:
  static bool present() { return std::system("qemu-system-x86_64 --version >/dev/null 2>&1") == 0; }

  explicit Qemu(const std::string& l2tpv3) {
    std::vector<std::string> words = {"qemu-system-x86_64", "-M",       "none",
                                      "-nodefaults",        "-display", "none"};
    for (const std::string& netdev :
         {"l2tpv3,id=t,udp=on,src=127.0.0.1,dst=127.0.0.1," + l2tpv3,
          std::string("hubport,id=a,hubid=0,netdev=t"), std::string("user,id=u"),
          std::string("hubport,id=b,hubid=0,netdev=u")}) {
      words.emplace_back("-netdev");
      words.push_back(netdev);
    }
    std::vector<char*> argv;
    for (std::string& word : words) {
      argv.push_back(word.data());
    }
    argv.push_back(nullptr);
    if (posix_spawnp(&pid_, argv[0], nullptr, nullptr, argv.data(), environ) != 0) {
      pid_ = -1;
    }
  }
  Qemu(const Qemu&) = delete;
  Qemu& operator=(const Qemu&) = delete;
  ~Qemu() {
    if (pid_ > 0) {
      kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
    }
  }

 private:
  pid_t pid_ = -1;
};

struct Host {
  Host(Kernel& kernel, const std::string& name, Ipv4Interface address, std::uint64_t mac)
      : vhost(kernel, name),
        port(vhost.add_vnic({.name = "eth0", .mac = MacAddress::local(mac), .address = address})) {}
  void plug(FramePort& tunnel) {
    tunnel.connect({&vhost, port});
    vhost.plug(port, {&tunnel, PortIndex{}});
  }
  VHost vhost;
  PortIndex port;
};

const Ipv4Interface kInQemu{Ipv4Address(10, 0, 2, 15), 24};

struct Cookies {
  const char* name;
  CookieSize size;
  const char* qemu;
  bool counter;
};

// Nobody's now; QEMU has to be told a port.
UdpAddress free_address() { return DatagramSocket({Ipv4Address(127, 0, 0, 1), 0}).local(); }

class QemuAsAPeer : public ::testing::TestWithParam<Cookies> {};

INSTANTIATE_TEST_SUITE_P(
    Cookies, QemuAsAPeer,
    ::testing::Values(
        Cookies{"Without", CookieSize::kNone, "", false},
        Cookies{"Of32Bits", CookieSize::k32, ",rxcookie=0x11111111,txcookie=0x22222222", false},
        Cookies{"Of64BitsAndCounter", CookieSize::k64,
                ",cookie64=on,counter=on,rxcookie=0x11111111,txcookie=0x22222222", true}),
    [](const auto& test) { return std::string(test.param.name); });

TEST_P(QemuAsAPeer, ItsNetworkAnswersOurVHostsPings) {
  if (!Qemu::present()) {
    GTEST_SKIP() << "qemu-system-x86_64 is not installed (qemu-system-x86)";
  }
  LiveWorld world;
  PeerSocket socket(world.kernel, *world.reactor, "edge", {Ipv4Address(127, 0, 0, 1), 0},
                    TunnelFormat::kL2tpv3);
  const bool has_cookie = GetParam().size != CookieSize::kNone;
  const L2tpv3Options options{.send_session = 5,
                              .receive_session = 6,
                              .cookie_size = GetParam().size,
                              .send_cookie = has_cookie ? 0x11111111U : 0U,
                              .receive_cookie = has_cookie ? 0x22222222U : 0U,
                              .counter = GetParam().counter};
  const UdpAddress its = free_address();
  PeerPort& port = socket.expect("qemu", std::make_unique<L2tpv3>(options), its);
  Host host(world.kernel, "vhost", kInQemu, 1);
  host.plug(port);
  const Qemu qemu("srcport=" + std::to_string(its.port) +
                  ",dstport=" + std::to_string(socket.local().port) + ",rxsession=5,txsession=6" +
                  GetParam().qemu);
  // Until it has started, nobody answers.
  Ping ping(
      host.vhost, {"ping", "vhost", "qemu"},
      {.destination = Ipv4Address(10, 0, 2, 2), .interval = 10ms, .count = {}, .options = {}});
  ping.start(world.kernel.now());
  ASSERT_TRUE(world.run_until([&] { return ping.result().received >= 20; }));
  ping.stop(world.kernel.now());
  EXPECT_TRUE(port.heard());
  EXPECT_EQ(socket.ledger().total_drops(), 0U);
  EXPECT_TRUE(port.ledger().balances(port.queued()));
}

// Two namespaces with a VXLAN device each, both of which have our socket for their only peer. The
// devices are in networks of their own, which our vSwitch joins.
class KernelVxlan : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const NetNamespace* space : {&ours_, &left_, &right_}) {
      if (!space->present()) {
        GTEST_SKIP() << space->why_absent();
      }
    }
    if (!ours_.run("ping -V")) {
      GTEST_SKIP() << "no ping here (iputils-ping)";
    }
    if (!ours_.run("ip link add left type veth peer name underlay netns " + left_.name() +
                   " && ip link add right type veth peer name underlay netns " + right_.name() +
                   " && ip address add 10.1.0.1/24 dev left && ip link set left up" +
                   " && ip address add 10.2.0.1/24 dev right && ip link set right up") ||
        !join(left_, "10.1.0", "41", "192.168.9.1") ||
        !join(right_, "10.2.0", "42", "192.168.9.2")) {
      GTEST_SKIP() << "no veth or no VXLAN here";
    }
  }
  static bool join(const NetNamespace& space, const std::string& subnet, const std::string& vni,
                   const std::string& address) {
    return space.run("ip address add " + subnet + ".2/24 dev underlay && ip link set underlay up" +
                     " && ip link add vxlan type vxlan id " + vni + " dstport 4789 local " +
                     subnet + ".2 remote " + subnet + ".1 dev underlay" + " && ip address add " +
                     address + "/24 dev vxlan && ip link set vxlan up");
  }

  NetNamespace ours_;
  NetNamespace left_;
  NetNamespace right_;
};

TEST_F(KernelVxlan, TwoDevicesPingThroughOurVSwitch) {
  LiveWorld world;
  std::optional<PeerSocket> socket;
  {
    const auto inside = ours_.enter();
    socket.emplace(world.kernel, *world.reactor, "vtep", UdpAddress{Ipv4Address(), Vxlan::kPort},
                   TunnelFormat::kVxlan);
  }
  VSwitch vswitch(world.kernel, "vswitch");
  std::vector<PeerPort*> ports;
  for (const std::uint32_t vni : {41U, 42U}) {
    PeerPort& port = socket->expect("vni-" + std::to_string(vni), std::make_unique<Vxlan>(vni));
    const PortIndex at = vswitch.connect();
    port.connect({&vswitch, at});
    vswitch.plug(at, {&port, PortIndex{}});
    ports.push_back(&port);
  }
  // The right one announces itself by what it sends first.
  std::atomic<int> done = 0;
  bool announced = false;
  bool pinged = false;
  bool pinged_with_full_frames = false;
  std::jthread pinger([&] {
    announced = !right_.run("ping -c 1 -W 1 192.168.9.77");  // nobody: but ARP asks for it
    pinged = left_.run("ping -c 5 -i 0.02 -W 5 192.168.9.2");
    pinged_with_full_frames = left_.run("ping -c 5 -i 0.02 -W 5 -s 1422 -M do 192.168.9.2");
    done = 1;
  });
  EXPECT_TRUE(world.run_until([&] { return done == 1; }));
  pinger.join();
  EXPECT_TRUE(announced);
  EXPECT_TRUE(pinged);
  EXPECT_TRUE(pinged_with_full_frames);
  EXPECT_EQ(ports[0]->peer()->address, Ipv4Address(10, 1, 0, 2));
  EXPECT_EQ(ports[1]->peer()->address, Ipv4Address(10, 2, 0, 2));
  EXPECT_EQ(socket->ledger().total_drops(), 0U);
  EXPECT_GE(ports[0]->ledger().out, 10U);
}

}  // namespace
}  // namespace violin
