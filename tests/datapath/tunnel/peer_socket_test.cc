#include "datapath/tunnel/peer_socket.h"

#include <gtest/gtest.h>

#include "datapath/tunnel/l2tpv3.h"
#include "datapath/tunnel/vxlan.h"
#include "models/vswitch/vswitch.h"
#include "tests/datapath/tunnel/live_world.h"

namespace violin {
namespace {

using namespace std::chrono_literals;
using Octets = std::vector<std::uint8_t>;

// The session's number is also its cookie and the same both ways.
std::unique_ptr<Encapsulation> session(std::uint32_t number) {
  return std::make_unique<L2tpv3>(L2tpv3Options{.send_session = number,
                                                .receive_session = number,
                                                .cookie_size = CookieSize::k32,
                                                .send_cookie = number,
                                                .receive_cookie = number});
}

Octets header(std::uint8_t number, std::uint8_t cookie) {
  return {0, 3, 0, 0, 0, 0, 0, number, 0, 0, 0, cookie};
}
Octets header(std::uint8_t number) { return header(number, number); }

class Peers : public ::testing::Test {
 protected:
  PeerPort& expect(std::uint32_t number, std::optional<UdpAddress> at = std::nullopt) {
    PeerPort& port = socket_.expect("peer-" + std::to_string(number), session(number), at);
    port.connect({&sink_, PortIndex{number}});
    return port;
  }
  void send_to(PeerPort& port, const Octets& bytes) {
    Frame frame = world_.kernel.frames().copy_of(bytes);
    port.receive(PortIndex{}, {&frame, 1}, world_.kernel.now());
  }
  void check_books() {
    EXPECT_TRUE(socket_.ledger().balances(socket_.queued()));
    EXPECT_EQ(socket_.ledger().originated, socket_.ledger().total_drops());
  }

