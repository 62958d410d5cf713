#include "datapath/jetway/jetway.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <sys/eventfd.h>

#include <deque>
#include <thread>

#include "datapath/jetway/tap_device.h"
#include "models/vhost/udp_socket.h"
#include "models/vhost/vhost.h"
#include "models/vswitch/vswitch.h"
#include "models/wire/tcp.h"
#include "tests/datapath/jetway/super_frame.h"
#include "tests/datapath/jetway/test_namespace.h"

namespace violin {
namespace {

using namespace std::chrono_literals;

class Keeper final : public FrameSink {
 public:
  void receive(PortIndex /*port*/, std::span<Frame> burst, TimePoint /*now*/) override {
    for (Frame& frame : burst) {
      frames.push_back(std::move(frame));
    }
    if (then) {
      then();
    }
  }
  std::vector<Frame> frames;
  std::function<void()> then;
};

// An outer network in memory.
class FakeNetwork final : public OuterNetwork {
 public:
  struct State {
    std::vector<Frame> sent;
    std::vector<Frame> waiting;
    std::optional<Drop> refusal;
    bool takes_offloads = false;
    bool gone = false;
    std::uint64_t lost = 0;
    int closed = 0;
  };
  explicit FakeNetwork(State& state) : state_(state), signal_(eventfd(1, EFD_CLOEXEC)) {}
  ~FakeNetwork() override { ++state_.closed; }
  int descriptor() const override { return signal_.get(); }
  bool takes_offloads() const override { return state_.takes_offloads; }
  std::optional<Drop> send(const Frame& frame) override {
    if (!state_.refusal) {
      state_.sent.push_back(frame.slice(0, frame.size().value));
    }
    return state_.refusal;
  }
  std::span<Frame> read() override {
    taken_ = std::exchange(state_.waiting, {});
    return taken_;
  }
  bool gone() const override { return state_.gone; }
  std::uint64_t lost() override { return state_.lost; }

 private:
  State& state_;
  FileDescriptor signal_;
  std::vector<Frame> taken_;
};

class JetwayTest : public ::testing::Test {
 protected:
  JetwayTest() {
    auto reactor = std::make_unique<Reactor>();
    reactor_ = reactor.get();
    kernel_.go_live(std::move(reactor));
  }
  std::unique_ptr<FakeNetwork> network() { return std::make_unique<FakeNetwork>(state_); }
  Frame datagram() { return frame(SuperFrame{.payload = 100}); }
  Frame frame(const SuperFrame& of) {
    Frame result = make(of, kernel_.frames());
    if (of.payload <= of.segment_size) {
      result.set_offload({.checksum_pending = true});
    }
    return result;
  }
  void send(Jetway& jetway, Frame frame) {
    jetway.receive(PortIndex{0}, {&frame, 1}, kernel_.now());
  }
  void run_a_moment() { kernel_.run_until(kernel_.now() + 2ms); }

