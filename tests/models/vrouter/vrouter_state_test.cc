// A router made from another's state decides as that does, and takes over what it held.
#include "models/vrouter/vrouter_state.h"

#include <random>

#include "tests/models/vrouter/router_fixture.h"

namespace violin::router_test {
namespace {

using namespace std::chrono_literals;

constexpr Ipv4Address kGroup(239, 1, 1, 1);

class VRouterStateTest : public RouterTest {
 protected:
  // What `router_` has become; its frames go to copied_.
  VRouter& copy() {
    copy_.emplace(kernel_, "r", quiet());
    copy_->restore(router_.state());
    plug_copy();
    return *copy_;
  }
  // The same, for good: router_ is retired.
  VRouter& successor() {
    copy_.emplace(kernel_, "r", quiet());
    copy_->restore(router_.state());
    plug_copy();
    copy_->take(router_.retire(left_));
    return *copy_;
  }
  void plug_copy() {
    for (std::uint32_t i = 0; i < kPorts; ++i) {
      copy_->Entity::plug(PortIndex{i}, {&copied_.at(i), PortIndex{0}});
    }
  }
  void give(VRouter& to, std::uint32_t port, Frame frame) {
    to.receive(PortIndex{port}, {&frame, 1}, kernel_.now());
  }
  void answer(VRouter& to, std::uint32_t port) {
    const ArpPacket packet{ArpPacket::Operation::kReply, station_mac(port), station(port),
                           own_mac(port), own(port)};
    Frame frame = kernel_.frames().make(kLink + ArpPacket::kSize);
    EthernetHeader{own_mac(port), packet.sender_mac, wire::EtherType::kArp, {}}.serialize(
        frame.writable());
    packet.serialize(frame.writable().subspan(kLink));
    give(to, port, std::move(frame));
  }
  // What the one took in the other may send.
  void expect_books_together() {
    router_.ledger().add(std::exchange(copy_->ledger(), {}));
    EXPECT_TRUE(router_.ledger().balances(router_.queued() + copy_->queued()));
  }
  static std::vector<std::uint8_t> bytes(const Frame& frame) {
    return {frame.bytes().begin(), frame.bytes().end()};
  }
  void expect_same_sent() {
    for (std::uint32_t i = 0; i < kPorts; ++i) {
      ASSERT_EQ(copied_.at(i).size(), out_.at(i).size()) << "port " << i;
      for (std::size_t k = 0; k < out_.at(i).size(); ++k) {
        ASSERT_EQ(bytes(copied_.at(i).frames[k]), bytes(out_.at(i).frames[k])) << "port " << i;
      }
      out_.at(i).clear();
      copied_.at(i).clear();
    }
  }

  // Keeps what a retired router leaves to its successor, by port.
  struct Left final : FrameSink {
    void receive(PortIndex port, std::span<Frame> burst, TimePoint) override {
      for (Frame& frame : burst) {
        frames.emplace_back(port, std::move(frame));
      }
    }
    std::vector<std::pair<PortIndex, Frame>> frames;
  };

