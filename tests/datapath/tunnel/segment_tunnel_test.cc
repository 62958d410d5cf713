#include "datapath/tunnel/segment_tunnel.h"

#include <gtest/gtest.h>

#include <random>

#include "models/wire/big_endian.h"
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
  for (std::size_t i = 0; i < sent.size(); ++i) {
    send(near, sent[i]);
    send(far, sent[i]);
    if (i % 8 == 7) {  // what a receive buffer of the usual size holds
      ASSERT_TRUE(world_.run_until([&] {
        return at_near_.kept.size() == i + 1 && at_far_.kept.size() == i + 1;
      })) << at_near_.kept.size()
          << " and " << at_far_.kept.size() << " of " << i + 1;
    }
  }
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

TEST_P(TwoHosts, WhatWaitsIsInTheBooks) {
  SegmentChannel& near = open(near_, 7, at_near_);
  open(far_, 7, at_far_);
  send(near, ethernet(60));
  send(near, ethernet(1514));
  EXPECT_EQ(near.queued(), 2U);
  EXPECT_TRUE(near.ledger().balances(near.queued()));
  world_.run_for(1ms);
  EXPECT_EQ(near.queued(), 0U);
  EXPECT_TRUE(near.ledger().balances(0));
}

TEST_P(TwoHosts, AChannelIsClosedAfterWhatItSentHasLeft) {
  SegmentChannel& near = open(near_, 7, at_near_);
  open(far_, 7, at_far_);
  send(near, ethernet(60));
  near_.close(near);
  ASSERT_TRUE(world_.run_until([&] { return at_far_.kept.size() == 1; }));
  open(near_, 7, at_near_);  // again
}

TEST_P(TwoHosts, IdsAreGivenOnce) {
  open(near_, 7, at_near_);
  EXPECT_THROW(near_.open(ChannelId{7}, "again"), std::invalid_argument);
  EXPECT_THROW(here_.connect("again", options(there_, 0xa, 0xb)), std::invalid_argument);
}

// An overlay host whose peer is a socket of ours, so that every segment may be forged.
class Forged : public ::testing::Test {
 protected:
  Forged() { channel_.connect({&sink_, PortIndex{}}); }

  Octets segment(std::uint64_t sequence, const Octets& frame) const {
    Octets bytes(SegmentHeader::kSize + ChunkHeader::kSize);
    SegmentHeader header = header_;
    header.sequence = sequence;
    header.serialize(bytes.data());
    ChunkHeader::serialize_whole(bytes.data() + SegmentHeader::kSize, ChannelId{7},
                                 static_cast<std::uint16_t>(frame.size()));
    return joined(bytes, frame);
  }
  void send(const Octets& bytes) { peer_.send(here_.local(), bytes); }
  void settle() {
    world_.run_for(2ms);
    peer_.receive();
  }
  // The path works still, for a segment that nothing is wrong with.
  void check(std::uint64_t sequence) {
    const std::size_t before = sink_.kept.size();
    send(segment(sequence, ethernet(100)));
    ASSERT_TRUE(world_.run_until([&] { return sink_.kept.size() > before; }));
    EXPECT_EQ(sink_.kept.back(), ethernet(100));
    EXPECT_EQ(sink_.kept.size(), before + 1);
    EXPECT_TRUE(here_.ledger().balances(0));
    EXPECT_TRUE(tunnel_.ledger().balances(0));
  }

  LiveWorld world_;
  BarePeer peer_;
  SegmentEndpoint here_{world_.kernel, *world_.reactor, "here", kHere};
  SegmentTunnel& tunnel_ = here_.connect(
      "tunnel",
      {.id = 12, .peer = peer_.local(), .send_token = 0xa, .receive_token = 0xb, .path_mtu = {}});
  SegmentChannel& channel_ = tunnel_.open(ChannelId{7}, "channel");
  KeepingSink sink_;
  SegmentHeader header_{.tunnel = 12, .token = 0xb, .epoch = 1000};
};

