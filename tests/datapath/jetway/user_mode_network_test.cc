#include "datapath/jetway/user_mode_network.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <fstream>
#include <map>

#include "datapath/jetway/jetway.h"
#include "datapath/jetway/jetway_error.h"
#include "models/vhost/echo_socket.h"
#include "models/vhost/tcp_host.h"
#include "models/vhost/udp_socket.h"
#include "models/vhost/vhost.h"
#include "models/vswitch/vswitch.h"
#include "models/wire/ethernet.h"
#include "models/wire/ipv4.h"

namespace violin {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using Octets = std::vector<std::uint8_t>;

constexpr Ipv4Interface kGateway{Ipv4Address(10, 9, 8, 1), 24};
constexpr Ipv4Interface kStation{Ipv4Address(10, 9, 8, 5), 24};

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_port = htons(port);
  name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return name;
}

// A socket of the host at a free port of 127.0.0.1, told of through the kernel.
class HostSocket : public ReactorSource {
 public:
  HostSocket(Reactor& reactor, int kind)
      : reactor_(reactor), file_(::socket(AF_INET, kind | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
    const sockaddr_in name = loopback(0);
    if (::bind(file_.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name) != 0 ||
        (kind == SOCK_STREAM && ::listen(file_.get(), 8) != 0)) {
      throw_errno("cannot bind a test's socket");
    }
    reactor_.watch(file_.get(), *this);
  }
  ~HostSocket() override {
    for (const auto& [fd, file] : connections_) {
      reactor_.forget(fd);
    }
    reactor_.forget(file_.get());
  }
  std::uint16_t port() const {
    sockaddr_in name{};
    socklen_t size = sizeof name;
    ::getsockname(file_.get(), reinterpret_cast<sockaddr*>(&name), &size);
    return ntohs(name.sin_port);
  }
  void send_to(std::uint16_t port, const Octets& bytes) const {
    const sockaddr_in name = loopback(port);
    ASSERT_EQ(::sendto(file_.get(), bytes.data(), bytes.size(), 0,
                       reinterpret_cast<const sockaddr*>(&name), sizeof name),
              static_cast<ssize_t>(bytes.size()));
  }

  std::size_t heard = 0;  // bytes
  std::function<void()> then;

 protected:
  int fd() const { return file_.get(); }
  Reactor& reactor_;
  std::map<int, FileDescriptor> connections_;

 private:
  FileDescriptor file_;
};

class UdpEcho final : public HostSocket {
 public:
  explicit UdpEcho(Reactor& reactor) : HostSocket(reactor, SOCK_DGRAM) {}
  void on_readable(TimePoint /*now*/) override {
    std::array<char, 2048> bytes{};
    sockaddr_in peer{};
    socklen_t size = sizeof peer;
    const ssize_t n =
        ::recvfrom(fd(), bytes.data(), bytes.size(), 0, reinterpret_cast<sockaddr*>(&peer), &size);
    heard += static_cast<std::size_t>(std::max<ssize_t>(n, 0));
    ::sendto(fd(), bytes.data(), static_cast<std::size_t>(n), 0,
             reinterpret_cast<const sockaddr*>(&peer), size);
  }
};

class TcpCounter final : public HostSocket {
 public:
  explicit TcpCounter(Reactor& reactor) : HostSocket(reactor, SOCK_STREAM) {}
  void on_readable(TimePoint /*now*/) override {
    if (FileDescriptor fresh{::accept4(fd(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK)}) {
      reactor_.watch(fresh.get(), connection_);
      const int number = fresh.get();
      connections_.emplace(number, std::move(fresh));
    }
  }

 private:
  struct Connection : ReactorSource {
    explicit Connection(TcpCounter& to) : counter(to) {}
    void on_readable(TimePoint /*now*/) override {
      Octets bytes(1 << 16);
      for (const auto& [number, file] : counter.connections_) {
        for (ssize_t n = 1; n > 0;) {
          n = ::recv(number, bytes.data(), bytes.size(), 0);
          counter.heard += static_cast<std::size_t>(std::max<ssize_t>(n, 0));
        }
      }
      counter.then();
    }
    TcpCounter& counter;
  };
  Connection connection_{*this};
};

struct Listener : UdpReceiver, EchoReceiver {
  explicit Listener(Kernel& to) : kernel(to) {}
  void on_datagram(UdpDatagram& datagram, TimePoint /*now*/) override {
    heard.emplace_back(datagram.stored().begin(), datagram.stored().end());
    kernel.stop();
  }
  void on_echo_reply(const EchoReply& /*reply*/, TimePoint /*now*/) override {
    ++echoes;
    kernel.stop();
  }
  Kernel& kernel;
  std::vector<Octets> heard;
  int echoes = 0;
};

// A station on a vSwitch with a user-mode jetway, which is the station's router.
class UserModeNetworkTest : public ::testing::Test {
 protected:
  UserModeNetworkTest() {
    auto reactor = std::make_unique<Reactor>();
    reactor_ = reactor.get();
    kernel_.go_live(std::move(reactor));
    jetway_.emplace(kernel_, "jetway", *reactor_);
    const PortIndex vnic =
        station_.add_vnic({.name = "eth0", .mac = MacAddress::local(5), .address = kStation});
    station_.set_default_gateway(kGateway.address);
    const PortIndex port = switch_.connect();
    station_.plug(vnic, {&switch_, port});
    switch_.plug(port, {&station_, vnic});
    const PortIndex outer = switch_.connect();
    switch_.plug(outer, {&*jetway_, PortIndex{0}});
    jetway_->connect({&switch_, outer});
  }
  void open(const UserModeOptions& options) {
    jetway_->open(std::make_unique<UserModeNetwork>(options, kernel_.frames()));
  }
  void run(Duration patience = 20s) { kernel_.run_until(kernel_.now() + patience); }
  void send(UdpSocket& socket, std::uint16_t port) {
    Frame payload = kernel_.frames().copy_of(Octets{1, 2, 3});
    socket.send_to(kGateway.address, port, std::move(payload), kernel_.now());
  }