  Kernel kernel_;
  Reactor* reactor_;
  FakeNetwork::State state_;
  Keeper keeper_;
};

TEST_F(JetwayTest, IsClosedUntilOpenedAndAfterItWasClosed) {
  Jetway jetway(kernel_, "jetway", *reactor_);
  send(jetway, datagram());
  EXPECT_EQ(jetway.ledger().drops(Drop::kJetwayClosed), 1U);
  jetway.open(network());
  EXPECT_TRUE(jetway.is_open());
  send(jetway, datagram());
  EXPECT_EQ(state_.sent.size(), 1U);
  jetway.close();
  EXPECT_EQ(state_.closed, 1);
  send(jetway, datagram());
  EXPECT_EQ(jetway.ledger().drops(Drop::kJetwayClosed), 2U);
  EXPECT_EQ(jetway.counters().outward.refused, 2U);
  EXPECT_EQ(state_.sent.size(), 1U);
  EXPECT_TRUE(jetway.ledger().balances(0));
}

TEST_F(JetwayTest, DropsWhatItsPolicyDoesNotAllowInEitherDirection) {
  Jetway jetway(kernel_, "jetway", *reactor_, {.policy = JetwayPolicy({JetwayRule::parse("udp")})});
  jetway.connect({&keeper_, PortIndex{0}});
  jetway.open(network());
  send(jetway, datagram());
  state_.waiting.push_back(datagram());
  run_a_moment();
  EXPECT_TRUE(state_.sent.empty());
  EXPECT_TRUE(keeper_.frames.empty());
  EXPECT_EQ(jetway.ledger().drops(Drop::kJetwayClosed), 2U);
  EXPECT_EQ(jetway.counters().inward.refused, 1U);
  jetway.set_policy(JetwayPolicy{});
  send(jetway, datagram());
  EXPECT_EQ(state_.sent.size(), 1U);
  EXPECT_TRUE(jetway.ledger().balances(0));
}

bool is_complete(const Frame& frame) {
  const auto bytes = frame.bytes();
  const auto ip = wire::Ipv4Header::parse(bytes.subspan(14), bytes.size() - 14);
  return frame.offload() == FrameOffload{} && ip &&
         wire::TcpHeader::parse(bytes.subspan(14 + ip->size()), ip->payload_size(), ip->source,
                                ip->destination);
}

TEST_F(JetwayTest, CompletesWhatComesIn) {
  Jetway jetway(kernel_, "jetway", *reactor_);
  jetway.connect({&keeper_, PortIndex{0}});
  jetway.open(network());
  state_.waiting.push_back(datagram());
  state_.waiting.push_back(frame(SuperFrame{.payload = 3 * 1448}));
  run_a_moment();
  ASSERT_EQ(keeper_.frames.size(), 4U);
  for (const Frame& frame : keeper_.frames) {
    EXPECT_TRUE(is_complete(frame));
    EXPECT_LE(frame.size(), Bytes{1514});
  }
  EXPECT_EQ(jetway.counters().inward.frames, 2U);
  EXPECT_TRUE(jetway.ledger().balances(0));
}

TEST_F(JetwayTest, HandsSuperFramesOnWholeWhereThatIsWanted) {
  Jetway jetway(kernel_, "jetway", *reactor_, {.policy = JetwayPolicy{}, .super_frames = true});
  jetway.connect({&keeper_, PortIndex{0}});
  jetway.open(network());
  state_.waiting.push_back(frame(SuperFrame{}));
  run_a_moment();
  ASSERT_EQ(keeper_.frames.size(), 1U);
  EXPECT_EQ(keeper_.frames[0].offload().segment_size, 1448);
}

TEST_F(JetwayTest, CompletesWhatLeavesUnlessTheOuterNetworkTakesIt) {
  Jetway jetway(kernel_, "jetway", *reactor_);
  jetway.open(network());
  send(jetway, frame(SuperFrame{.payload = 3 * 1448}));
  send(jetway, datagram());
  ASSERT_EQ(state_.sent.size(), 4U);
  for (const Frame& frame : state_.sent) {
    EXPECT_TRUE(is_complete(frame));
  }
  EXPECT_TRUE(jetway.ledger().balances(0));
  state_.takes_offloads = true;
  send(jetway, frame(SuperFrame{.payload = 3 * 1448}));
  EXPECT_EQ(state_.sent.size(), 5U);
  EXPECT_TRUE(jetway.ledger().balances(0));
}

TEST_F(JetwayTest, CountsWhatCannotBeCompletedInEitherDirection) {
  Jetway jetway(kernel_, "jetway", *reactor_);
  jetway.open(network());
  for (const bool outward : {true, false}) {
    Frame broken = frame(SuperFrame{});
    broken.writable()[46] = 0x10;  // TCP data offset
    if (outward) {
      send(jetway, std::move(broken));
    } else {
      state_.waiting.push_back(std::move(broken));
    }
  }
  run_a_moment();
  EXPECT_EQ(jetway.ledger().drops(Drop::kBadHeader), 2U);
  EXPECT_TRUE(jetway.ledger().balances(0));
}

TEST_F(JetwayTest, CountsWhatTheSystemDidNotTakeOrLost) {
  Jetway jetway(kernel_, "jetway", *reactor_);
  jetway.open(network());
  state_.refusal = Drop::kSocketFull;
  send(jetway, datagram());
  EXPECT_EQ(jetway.ledger().drops(Drop::kSocketFull), 1U);
  state_.lost = 5;
  jetway.count_lost();
  jetway.count_lost();
  EXPECT_EQ(jetway.ledger().drops(Drop::kSocketOverrun), 5U);
  state_.lost = 7;
  jetway.close();
  EXPECT_EQ(jetway.ledger().drops(Drop::kSocketOverrun), 7U);
  EXPECT_TRUE(jetway.ledger().balances(0));
}

TEST_F(JetwayTest, ClosesWhenItsOuterNetworkIsTakenAway) {
  Jetway jetway(kernel_, "jetway", *reactor_);
  jetway.connect({&keeper_, PortIndex{0}});
  jetway.open(network());
  state_.waiting.push_back(datagram());
  state_.gone = true;
  run_a_moment();
  EXPECT_FALSE(jetway.is_open());
  EXPECT_EQ(state_.closed, 1);
  EXPECT_EQ(keeper_.frames.size(), 1U);
}

TEST_F(JetwayTest, MayBeClosedByWhatAFrameSetsOff) {
  Jetway jetway(kernel_, "jetway", *reactor_);
  jetway.connect({&keeper_, PortIndex{0}});
  keeper_.then = [&] { jetway.close(); };
  jetway.open(network());
  state_.waiting.push_back(datagram());
  run_a_moment();
  EXPECT_FALSE(jetway.is_open());
  EXPECT_EQ(keeper_.frames.size(), 1U);
}

// --- with TAP devices in namespaces

constexpr Ipv4Interface kServerSide{Ipv4Address(10, 9, 8, 1), 24};
constexpr Ipv4Interface kClientSide{Ipv4Address(10, 9, 8, 2), 24};
constexpr Ipv4Interface kStation{Ipv4Address(10, 9, 8, 5), 24};

// A vSwitch with a jetway to a host's namespace: "jet0".
class JetwayToAHost : public JetwayTest {
 protected:
  void SetUp() override {
    if (const auto why = TestNamespace::unavailable()) {
      GTEST_SKIP() << *why;
    }
    host_.emplace();
  }
  std::unique_ptr<OuterNetwork> tap(const TestNamespace& where, Ipv4Interface address) {
    return std::make_unique<TapDevice>(TapOptions{.owner = "test",
                                                  .device = "jet0",
                                                  .network_namespace = where.path(),
                                                  .address = address},
                                       kernel_.frames());
  }
  void cable(Jetway& jetway) {
    const PortIndex port = switch_.connect();
    switch_.plug(port, {&jetway, PortIndex{0}});
    jetway.connect({&switch_, port});
  }

