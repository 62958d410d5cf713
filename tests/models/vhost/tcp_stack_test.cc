// A host's TCP as a whole: ports, resets for nobody, ICMP, and what happens to its sockets.
#include "models/vhost/tcp_stack.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/models/vhost/tcp_path.h"

namespace violin {
namespace {

using namespace std::chrono_literals;
using tcp_test::Network;
using tcp_test::Sink;
using tcp_test::Source;

wire::TcpHeader header_of(const wire::Ipv4Header& ip, const Frame& frame) {
  return wire::TcpHeader::parse(frame.bytes(), frame.size().value, ip.source, ip.destination)
      ->header;
}

// Sees every header that passes in one direction.
std::vector<wire::TcpHeader>& watch(tcp_test::Direction& direction,
                                    std::vector<wire::TcpHeader>& seen) {
  direction.filter([&seen](const wire::Ipv4Header& ip, const Frame& frame, TimePoint) {
    seen.push_back(header_of(ip, frame));
    return false;
  });
  return seen;
}

TEST(TcpStack, RefusesAConnectionToAPortWithoutListener) {
  Network network({});
  Source source(10);
  source.open(network.a, network.b, kRunStart);
  network.kernel.run();
  EXPECT_EQ(source.ended, TcpEnd::kRefused);
  EXPECT_EQ(network.b.stack().resets_for_nobody(), 1U);
  EXPECT_EQ(network.b.ledger().drops(Drop::kNoListener), 1U);
  EXPECT_EQ(network.a.stack().connections(), 0U);
}

void give(Network& network, const wire::TcpHeader& header, std::size_t payload = 0) {
  wire::Ipv4Header ip;
  ip.protocol = wire::IpProtocol::kTcp;
  ip.source = network.a.address();
  ip.destination = network.b.address();
  Frame frame = network.kernel.frames().make(header.size(), static_cast<std::uint32_t>(payload));
  header.serialize(frame.writable(), header.size() + payload, ip.source, ip.destination);
  network.b.take(ip, std::move(frame), network.kernel.now());
}

// RFC 9293 section 3.10.7.1.
TEST(TcpStack, ResetsForNobodyTakeTheirNumbersFromTheSegment) {
  Network network({});
  std::vector<wire::TcpHeader> answers;
  watch(network.back, answers);
  give(network, {.source_port = 5,
                 .destination_port = 6,
                 .sequence = 100,
                 .acknowledgment = 77,
                 .ack = true});
  give(network,
       {.source_port = 5, .destination_port = 6, .sequence = 100, .fin = true, .syn = true}, 10);
  give(network, {.source_port = 5, .destination_port = 6, .sequence = 100, .rst = true});
  ASSERT_EQ(answers.size(), 2U);
  EXPECT_TRUE(answers[0].rst);
  EXPECT_FALSE(answers[0].ack);
  EXPECT_EQ(answers[0].sequence, 77U);
  EXPECT_TRUE(answers[1].rst && answers[1].ack);
  EXPECT_EQ(answers[1].sequence, 0U);
  EXPECT_EQ(answers[1].acknowledgment, 112U);
  EXPECT_EQ(answers[1].source_port, 6);
  EXPECT_EQ(answers[1].destination_port, 5);
}

TEST(TcpStack, DropsSegmentsWithAWrongChecksum) {
  Network network({});
  Sink sink(network.b);
  wire::Ipv4Header ip;
  ip.source = network.a.address();
  ip.destination = network.b.address();
  wire::TcpHeader syn{.source_port = 5, .destination_port = 80, .syn = true};
  Frame frame = network.kernel.frames().make(syn.size());
  syn.serialize(frame.writable(), syn.size(), ip.source, ip.destination);
  frame.writable()[4] ^= 1;
  network.b.take(ip, std::move(frame), kRunStart);
  EXPECT_EQ(network.b.ledger().drops(Drop::kBadChecksum), 1U);
  EXPECT_EQ(network.b.stack().connections(), 0U);
}

TEST(TcpStack, KeepsConnectionsToOnePortApart) {
  Network network({});
  Sink sink(network.b);
  std::vector<std::unique_ptr<Source>> sources;
  for (std::uint64_t i = 1; i <= 50; ++i) {
    sources.push_back(std::make_unique<Source>(1000 * i));
    sources.back()->open(network.a, network.b, kRunStart);
  }
  network.kernel.run();
  EXPECT_EQ(sink.received, 1000U * 50 * 51 / 2);
  for (const auto& source : sources) {
    EXPECT_EQ(source->ended, TcpEnd::kFinished);
  }
}

// RFC 6528: a clock of 4 us, plus what depends on the four endpoints and a secret.
TEST(TcpStack, InitialSequenceNumbersGrowByTheClockAndDifferBetweenPeers) {
  Network network({});
  std::vector<wire::TcpHeader> seen;
  watch(network.there, seen);
  std::set<std::uint32_t> initial;
  for (int i = 0; i < 20; ++i) {
    Source source(0);
    source.open(network.a, network.b, network.kernel.now());
    network.kernel.run_until(network.kernel.now() + 100ms);
    initial.insert(seen.back().sequence);
  }
  EXPECT_EQ(initial.size(), 20U);
}

TEST(TcpStack, SecondSynOfTheSameEndpointsReplacesAConnectionInTimeWait) {  // RFC 6191
  Network network({});
  Sink sink(network.b);
  const wire::TcpHeader syn{.source_port = 5, .destination_port = 80, .sequence = 100, .syn = true};
  give(network, syn);
  ASSERT_EQ(sink.socket->state(), TcpState::kSynReceived);
  // The server closes first and so ends in TIME-WAIT.
  std::vector<wire::TcpHeader> answers;
  watch(network.back, answers);
  give(network, syn);
  const std::uint32_t theirs = answers.back().sequence + 1;
  const auto segment = [&](std::uint32_t seq, std::uint32_t ack, bool fin) {
    give(network, {.source_port = 5,
                   .destination_port = 80,
                   .sequence = seq,
                   .acknowledgment = ack,
                   .fin = fin,
                   .ack = true,
                   .window = 1000});
  };
  segment(101, theirs, false);
  sink.socket->close();
  segment(101, theirs + 1, true);
  ASSERT_EQ(sink.ended, TcpEnd::kFinished);
  ASSERT_EQ(network.b.stack().connections(), 1U);
  give(network, {.source_port = 5, .destination_port = 80, .sequence = 99, .syn = true});
  EXPECT_EQ(sink.socket, nullptr) << "an old SYN";
  give(network, {.source_port = 5, .destination_port = 80, .sequence = 200, .syn = true});
  ASSERT_NE(sink.socket, nullptr);
  EXPECT_EQ(sink.socket->state(), TcpState::kSynReceived);
  EXPECT_EQ(network.b.stack().connections(), 1U);
}

// Quotes the header of the last datagram from A to B, as a router would.
struct Quoter {
  explicit Quoter(Network& n) : network(n) {
    network.there.filter([this](const wire::Ipv4Header& header, const Frame& frame, TimePoint) {
      ip = header;
      payload.assign(frame.bytes().begin(), frame.bytes().begin() + 8);
      return drop_above != 0 && frame.size().value + 20 > drop_above;
    });
  }
  void report(wire::UnreachableCode code, std::uint32_t mtu = 0) {
    network.a.stack().on_icmp_error(wire::IcmpType::kDestinationUnreachable,
                                    static_cast<std::uint8_t>(code), ip, payload, mtu,
                                    network.kernel.now());
  }
  Network& network;
  wire::Ipv4Header ip;
  std::vector<std::uint8_t> payload;
  std::size_t drop_above = 0;
};

TEST(TcpStack, PortUnreachableRefusesAConnectionThatIsNotEstablished) {  // RFC 1122 4.2.3.9
  Network network({.loss = 1});
  Quoter quoter(network);
  Source source(10);
  source.open(network.a, network.b, kRunStart);
  network.kernel.run_until(kRunStart + 1ms);
  quoter.report(wire::UnreachableCode::kHost);
  EXPECT_EQ(source.ended, std::nullopt) << "a soft error";
  quoter.report(wire::UnreachableCode::kPort);
  EXPECT_EQ(source.ended, TcpEnd::kRefused);
}

TEST(TcpStack, SoftErrorsTellWhyAConnectionTimedOut) {
  Network network({.loss = 1});
  Quoter quoter(network);
  Source source(10);
  source.open(network.a, network.b, kRunStart);
  network.kernel.run_until(kRunStart + 1ms);
  quoter.report(wire::UnreachableCode::kNetwork);
  network.kernel.run();
  EXPECT_EQ(source.ended, TcpEnd::kUnreachable);
}

TEST(TcpStack, IcmpAboutWhatIsNotOutstandingIsIgnored) {  // RFC 5927 section 4.1
  Network network({.loss = 1});
  Quoter quoter(network);
  Source source(10);
  source.open(network.a, network.b, kRunStart);
  network.kernel.run_until(kRunStart + 1ms);
  quoter.payload[5] ^= 0x40;
  quoter.report(wire::UnreachableCode::kPort);
  EXPECT_EQ(source.ended, std::nullopt);
}

TEST(TcpStack, FragmentationNeededMakesSegmentsSmallerAndNothingIsLost) {  // RFC 1191
  Network network({});
  Sink sink(network.b);
  Quoter quoter(network);
  quoter.drop_above = 1000;
  Source source(200'000);
  source.open(network.a, network.b, kRunStart);
  network.kernel.run_until(kRunStart + 25ms);
  quoter.report(wire::UnreachableCode::kFragmentationNeeded, 1000);
  network.kernel.run();
  EXPECT_EQ(sink.received, 200'000U);
  EXPECT_EQ(source.ended, TcpEnd::kFinished);
}

TEST(TcpStack, EveryDatagramForbidsFragmentation) {
  Network network({});
  Sink sink(network.b);
  Source source(20'000);
  bool all = true;
  network.there.filter([&](const wire::Ipv4Header& ip, const Frame&, TimePoint) {
    all = all && ip.dont_fragment && ip.total_length <= 1500;
    return false;
  });
  source.open(network.a, network.b, kRunStart);
  network.kernel.run();
  EXPECT_TRUE(all);
}

TEST(TcpStack, AnAbandonedOneTellsItsUsersAndMayBeUsedAgain) {
  Network network({});
  Sink sink(network.b);
  Source source(100'000'000);
  source.open(network.a, network.b, kRunStart);
  network.kernel.run_until(kRunStart + 100ms);
  network.a.stack().abandon(Drop::kHostDown);
  EXPECT_EQ(source.ended, TcpEnd::kAborted);
  EXPECT_EQ(network.a.stack().connections(), 0U);
  network.kernel.run();
  EXPECT_EQ(sink.ended, TcpEnd::kReset) << "by the answer to its next segment";
  Source again(1000);
  again.open(network.a, network.b, network.kernel.now());
  network.kernel.run();
  EXPECT_EQ(again.ended, TcpEnd::kFinished);
}

// Aborts or releases the socket inside the event that is named.
class Leaver : public TcpSocketEvents {
 public:
  Leaver(std::string when, bool abort) : when_(std::move(when)), abort_(abort) {}
  void on_connected(TcpSocket& s) override { leave("connected", s); }
  void on_readable(TcpSocket& s, Bytes) override { leave("readable", s); }
  void on_peer_closed(TcpSocket& s) override {
    leave("peer closed", s);
    if (!left_) {
      s.close();
    }
  }
  void on_closed(TcpSocket& s, TcpEnd) override { leave("closed", s); }

 private:
  void leave(const std::string& event, TcpSocket& s) {
    ASSERT_FALSE(left_) << "an event after leaving";
    if (event == when_) {
      left_ = true;
      abort_ ? s.abort() : s.release();
    }
  }
  std::string when_;
  bool abort_;
  bool left_ = false;
};

TEST(TcpSocket, MayBeLeftInsideAnyOfItsEvents) {
  for (const std::string when : {"connected", "readable", "peer closed", "closed"}) {
    for (const bool abort : {false, true}) {
      Network network({});
      Sink sink(network.b, 5000);
      Leaver leaver(when, abort);
      TcpSocket* socket = network.a.stack().connect(network.b.address(), 80, leaver, kRunStart);
      ASSERT_NE(socket, nullptr);
      network.kernel.run_until(kRunStart + 1s);
      if (sink.socket != nullptr) {
        sink.socket->close();
      }
      network.kernel.run();
      EXPECT_EQ(network.a.stack().connections(), 0U) << when;
      EXPECT_EQ(network.b.stack().connections(), 0U) << when;
    }
  }
}

// A network layer that delivers at once, into the stack that sends.
class Loopback final : public IpOutput {
 public:
  explicit Loopback(Kernel& kernel)
      : origin_(kernel), stack({kernel, origin_, ledger_, *this, "l"}) {}
  void send_datagram(wire::IpProtocol protocol, Ipv4Address source, Ipv4Address destination,
                     Frame payload, const IpSendOptions&, TimePoint now) override {
    wire::Ipv4Header header;
    header.protocol = protocol;
    header.source = source;
    header.destination = destination;
    stack.on_segment(header, std::move(payload), now);
  }
  std::optional<Ipv4Address> source_for(Ipv4Address d) const override { return d; }
  std::uint32_t path_mtu(Ipv4Address, TimePoint) const override { return 1500; }

 private:
  EventOrigin origin_;
  Ledger ledger_;

 public:
  TcpStack stack;
};

TEST(TcpStack, TalksToItselfOverANetworkThatDeliversAtOnce) {
  Kernel kernel;
  Loopback loopback(kernel);
  class Echo : public TcpListener, public TcpSocketEvents {
   public:
    TcpSocketEvents& on_connection(TcpSocket&) override { return *this; }
    void on_readable(TcpSocket& s, Bytes fresh) override { s.send(fresh); }
    void on_peer_closed(TcpSocket& s) override { s.close(); }
  } echo;
  class Client : public TcpSocketEvents {
   public:
    void on_connected(TcpSocket& s) override { s.send(Bytes{300'000}); }
    void on_readable(TcpSocket& s, Bytes fresh) override {
      received += fresh.value;
      if (received == 300'000) {
        s.close();
      }
    }
    void on_closed(TcpSocket&, TcpEnd how) override { ended = how; }
    std::uint64_t received = 0;
    std::optional<TcpEnd> ended;
  } client;
  loopback.stack.listen(7, echo);
  loopback.stack.connect(Ipv4Address(10, 0, 0, 1), 7, client, kRunStart);
  kernel.run();
  EXPECT_EQ(client.received, 300'000U);
  EXPECT_EQ(client.ended, TcpEnd::kFinished);
  EXPECT_EQ(loopback.stack.connections(), 0U);
}

TEST(TcpStack, HasNoPortForAConnectionWhenAllAreInUse) {
  Network network({.loss = 1});
  Source idle(1);
  TcpSocketEvents nobody;
  for (int i = 32768; i <= 60999; ++i) {
    ASSERT_NE(network.a.stack().connect(network.b.address(), 80, nobody, kRunStart), nullptr);
  }
  EXPECT_EQ(network.a.stack().connect(network.b.address(), 80, nobody, kRunStart), nullptr);
  EXPECT_NE(network.a.stack().connect(network.b.address(), 81, nobody, kRunStart), nullptr);
}

}  // namespace
}  // namespace violin