  Kernel kernel_;
  Reactor* reactor_;
  VSwitch switch_{kernel_, "vSwitch"};
  VHost station_{kernel_, "vHost1"};
  std::optional<Jetway> jetway_;
  Listener listener_{kernel_};
};

TEST_F(UserModeNetworkTest, AStationReachesAServerOfTheHostAndIsAnswered) {
  open({.gateway = kGateway, .host_loopback = true});
  UdpEcho server(*reactor_);
  UdpSocket socket(station_, listener_);
  send(socket, server.port());
  run();
  ASSERT_EQ(listener_.heard.size(), 1U);
  EXPECT_EQ(listener_.heard[0], (Octets{1, 2, 3}));
  EXPECT_TRUE(jetway_->ledger().balances(0));
}

TEST_F(UserModeNetworkTest, TheHostsLoopbackIsOutOfReachUnlessAllowed) {
  open({.gateway = kGateway});
  UdpEcho server(*reactor_);
  UdpSocket socket(station_, listener_);
  send(socket, server.port());
  run(300ms);
  EXPECT_EQ(server.heard, 0U);
}

TEST_F(UserModeNetworkTest, NothingCrossesAClosedJetway) {
  open({.gateway = kGateway, .host_loopback = true});
  UdpEcho server(*reactor_);
  UdpSocket socket(station_, listener_);
  jetway_->close();
  send(socket, server.port());
  run(300ms);
  EXPECT_EQ(server.heard, 0U);
  EXPECT_GE(jetway_->ledger().drops(Drop::kJetwayClosed), 1U);
}

TEST_F(UserModeNetworkTest, TheGatewayAnswersPings) {
  open({.gateway = kGateway});
  EchoSocket ping(station_, listener_);
  ping.send(kGateway.address, 1, kernel_.frames().copy_of(Octets(56)), kernel_.now());
  run();
  EXPECT_EQ(listener_.echoes, 1);
}

struct Sender : TcpSocketEvents {
  explicit Sender(std::uint64_t bytes) : left(bytes) {}
  void on_connected(TcpSocket& socket) override { on_writable(socket); }
  void on_writable(TcpSocket& socket) override {
    left -= socket.send(Bytes{left}).value;
    if (left == 0) {
      socket.close();
    }
  }
  std::uint64_t left;
};

TEST_F(UserModeNetworkTest, CarriesTcp) {
  constexpr std::size_t kSize = 2'000'000;
  open({.gateway = kGateway, .host_loopback = true});
  TcpCounter server(*reactor_);
  server.then = [&] {
    if (server.heard >= kSize) {
      kernel_.stop();
    }
  };
  Sender sender(kSize);
  ASSERT_NE(tcp_of(station_).connect(kGateway.address, server.port(), sender, kernel_.now()),
            nullptr);
  run();
  EXPECT_EQ(server.heard, kSize);
  station_.abandon(Drop::kDetached);
}

// A port of the host that was free a moment ago.
std::uint16_t free_port(Reactor& reactor) { return UdpEcho(reactor).port(); }

TEST_F(UserModeNetworkTest, AForwardedPortLeadsIntoTheViolin) {
  const std::uint16_t port = free_port(*reactor_);
  open({.gateway = kGateway,
        .forwards = {{.udp = true,
                      .host_port = port,
                      .inside_address = kStation.address,
                      .inside_port = 5201}}});
  UdpSocket server(station_, listener_, 5201);
  const UdpEcho client(*reactor_);
  client.send_to(port, {4, 5, 6});
  run();
  ASSERT_EQ(listener_.heard.size(), 1U);
  EXPECT_EQ(listener_.heard[0], (Octets{4, 5, 6}));
}

TEST_F(UserModeNetworkTest, AForwardedPortThatIsTakenIsAnErrorWithARemedy) {
  const TcpCounter taken(*reactor_);
  try {
    open({.gateway = kGateway,
          .forwards = {
              {.host_port = taken.port(), .inside_address = kStation.address, .inside_port = 80}}});
    ADD_FAILURE() << "the port was given twice";
  } catch (const JetwayError& error) {
    EXPECT_THAT(error.what(), HasSubstr("cannot forward tcp 127.0.0.1:"));
    EXPECT_THAT(error.what(), HasSubstr("choose a port that is free"));
  }
  EXPECT_FALSE(jetway_->is_open());
}

// Datagrams to the gateway with good IPv4 headers and random contents are no reason to fall over.
TEST_F(UserModeNetworkTest, SurvivesNonsense) {
  open({.gateway = kGateway});
  RandomStream random = kernel_.random("nonsense");
  constexpr std::array kProtocols = {wire::IpProtocol::kIcmp, wire::IpProtocol::kTcp,
                                     wire::IpProtocol::kUdp};
  for (std::size_t i = 0; i < 20'000; ++i) {
    Octets bytes(34 + random() % 80);
    std::ranges::generate(bytes, [&] { return static_cast<std::uint8_t>(random()); });
    wire::EthernetHeader{
        .destination = MacAddress::local(1), .source = MacAddress::local(5), .tag = {}}
        .serialize(bytes);
    wire::Ipv4Header{.total_length = static_cast<std::uint16_t>(bytes.size() - 14),
                     .more_fragments = i % 16 == 0,
                     .protocol = kProtocols[i % 3],
                     .source = kStation.address,
                     .destination = kGateway.address}
        .serialize(std::span(bytes).subspan(14));
    Frame frame = kernel_.frames().copy_of(bytes);
    jetway_->receive(PortIndex{0}, {&frame, 1}, kernel_.now());
  }
  run(10ms);
  EXPECT_GT(jetway_->counters().outward.frames, 19'000U);
  EXPECT_TRUE(jetway_->ledger().balances(0));
}

}  // namespace
}  // namespace violin