  std::optional<TestNamespace> host_;
  VSwitch switch_{kernel_, "vSwitch"};
};

// A server of the host that answers with what it was sent.
struct EchoServer : ReactorSource {
  EchoServer(Reactor& to, FileDescriptor file) : reactor(to), socket(std::move(file)) {
    reactor.watch(socket.get(), *this);
  }
  ~EchoServer() override { reactor.forget(socket.get()); }
  void on_readable(TimePoint /*now*/) override {
    std::array<char, 2048> bytes{};
    sockaddr_in peer{};
    socklen_t size = sizeof peer;
    const ssize_t n = ::recvfrom(socket.get(), bytes.data(), bytes.size(), 0,
                                 reinterpret_cast<sockaddr*>(&peer), &size);
    ++heard;
    ::sendto(socket.get(), bytes.data(), static_cast<std::size_t>(n), 0,
             reinterpret_cast<const sockaddr*>(&peer), size);
  }
  Reactor& reactor;
  FileDescriptor socket;
  int heard = 0;
};

struct Listener : UdpReceiver {
  explicit Listener(Kernel& to) : kernel(to) {}
  void on_datagram(UdpDatagram& datagram, TimePoint /*now*/) override {
    heard.emplace_back(datagram.stored().begin(), datagram.stored().end());
    kernel.stop();
  }
  Kernel& kernel;
  std::vector<Octets> heard;
};

// Everything that a device of the host is given, as tcpdump sees it.
class Sniffer {
 public:
  Sniffer(const TestNamespace& where, const std::string& device) {
    const NamespaceVisit visit(where.path());
    socket_ = FileDescriptor(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    sockaddr_ll name{};
    name.sll_family = AF_PACKET;
    name.sll_protocol = htons(ETH_P_ALL);
    name.sll_ifindex = static_cast<int>(if_nametoindex(device.c_str()));
    if (::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name) != 0) {
      throw_errno("cannot listen at " + device);
    }
  }
  // Those that came out of the VIOLIN.
  std::size_t count_from_violin() const {
    std::size_t count = 0;
    std::array<char, 64> bytes{};
    sockaddr_ll from{};
    socklen_t size = sizeof from;
    while (::recvfrom(socket_.get(), bytes.data(), bytes.size(), 0,
                      reinterpret_cast<sockaddr*>(&from), &size) >= 0) {
      count += from.sll_pkttype == PACKET_OUTGOING ? 0U : 1U;
    }
    return count;
  }