TEST_F(Forged, EveryBitOfTheTokenCounts) {
  for (std::size_t bit = 0; bit < 64; ++bit) {
    Octets bad = segment(1, ethernet(60));
    bad[8 + bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    send(bad);
  }
  ASSERT_TRUE(world_.run_until([&] { return here_.ledger().drops(Drop::kUnknownPeer) == 64; }));
  check(1);
}

TEST_F(Forged, AnotherSourceIsNotThePeer) {
  const BarePeer other;                                 // another port
  const BarePeer elsewhere(Ipv4Address(127, 0, 9, 9));  // another address
  other.send(here_.local(), segment(1, ethernet(60)));
  elsewhere.send(here_.local(), segment(1, ethernet(60)));
  ASSERT_TRUE(world_.run_until([&] { return here_.ledger().drops(Drop::kUnknownPeer) == 2; }));
  check(1);
}

TEST_F(Forged, AnotherTunnelIsUnknown) {
  header_.tunnel = 13;
  send(segment(1, ethernet(60)));
  ASSERT_TRUE(world_.run_until([&] { return here_.ledger().drops(Drop::kUnknownPeer) == 1; }));
  header_.tunnel = 12;
  check(1);
}

TEST_F(Forged, AReplayIsCountedAndNothingElse) {
  const Octets first = segment(1, ethernet(60));
  send(first);
  send(first);
  ASSERT_TRUE(world_.run_until([&] { return tunnel_.ledger().drops(Drop::kReplayed) == 1; }));
  EXPECT_EQ(sink_.kept.size(), 1U);
  EXPECT_EQ(tunnel_.statistics().received.duplicated, 1U);
  check(2);
}

TEST_F(Forged, ALaterEpochBeginsAnewAndAnEarlierOneIsAReplay) {
  check(1);
  header_.epoch = 2000;
  check(1);
  header_.epoch = 1000;
  send(segment(2, ethernet(60)));
  ASSERT_TRUE(world_.run_until([&] { return tunnel_.ledger().drops(Drop::kReplayed) == 1; }));
  header_.epoch = 2000;
  check(2);
}

TEST_F(Forged, ATruncatedSegmentHarmsNothing) {
  const Octets whole = segment(1, ethernet(60));
  for (std::size_t size = 1; size < whole.size(); ++size) {
    Octets cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    if (size >= SegmentHeader::kSize) {
      wire::store64(cut.data() + 24, size);  // numbers of their own, or they were replays
    }
    send(cut);
  }
  // Without a whole header: nobody's. With one, but a chunk that is cut: the tunnel's. A chunk
  // header that is cut is padding.
  ASSERT_TRUE(world_.run_until([&] {
    return here_.ledger().drops(Drop::kBadTunnel) == 31 &&
           tunnel_.ledger().drops(Drop::kBadTunnel) == 60;
  })) << here_.ledger().drops(Drop::kBadTunnel)
      << " and " << tunnel_.ledger().drops(Drop::kBadTunnel);
  EXPECT_TRUE(sink_.kept.empty());
  check(1000);
}

TEST_F(Forged, AReplayedProbeIsNotAnswered) {
  Octets probe(1000);
  SegmentHeader header = header_;
  header.kind = SegmentKind::kProbe;
  header.sequence = 1;
  header.serialize(probe.data());
  const auto count_echoes = [&] {
    std::size_t echoes = 0;
    for (const Octets& bytes : peer_.receive()) {
      const auto got = SegmentHeader::parse(bytes);
      if (got && got->kind == SegmentKind::kProbeEcho) {
        EXPECT_EQ(wire::load32(bytes.data() + 32), 1000U);
        EXPECT_LT(bytes.size(), 100U);  // no amplifier
        ++echoes;
      }
    }
    return echoes;
  };
  send(probe);
  std::size_t echoes = 0;
  ASSERT_TRUE(world_.run_until([&] { return (echoes += count_echoes()) == 1; }));
  send(probe);
  ASSERT_TRUE(world_.run_until([&] { return tunnel_.ledger().drops(Drop::kReplayed) == 1; }));
  world_.run_for(2ms);
  EXPECT_EQ(count_echoes(), 0U);
}

TEST_F(Forged, LossReorderingAndDuplicationAreMeasured) {
  for (const std::uint64_t n : {1U, 2U, 4U, 3U, 7U, 7U, 8U}) {  // 5 and 6 are lost
    send(segment(n, ethernet(60)));
  }
  ASSERT_TRUE(world_.run_until([&] { return tunnel_.statistics().received.lost == 2; }));
  const SegmentWindow::Counters counters = tunnel_.statistics().received;
  EXPECT_EQ(counters.received, 6U);
  EXPECT_EQ(counters.reordered, 1U);
  EXPECT_EQ(counters.duplicated, 1U);
}

}  // namespace
}  // namespace violin
