#include "datapath/tunnel/segment_tunnel.h"

#include <gtest/gtest.h>

#include <random>

#include "tests/datapath/tunnel/live_world.h"

namespace violin {
namespace {

using namespace std::chrono_literals;
using Octets = std::vector<std::uint8_t>;

const UdpAddress kHere{Ipv4Address(127, 0, 1, 1), 0};
const UdpAddress kThere{Ipv4Address(127, 0, 2, 1), 0};

// Two overlay hosts in one process and one kernel, and a tunnel between them.
class TwoHosts : public ::testing::TestWithParam<bool> {
 protected:
  SegmentTunnelOptions options(const SegmentEndpoint& peer, std::uint64_t send,
                               std::uint64_t receive) const {
    return {.id = 12,
            .peer = peer.local(),
            .send_token = send,
            .receive_token = receive,
            .keep_alive = 100ms,
            .path_mtu = {}};
  }
  SegmentChannel& open(SegmentTunnel& tunnel, std::uint32_t id, KeepingSink& sink) {
    SegmentChannel& channel = tunnel.open(ChannelId{id}, tunnel.name() + "/" + std::to_string(id));
    channel.connect({&sink, PortIndex{}});
    return channel;
  }
  void send(FrameSink& channel, const Octets& bytes) {
    Frame frame = world_.kernel.frames().copy_of(bytes);
    channel.receive(PortIndex{}, {&frame, 1}, world_.kernel.now());
  }
  bool both_up() const { return near_.statistics().up && far_.statistics().up; }

  LiveWorld world_;
  DatagramSocketOptions trains_{.receive_trains = GetParam(), .send_trains = GetParam()};
  SegmentEndpoint here_{world_.kernel, *world_.reactor, "here", kHere, trains_};
  SegmentEndpoint there_{world_.kernel, *world_.reactor, "there", kThere, trains_};
  SegmentTunnel& near_ = here_.connect("near", options(there_, 0xa, 0xb));
  SegmentTunnel& far_ = there_.connect("far", options(here_, 0xb, 0xa));
  KeepingSink at_near_;
  KeepingSink at_far_;
};

INSTANTIATE_TEST_SUITE_P(Trains, TwoHosts, ::testing::Bool());

TEST_P(TwoHosts, FramesOfEverySizeCrossWholeAndInOrder) {
  SegmentChannel& near = open(near_, 7, at_near_);
  SegmentChannel& far = open(far_, 7, at_far_);
  std::vector<Octets> sent;
  std::mt19937 random(1);
  for (const std::size_t size : {14U, 60U, 61U, 590U, 1200U, 1514U, 9014U, 65'549U}) {
    for (int i = 0; i < 20; ++i) {
      sent.push_back(ethernet(size, static_cast<std::uint8_t>(random())));
    }
  }
  std::ranges::shuffle(sent, random);
  for (const Octets& frame : sent) {
    send(near, frame);
    send(far, frame);
  }
  EXPECT_TRUE(near.ledger().balances(near.queued()));
  ASSERT_TRUE(world_.run_until([&] {
    return at_near_.kept.size() == sent.size() && at_far_.kept.size() == sent.size();
  })) << at_near_.kept.size()
      << " and " << at_far_.kept.size() << " of " << sent.size();
  EXPECT_EQ(at_near_.kept, sent);
  EXPECT_EQ(at_far_.kept, sent);
  EXPECT_EQ(near.ledger().consumed, sent.size());
  EXPECT_EQ(near.ledger().originated, sent.size());
  EXPECT_TRUE(near.ledger().balances(0));
  EXPECT_EQ(near_.statistics().received.lost, 0U);
  EXPECT_EQ(near_.statistics().received.reordered, 0U);
}

TEST_P(TwoHosts, FindEachOtherAndThePathMtu) {
  std::vector<bool> changes;
  near_.on_change([&](bool up) { changes.push_back(up); });
  ASSERT_TRUE(
      world_.run_until([&] { return both_up() && near_.statistics().segment_size == 9000 - 28; }));
  EXPECT_EQ(changes, std::vector<bool>{true});
  const RoundTrip round_trip = near_.statistics().round_trip;
  EXPECT_GT(round_trip.samples, 0U);
  EXPECT_GT(round_trip.least, 0ns);
}

TEST_P(TwoHosts, APeerThatIsGoneIsTold) {
  std::vector<bool> changes;
  near_.on_change([&](bool up) { changes.push_back(up); });
  ASSERT_TRUE(world_.run_until([&] { return both_up(); }));
  there_.disconnect(far_);
  ASSERT_TRUE(world_.run_until([&] { return changes.size() == 2; }));
  EXPECT_EQ(changes, (std::vector<bool>{true, false}));
  SegmentTunnel& again = there_.connect("again", options(here_, 0xb, 0xa));
  ASSERT_TRUE(world_.run_until([&] { return changes.size() == 3; }));
  EXPECT_TRUE(again.statistics().up);
}

TEST_P(TwoHosts, ChannelsAreApart) {
  KeepingSink second;
  SegmentChannel& near7 = open(near_, 7, at_near_);
  SegmentChannel& near8 = open(near_, 8, at_near_);
  open(far_, 7, at_far_);
  open(far_, 8, second);
  for (std::uint8_t i = 0; i < 100; ++i) {
    send(i % 2 == 0 ? near7 : near8, ethernet(60, i));
  }
  ASSERT_TRUE(
      world_.run_until([&] { return at_far_.kept.size() == 50 && second.kept.size() == 50; }));
  for (std::uint8_t i = 0; i < 50; ++i) {
    EXPECT_EQ(at_far_.kept[i], ethernet(60, static_cast<std::uint8_t>(2 * i)));
    EXPECT_EQ(second.kept[i], ethernet(60, static_cast<std::uint8_t>(2 * i + 1)));
  }
}

TEST_P(TwoHosts, FramesOfAChannelThatNobodyOpenedAreDetached) {
  SegmentChannel& near = open(near_, 7, at_near_);
  send(near, ethernet(60));
  ASSERT_TRUE(world_.run_until([&] { return far_.ledger().drops(Drop::kDetached) == 1; }));
  EXPECT_TRUE(far_.ledger().balances(0));
}

}  // namespace
}  // namespace violin