 private:
  FileDescriptor socket_;
};

class StationBehindAJetway : public JetwayToAHost {
 protected:
  void SetUp() override {
    JetwayToAHost::SetUp();
    if (IsSkipped()) {
      return;
    }
    const PortIndex vnic =
        station_.add_vnic({.name = "eth0", .mac = MacAddress::local(5), .address = kStation});
    const PortIndex port = switch_.connect();
    station_.plug(vnic, {&switch_, port});
    switch_.plug(port, {&station_, vnic});
    cable(jetway_);
  }
  void ask() {
    Frame payload = kernel_.frames().copy_of(Octets{1, 2, 3});
    socket_.send_to(kServerSide.address, 7, std::move(payload), kernel_.now());
  }

  VHost station_{kernel_, "vHost1"};
  Jetway jetway_{kernel_, "jetway", *reactor_};
  Listener listener_{kernel_};
  UdpSocket socket_{station_, listener_};
};

TEST_F(StationBehindAJetway, ReachesAServerOfTheHostAndIsAnswered) {
  jetway_.open(tap(*host_, kServerSide));
  EchoServer server(*reactor_, socket_in(*host_, SOCK_DGRAM, kServerSide.address, 7));
  ask();
  kernel_.run_until(kernel_.now() + 20s);
  ASSERT_EQ(listener_.heard.size(), 1U);
  EXPECT_EQ(listener_.heard[0], (Octets{1, 2, 3}));
  EXPECT_TRUE(jetway_.ledger().balances(0));
}

// A bridge of the host's is between, made while the network runs, and gone afterwards.
TEST_F(StationBehindAJetway, ReachesTheHostThroughABridge) {
  jetway_.open(std::make_unique<TapDevice>(TapOptions{.owner = "test",
                                                      .device = "jet0",
                                                      .network_namespace = host_->path(),
                                                      .bridge = "jetbr",
                                                      .address = kServerSide},
                                           kernel_.frames()));
  EchoServer server(*reactor_, socket_in(*host_, SOCK_DGRAM, kServerSide.address, 7));
  // The port of a new bridge forwards after a while.
  for (int i = 0; i < 100 && listener_.heard.empty(); ++i) {
    ask();
    kernel_.run_until(kernel_.now() + 100ms);
  }
  EXPECT_FALSE(listener_.heard.empty());
  jetway_.close();
  LinkControl links(host_->path());
  EXPECT_FALSE(links.find("jet0"));
  EXPECT_FALSE(links.find("jetbr"));
}

TEST_F(StationBehindAJetway, DoesNotReachTheHostWhileTheJetwayIsClosed) {
  jetway_.open(tap(*host_, kServerSide));
  EchoServer server(*reactor_, socket_in(*host_, SOCK_DGRAM, kServerSide.address, 7));
  const Sniffer sniffer(*host_, "jet0");
  jetway_.close();
  EXPECT_FALSE(LinkControl(host_->path()).find("jet0"));
  ask();
  kernel_.run_until(kernel_.now() + 100ms);
  EXPECT_EQ(server.heard, 0);
  EXPECT_EQ(sniffer.count_from_violin(), 0U);
  EXPECT_GE(jetway_.ledger().drops(Drop::kJetwayClosed), 1U);
}

TEST_F(StationBehindAJetway, SendsNothingThatIsNotAllowed) {
  jetway_.open(tap(*host_, kServerSide));
  EchoServer server(*reactor_, socket_in(*host_, SOCK_DGRAM, kServerSide.address, 7));
  const Sniffer sniffer(*host_, "jet0");
  jetway_.set_policy(JetwayPolicy({JetwayRule::parse("ip inside 10.77.0.0/16")}));
  ask();
  kernel_.run_until(kernel_.now() + 100ms);
  EXPECT_EQ(sniffer.count_from_violin(), 0U);
  jetway_.set_policy(JetwayPolicy({JetwayRule::parse("udp outside 10.9.8.1/32:7")}));
  ask();
  kernel_.run_until(kernel_.now() + 20s);
  EXPECT_GE(sniffer.count_from_violin(), 1U);
  EXPECT_GE(server.heard, 1);
}

// Sends `size` bytes over TCP from one namespace to the other and returns what came, while the
// kernel runs.
Octets carry_over_tcp(Kernel& kernel, Reactor& reactor, const TestNamespace& from,
                      const TestNamespace& to, const Octets& data) {
  const FileDescriptor listener = socket_in(to, SOCK_STREAM, kServerSide.address, 0);
  sockaddr_in name{};
  socklen_t size = sizeof name;
  ::getsockname(listener.get(), reinterpret_cast<sockaddr*>(&name), &size);
  ::listen(listener.get(), 1);
  Octets got;
  const std::jthread receiver([&] {
    const FileDescriptor connection(::accept(listener.get(), nullptr, nullptr));
    Octets part(1 << 16);
    for (ssize_t n = 1; n > 0;) {
      n = ::recv(connection.get(), part.data(), part.size(), 0);
      got.insert(got.end(), part.begin(), part.begin() + std::max<ssize_t>(n, 0));
    }
    reactor.post([&kernel] { kernel.stop(); });
  });
  const std::jthread sender([&] {
    const FileDescriptor socket = socket_in(from, SOCK_STREAM, kClientSide.address, 0);
    if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&name), size) != 0) {
      return;
    }
    for (std::size_t at = 0; at < data.size();) {
      const ssize_t n = ::send(socket.get(), &data[at], data.size() - at, MSG_NOSIGNAL);
      if (n <= 0) {
        return;
      }
      at += static_cast<std::size_t>(n);
    }
  });
  kernel.run_until(kernel.now() + 40s);
  return got;
}