  std::array<Recorder, kPorts> copied_;
  Left left_;
  std::optional<VRouter> copy_;
};

class VRouterStateProperty : public VRouterStateTest,
                             public testing::WithParamInterface<std::uint64_t> {
 protected:
  std::uint64_t draw(std::uint64_t below) { return random_() % below; }
  Datagram some_datagram(std::uint32_t port) {
    Datagram datagram;
    datagram.source = station(port);
    const auto subnet = static_cast<std::uint8_t>(draw(6));
    datagram.destination = draw(8) == 0
                               ? own(static_cast<std::uint32_t>(draw(kPorts)))
                               : Ipv4Address(10, 0, subnet, static_cast<std::uint8_t>(2 + draw(2)));
    datagram.destination = draw(10) == 0 ? kGroup : datagram.destination;
    datagram.ttl = draw(6) == 0 ? 1 : 64;
    datagram.size = 8 + draw(100);
    datagram.identification = static_cast<std::uint16_t>(draw(65536));
    if (draw(10) == 0) {
      datagram.protocol = IpProtocol::kIcmp;
      datagram.payload = icmp_message(IcmpType::kEchoRequest, 0, 5, 8);
    }
    return datagram;
  }

  std::mt19937_64 random_{GetParam()};
};

TEST_P(VRouterStateProperty, TheCopyDecidesAsTheOriginalDoes) {
  router_.add_route(prefix("10.0.3.0/24"), station(1));
  router_.add_route(prefix("10.0.4.0/24"), station(2), 5);
  router_.add_route(prefix("10.0.4.0/24"), station(0), 9);
  const std::vector<Route> computed = {
      {prefix("10.0.0.0/8"), {.egress = PortIndex{2}, .gateway = station(2)}}};
  router_.set_computed_routes(computed);
  router_.add_neighbor(PortIndex{0}, station(0), station_mac(0));
  const std::vector<MulticastRoute> groups = {{.source = station(0),
                                               .group = kGroup,
                                               .ingress = PortIndex{0},
                                               .egress = {PortIndex{1}, PortIndex{2}}}};
  router_.set_multicast_routes(kGroup, groups);
  for (int i = 0; i < 200; ++i) {
    const auto port = static_cast<std::uint32_t>(draw(kPorts));
    receive(some_datagram(port), port);
    if (draw(20) == 0) {
      answer_arp(static_cast<std::uint32_t>(draw(kPorts)));
    }
  }
  // Nothing waits any more: frames are no part of the state.
  kernel_.run_until(kernel_.now() + 10s);
  for (Recorder& recorder : out_) {
    recorder.clear();
  }
  ASSERT_EQ(router_.queued(), 0U);
  VRouter& second = copy();
  EXPECT_EQ(second.routes().routes(), router_.routes().routes());
  for (int i = 0; i < 1000; ++i) {
    const auto port = static_cast<std::uint32_t>(draw(kPorts));
    const Datagram datagram = some_datagram(port);
    receive(datagram, port);
    give(second, port, datagram.frame(kernel_.frames(), own_mac(port), station_mac(port)));
    if (draw(30) == 0) {
      const auto answering = static_cast<std::uint32_t>(draw(kPorts));
      answer_arp(answering);
      answer(second, answering);
    }
    if (draw(50) == 0) {
      kernel_.run_until(kernel_.now() + std::chrono::milliseconds(draw(40'000)));
    }
    ASSERT_NO_FATAL_FAILURE(expect_same_sent()) << "frame " << i << ", seed " << GetParam();
  }
  EXPECT_TRUE(second.ledger().balances(second.queued()));
  copy_.reset();
}

INSTANTIATE_TEST_SUITE_P(Seeds, VRouterStateProperty, testing::Range<std::uint64_t>(1, 9));

TEST_F(VRouterStateTest, TheSuccessorSendsWhatWaitedOnceTheNeighborAnswers) {
  receive(Datagram{.size = 10});
  receive(Datagram{.size = 11});
  ASSERT_EQ(router_.queued(), 2U);
  ASSERT_EQ(out_[1].size(), 1U);  // the request
  VRouter& second = successor();
  EXPECT_EQ(router_.queued(), 0U);
  EXPECT_EQ(second.queued(), 2U);
  answer(second, 1);
  ASSERT_EQ(copied_[1].size(), 2U);
  EXPECT_EQ(copied_[1].payload(0).size(), 10U);
  EXPECT_EQ(copied_[1].payload(1).size(), 11U);
  EXPECT_EQ(copied_[1].ethernet().destination, station_mac(1));
  expect_books_together();
}

TEST_F(VRouterStateTest, TheSuccessorGoesOnAskingWhereItsPredecessorWas) {
  receive(Datagram{});  // asked for the first time now
  kernel_.run_until(kernel_.now() + 900ms);
  VRouter& second = successor();
  kernel_.run_until(kernel_.now() + 10s);
  // RFC 1122: a second between requests, three in all (NeighborConfig).
  ASSERT_GE(copied_[1].size(), 2U);
  EXPECT_TRUE(copied_[1].is_arp(0));
  EXPECT_EQ(copied_[1].times[0], kRunStart + 1s);
  EXPECT_EQ(copied_[1].times[1], kRunStart + 2s);
  EXPECT_EQ(copied_[1].size(), 2U);
  EXPECT_EQ(out_[1].size(), 1U);
  // Nobody answered; the error for the source of that waited in vain as well.
  EXPECT_EQ(second.ledger().drops(Drop::kNeighborUnresolved), 2U);
  expect_books_together();
}

TEST_F(VRouterStateTest, TheSuccessorCompletesDatagramsOfWhichFragmentsHadCome) {
  know_stations();
  const std::vector<std::uint8_t> echo = icmp_message(IcmpType::kEchoRequest, 0, 5, 40);
  Datagram first{.destination = own(0), .protocol = IpProtocol::kIcmp, .more_fragments = true};
  first.payload.assign(echo.begin(), echo.begin() + 24);
  Datagram second_half{.destination = own(0), .protocol = IpProtocol::kIcmp, .fragment_offset = 3};
  second_half.payload.assign(echo.begin() + 24, echo.end());
  receive(first);
  ASSERT_EQ(router_.queued(), 1U);
  VRouter& second = successor();
  EXPECT_EQ(second.queued(), 1U);
  give(second, 0, second_half.frame(kernel_.frames(), own_mac(0), station_mac(0)));
  ASSERT_EQ(copied_[0].size(), 1U);
  EXPECT_EQ(copied_[0].icmp().type, IcmpType::kEchoReply);
  EXPECT_EQ(second.queued(), 0U);
  expect_books_together();
}

TEST_F(VRouterStateTest, ARetiredRouterForwardsWhatIsPlainAndLeavesTheRestAsItCame) {
  router_.add_neighbor(PortIndex{1}, station(1), station_mac(1));
  successor();
  receive(Datagram{});
  ASSERT_EQ(out_[1].size(), 1U);
  EXPECT_EQ(out_[1].ip().ttl, 63);
  receive(Datagram{.destination = station(2)});               // an unknown neighbor
  receive(Datagram{.ttl = 1});                                // an ICMP error to be sent
  receive(Datagram{.destination = own(0)});                   // for itself
  receive(Datagram{.destination = Ipv4Address(9, 9, 9, 9)});  // no route
  answer_arp(2);
  ASSERT_EQ(left_.frames.size(), 5U);
  for (const auto& [port, frame] : left_.frames) {
    EXPECT_TRUE(frame.bytes().size() >= kLink);
  }
  EXPECT_EQ(left_.frames[0].first, PortIndex{0});
  EXPECT_EQ(left_.frames[4].first, PortIndex{2});
  const auto expired = Ipv4Header::parse(left_.frames[1].second.bytes().subspan(kLink), 84);
  EXPECT_EQ(expired->ttl, 1);
  EXPECT_EQ(sent(), 1U);
  EXPECT_EQ(router_.ledger().total_drops(), 0U);
}

TEST_F(VRouterStateTest, ErrorsAreLimitedTogether) {
  know_stations();
  const auto refused = [&](VRouter& by, int count) {
    for (int i = 0; i < count; ++i) {
      give(by, 0, Datagram{.ttl = 1}.frame(kernel_.frames(), own_mac(0), station_mac(0)));
    }
  };
  refused(router_, 40);
  EXPECT_EQ(out_[0].size(), 40U);
  refused(copy(), 40);
  EXPECT_EQ(copied_[0].size(), 10U);  // of a burst of 50
}

}  // namespace
}  // namespace violin::router_test