  LiveWorld world_;
  KeepingSink sink_;
  PeerSocket socket_{world_.kernel,
                     *world_.reactor,
                     "edge",
                     {Ipv4Address(127, 0, 0, 1), 0},
                     TunnelFormat::kL2tpv3};
};

TEST_F(Peers, WhatComesForSinksThatAreGoneIsDroppedAsDetached) {
  PeerPort& port = expect(7);
  auto sink = std::make_unique<KeepingSink>();
  auto life = std::make_shared<int>();
  port.connect({sink.get(), PortIndex{}}, life);
  BarePeer guest;
  guest.send(socket_.local(), joined(header(7), ethernet(60)));
  ASSERT_TRUE(world_.run_until([&] { return sink->kept.size() == 1; }));
  life.reset();
  sink.reset();
  guest.send(socket_.local(), joined(header(7), ethernet(60)));
  ASSERT_TRUE(world_.run_until([&] { return port.ledger().originated == 2; }));
  EXPECT_EQ(port.ledger().drops(Drop::kDetached), 1U);
  EXPECT_TRUE(port.ledger().balances(port.queued()));
}

TEST_F(Peers, APeerThatIsExpectedGetsItsPortWithItsFirstDatagram) {
  PeerPort& port = expect(7);
  std::vector<std::string> connected;
  socket_.on_connect([&](PeerPort& p) { connected.push_back(p.name()); });
  EXPECT_FALSE(port.peer());
  BarePeer guest;
  guest.send(socket_.local(), joined(header(7), ethernet(60)));
  guest.send(socket_.local(), joined(header(7), ethernet(61)));
  ASSERT_TRUE(world_.run_until([&] { return sink_.kept.size() == 2; }));
  EXPECT_EQ(sink_.kept, (std::vector<Octets>{ethernet(60), ethernet(61)}));
  EXPECT_EQ(connected, std::vector<std::string>{"peer-7"});
  EXPECT_EQ(port.peer(), guest.local());
  EXPECT_TRUE(port.heard());

  send_to(port, ethernet(1514));
  EXPECT_EQ(port.queued(), 1U);
  EXPECT_TRUE(port.ledger().balances(port.queued()));
  world_.run_for(1ms);
  EXPECT_EQ(guest.receive(), std::vector<Octets>{joined(header(7), ethernet(1514))});
  EXPECT_EQ(port.ledger().originated, 2U);
  EXPECT_EQ(port.ledger().out, 2U);
  EXPECT_EQ(port.ledger().in, 1U);
  EXPECT_EQ(port.ledger().consumed, 1U);
  EXPECT_EQ(port.queued(), 0U);
}

TEST_F(Peers, UnknownWrongAndMalformedAreCountedApartAndDisturbNobody) {
  PeerPort& port = expect(7);
  BarePeer guest;
  BarePeer stranger;
  const Octets frame = ethernet(60);
  guest.send(socket_.local(), joined(header(7), frame));
  stranger.send(socket_.local(), joined(header(9), frame));                    // unknown session
  stranger.send(socket_.local(), joined(header(7, 8), frame));                 // wrong cookie
  stranger.send(socket_.local(), header(7));                                   // truncated
  stranger.send(socket_.local(), {1, 2, 3});                                   // nonsense
  stranger.send(socket_.local(), joined({0xc8, 3, 0, 0, 0, 0, 0, 7}, frame));  // control
  guest.send(socket_.local(), joined(header(7), ethernet(70)));
  ASSERT_TRUE(world_.run_until([&] { return sink_.kept.size() == 2; }));
  EXPECT_EQ(sink_.kept, (std::vector<Octets>{frame, ethernet(70)}));
  EXPECT_EQ(port.ledger().originated, 2U);
  EXPECT_EQ(port.peer(), guest.local());
  EXPECT_EQ(socket_.ledger().drops(Drop::kUnknownPeer), 2U);
  EXPECT_EQ(socket_.ledger().drops(Drop::kBadTunnel), 2U);
  EXPECT_EQ(socket_.ledger().drops(Drop::kUnsupported), 1U);
  check_books();
}

TEST_F(Peers, FramesToAPeerThatWasNeverHeardAreDetached) {
  PeerPort& port = expect(7);
  send_to(port, ethernet(60));
  world_.run_for(1ms);
  EXPECT_EQ(port.ledger().drops(Drop::kDetached), 1U);
  EXPECT_TRUE(port.ledger().balances(0));
}

TEST_F(Peers, AnAddressGivenBeforehandIsSentToAtOnceAndIsTheOnlyOneHeard) {
  BarePeer guest;
  BarePeer liar;
  PeerPort& port = expect(7, guest.local());
  send_to(port, ethernet(60));
  liar.send(socket_.local(), joined(header(7), ethernet(61)));
  guest.send(socket_.local(), joined(header(7), ethernet(62)));
  ASSERT_TRUE(world_.run_until([&] { return !sink_.kept.empty(); }));
  EXPECT_EQ(sink_.kept, std::vector<Octets>{ethernet(62)});
  EXPECT_EQ(guest.receive(), std::vector<Octets>{joined(header(7), ethernet(60))});
  EXPECT_EQ(socket_.ledger().drops(Drop::kUnknownPeer), 1U);
  check_books();
}

TEST_F(Peers, ALearntAddressFollowsAGuestThatStartsAnewOnLoopback) {
  PeerPort& port = expect(7);
  auto first = std::make_unique<BarePeer>(Ipv4Address(127, 0, 5, 1));
  first->send(socket_.local(), joined(header(7), ethernet(60)));
  ASSERT_TRUE(world_.run_until([&] { return sink_.kept.size() == 1; }));
  first.reset();
  BarePeer second(Ipv4Address(127, 0, 6, 1));
  second.send(socket_.local(), joined(header(7), ethernet(60)));
  ASSERT_TRUE(world_.run_until([&] { return sink_.kept.size() == 2; }));
  send_to(port, ethernet(60));
  world_.run_for(1ms);
  EXPECT_EQ(second.receive().size(), 1U);
}

TEST_F(Peers, AKeyIsExpectedOnce) {
  expect(7);
  EXPECT_THROW(expect(7), std::invalid_argument);
  EXPECT_THROW(socket_.expect("vxlan", std::make_unique<Vxlan>(1)), std::logic_error);
  EXPECT_EQ(socket_.peers(), 1U);
}

TEST_F(Peers, ARemovedPeerIsUnknownAndItsWaitingFramesAreNotSent) {
  BarePeer guest;
  PeerPort& port = expect(7, guest.local());
  PeerPort& other = expect(8, guest.local());
  send_to(port, ethernet(60));
  send_to(other, ethernet(61));
  const Ledger books = socket_.remove(port);
  EXPECT_TRUE(books.balances(0));
  EXPECT_EQ(books.drops(Drop::kDetached), 1U);
  guest.send(socket_.local(), joined(header(7), ethernet(60)));
  ASSERT_TRUE(world_.run_until([&] { return socket_.ledger().originated == 1; }));
  EXPECT_EQ(socket_.ledger().drops(Drop::kUnknownPeer), 1U);
  EXPECT_EQ(guest.receive(), std::vector<Octets>{joined(header(8), ethernet(61))});
  expect(7);  // again
}

TEST_F(Peers, APeerMayBeRemovedInTheCallbackThatTellsOfIt) {
  expect(7);
  PeerPort& other = expect(8);
  socket_.on_connect([&](PeerPort& port) {
    if (port.name() == "peer-7") {
      socket_.remove(port);
      expect(9);
    }
  });
  BarePeer guest;
  guest.send(socket_.local(), joined(header(7), ethernet(60)));
  guest.send(socket_.local(), joined(header(8), ethernet(61)));
  guest.send(socket_.local(), joined(header(9), ethernet(62)));
  ASSERT_TRUE(world_.run_until([&] { return sink_.kept.size() == 2; }));
  EXPECT_EQ(sink_.kept, (std::vector<Octets>{ethernet(61), ethernet(62)}));
  EXPECT_EQ(other.ledger().out, 1U);
  check_books();
}

// Its peer's first frame has come in the same batch as the second's, which is told of later.
TEST_F(Peers, FramesThatHadArrivedForARemovedPeerAreInItsBooks) {
  PeerPort& port = expect(7);
  expect(8);
  Ledger books;
  socket_.on_connect([&](PeerPort& connected) {
    if (connected.name() == "peer-8") {
      books = socket_.remove(port);
    }
  });
  BarePeer guest;
  guest.send(socket_.local(), joined(header(7), ethernet(60)));
  guest.send(socket_.local(), joined(header(8), ethernet(61)));
  ASSERT_TRUE(world_.run_until([&] { return sink_.kept.size() == 1; }));
  EXPECT_EQ(books.originated, 1U);
  EXPECT_EQ(books.drops(Drop::kDetached), 1U);
  EXPECT_TRUE(books.balances(0));
}

TEST_F(Peers, APayloadThatWasOnlyCountedIsSentAsZeros) {
  BarePeer guest;
  PeerPort& port = expect(7, guest.local());
  Frame frame = world_.kernel.frames().copy_of(ethernet(14), /*elided=*/100);
  port.receive(PortIndex{}, {&frame, 1}, world_.kernel.now());
  world_.run_for(1ms);
  EXPECT_EQ(guest.receive(),
            std::vector<Octets>{joined(joined(header(7), ethernet(14)), Octets(100, 0))});
}

TEST_F(Peers, OverrunsAreInTheSocketsBooks) {
  PeerSocketOptions options;
  options.socket.receive_buffer = Bytes{1};
  PeerSocket small(world_.kernel, *world_.reactor, "small", {Ipv4Address(127, 0, 0, 1), 0},
                   TunnelFormat::kL2tpv3, options);
  PeerPort& port = small.expect("guest", session(7));
  port.connect({&sink_, PortIndex{}});
  BarePeer guest;
  for (int i = 0; i < 100; ++i) {
    guest.send(small.local(), joined(header(7), ethernet(1000)));
  }
  world_.run_for(1ms);
  small.count_overruns();
  EXPECT_GT(small.ledger().drops(Drop::kSocketOverrun), 0U);
  EXPECT_EQ(small.ledger().drops(Drop::kSocketOverrun) + port.ledger().originated, 100U);
  EXPECT_TRUE(small.ledger().balances(0));
}

// Ports of one vSwitch: what one guest sends reaches the other.
TEST_F(Peers, TwoGuestsTalkThroughAVSwitch) {
  VSwitch vswitch(world_.kernel, "vswitch");
  BarePeer guests[2];
  PeerPort* ports[2];
  for (std::uint32_t i = 0; i < 2; ++i) {
    const PortIndex at = vswitch.connect();
    ports[i] = &socket_.expect("guest-" + std::to_string(i), session(i + 1));
    ports[i]->connect({&vswitch, at});
    vswitch.plug(at, {ports[i], PortIndex{}});
  }
  const Octets hello = octets("ff ff ff ff ff ff 02 00 00 00 00 02 88 b5 00 00");
  guests[1].send(socket_.local(), joined(header(2), hello));
  ASSERT_TRUE(world_.run_until([&] { return vswitch.counters().learnt == 1; }));
  guests[0].send(socket_.local(), joined(header(1), ethernet(200)));
  std::vector<Octets> got;
  ASSERT_TRUE(world_.run_until([&] {
    const auto more = guests[1].receive();
    got.insert(got.end(), more.begin(), more.end());
    return !got.empty();
  }));
  EXPECT_EQ(got, std::vector<Octets>{joined(header(2), ethernet(200))});
  EXPECT_EQ(vswitch.counters().forwarded, 1U);
  for (PeerPort* port : ports) {
    EXPECT_TRUE(port->ledger().balances(port->queued()));
  }
}

TEST(VxlanPeers, AreKnownByTheirAddressWhateverPortTheySendFrom) {
  LiveWorld world;
  PeerSocketOptions options;
  BarePeer vtep(Ipv4Address(127, 0, 7, 2));
  options.vxlan_port = vtep.local().port;
  PeerSocket socket(world.kernel, *world.reactor, "vtep", {Ipv4Address(127, 0, 7, 1), 0},
                    TunnelFormat::kVxlan, options);
  KeepingSink sink;
  PeerPort& port = socket.expect("net-42", std::make_unique<Vxlan>(42));
  port.connect({&sink, PortIndex{}});
  const Octets vxlan = octets("08 00 00 00 00 00 2a 00");
  BarePeer hashed(Ipv4Address(127, 0, 7, 2));  // another source port of the same VTEP
  BarePeer stranger(Ipv4Address(127, 0, 7, 3));
  vtep.send(socket.local(), joined(vxlan, ethernet(60)));
  hashed.send(socket.local(), joined(vxlan, ethernet(61)));
  stranger.send(socket.local(), joined(vxlan, ethernet(62)));
  ASSERT_TRUE(
      world.run_until([&] { return socket.ledger().originated == 1 && sink.kept.size() == 2; }));
  EXPECT_EQ(socket.ledger().drops(Drop::kUnknownPeer), 1U);
  EXPECT_EQ(port.peer(), vtep.local());
  Frame frame = world.kernel.frames().copy_of(ethernet(63));
  port.receive(PortIndex{}, {&frame, 1}, world.kernel.now());
  world.run_for(1ms);
  EXPECT_EQ(vtep.receive(), std::vector<Octets>{joined(vxlan, ethernet(63))});
}

}  // namespace
}  // namespace violin