// Sees what passes and hands it on.
class Window final : public FrameSink {
 public:
  explicit Window(Attachment to) : to_(to) {}
  void receive(PortIndex /*port*/, std::span<Frame> burst, TimePoint now) override {
    for (const Frame& frame : burst) {
      largest = std::max(largest, frame.size());
      if (frame.size() > Bytes{60} && frame.bytes()[12] == 8 && frame.bytes()[13] == 0) {
        incomplete += is_complete(frame) ? 0U : 1U;
      }
    }
    to_.send(burst, now);
  }
  Bytes largest{0};
  std::size_t incomplete = 0;

 private:
  Attachment to_;
};

// Between two hosts' namespaces; `super_frames` or not.
class TwoJetways : public JetwayToAHost, public ::testing::WithParamInterface<bool> {};

TEST_P(TwoJetways, CarryTcpBetweenTwoHosts) {
  const TestNamespace client;
  const JetwayOptions options{.policy = JetwayPolicy{}, .super_frames = GetParam()};
  Jetway near(kernel_, "near", *reactor_, options);
  Jetway far(kernel_, "far", *reactor_, options);
  cable(near);
  cable(far);
  Window window({&switch_, PortIndex{0}});
  near.connect({&window, PortIndex{0}});
  near.open(tap(client, kClientSide));
  far.open(tap(*host_, kServerSide));
  Octets data(3'000'000);
  for (std::size_t i = 0; i < data.size(); ++i) {
    data[i] = static_cast<std::uint8_t>(i * 7 + i / 256);
  }
  EXPECT_EQ(carry_over_tcp(kernel_, *reactor_, client, *host_, data), data);
  if (GetParam()) {
    EXPECT_GT(window.largest, Bytes{10'000});
  } else {
    EXPECT_LE(window.largest, Bytes{1514});
    EXPECT_EQ(window.incomplete, 0U);
  }
  near.close();
  far.close();
  EXPECT_TRUE(near.ledger().balances(0));
  EXPECT_TRUE(far.ledger().balances(0));
}

INSTANTIATE_TEST_SUITE_P(With, TwoJetways, ::testing::Bool(), [](const auto& c) {
  return std::string(c.param ? "SuperFramesWhole" : "SuperFramesCut");
});

}  // namespace
}  // namespace violin
