// TCP transfers between virtual hosts over virtual links.
#include "models/app/tcp_bulk.h"

#include <gtest/gtest.h>

#include "models/link/cable.h"
#include "models/vhost/tcp_host.h"
#include "tests/models/vhost/testbed.h"

namespace violin {
namespace {

using testbed::at;
using testbed::ip;
using testbed::nic;
using namespace std::chrono_literals;

constexpr std::uint16_t kPort = 5001;

PipeParameters pipe_of(BitRate rate, Duration delay, std::uint32_t queue) {
  PipeParameters pipe;
  pipe.rate = rate;
  pipe.delay = ConstantDelay{delay};
  pipe.queue.max_frames = queue;
  return pipe;
}

// Hosts a and b on one cable.
struct Pair {
  explicit Pair(const PipeParameters& pipe, std::uint64_t seed = 1)
      : kernel(seed), a(kernel, "a"), b(kernel, "b") {
    const PortIndex a_port = a.add_vnic(nic("eth0", 1, "10.0.0.1/24"));
    const PortIndex b_port = b.add_vnic(nic("eth0", 2, "10.0.0.2/24"));
    cable =
        std::make_unique<Cable>(kernel, "cable", CableEnd{a, a_port}, CableEnd{b, b_port}, pipe);
  }
  bool balances() const {
    return a.ledger().balances(a.queued()) && b.ledger().balances(b.queued());
  }

  Kernel kernel;
  VHost a;
  VHost b;
  std::unique_ptr<Cable> cable;
};

const FlowLabel kLabel{"bulk", "a", "b"};

TEST(TcpBulk, ReportsATransferThatIsComplete) {
  Pair pair(pipe_of(BitRate::mbps(10), 10ms, 100));
  TcpBulkSink sink(tcp_of(pair.b), kLabel, kPort);
  TcpBulkSource source(tcp_of(pair.a), kLabel,
                       {.destination = ip("10.0.0.2"), .port = kPort, .bytes = Bytes{1'000'000}});
  sink.start(kRunStart);
  source.start(kRunStart);
  pair.kernel.run();

  const FlowReport flow = join(source.report(pair.kernel.now()), sink.report(pair.kernel.now()));
  EXPECT_EQ(flow.sent, 1U);
  EXPECT_EQ(flow.received, 1U);
  EXPECT_EQ(flow.lost, 0U);
  EXPECT_EQ(flow.bytes_received, 1'000'000U);
  EXPECT_EQ(source.end(), TcpEnd::kFinished);
  EXPECT_EQ(source.statistics().bytes_acknowledged, 1'000'000U);
  EXPECT_TRUE(pair.balances());
}

// 691 segments of 1514 bytes on the wire at 10 Mbit/s take 0.837 s; one round trip for ARP, one for
// the handshake, half of one to the last byte and half for its acknowledgment, and some more in
// slow start, which is over after 4 round trips.
TEST(TcpBulk, CompletesAsFastAsTheLinkAllows) {
  Pair pair(pipe_of(BitRate::mbps(10), 10ms, 100));
  TcpBulkSink sink(tcp_of(pair.b), kLabel, kPort);
  TcpBulkSource source(tcp_of(pair.a), kLabel,
                       {.destination = ip("10.0.0.2"), .port = kPort, .bytes = Bytes{1'000'000}});
  sink.start(kRunStart);
  source.start(kRunStart);
  pair.kernel.run();
  ASSERT_TRUE(source.completion_time().has_value());
  const double on_the_wire = (1e6 / 1448 * 66 + 1e6) * 8 / 10e6;
  EXPECT_GE(to_seconds(*source.completion_time()), on_the_wire + 0.060);
  EXPECT_LE(to_seconds(*source.completion_time()), on_the_wire + 0.140);
}

TEST(TcpBulk, FillsAVirtualLink) {
  for (const TcpCongestion congestion : {TcpCongestion::kNewReno, TcpCongestion::kCubic}) {
    Pair pair(pipe_of(BitRate::mbps(100), 10ms, 170));
    TcpConfig tcp;
    tcp.congestion = congestion;
    TcpBulkSink sink(tcp_of(pair.b), kLabel, kPort);
    TcpBulkSource source(tcp_of(pair.a), kLabel,
                         {.destination = ip("10.0.0.2"), .port = kPort, .tcp = tcp});
    sink.start(kRunStart);
    source.start(kRunStart);
    pair.kernel.run_until(at(20s));
    const double capacity = 100e6 * 1448 / 1514;
    const double goodput = sink.report(at(20s)).goodput_bps;
    EXPECT_GE(goodput, 0.95 * capacity);
    EXPECT_LE(goodput, capacity);
  }
}

TEST(TcpBulk, OneThatIsStoppedDeliversWhatItHadHandedOver) {
  Pair pair(pipe_of(BitRate::mbps(10), 10ms, 100));
  TcpBulkSink sink(tcp_of(pair.b), kLabel, kPort);
  TcpBulkSource source(tcp_of(pair.a), kLabel, {.destination = ip("10.0.0.2"), .port = kPort});
  sink.start(kRunStart);
  source.start(kRunStart);
  pair.kernel.run_until(at(1s));
  source.stop(at(1s));
  pair.kernel.run();
  EXPECT_EQ(source.end(), TcpEnd::kFinished);
  EXPECT_EQ(sink.report(pair.kernel.now()).received, 1U);
  EXPECT_EQ(sink.report(pair.kernel.now()).bytes_received, source.statistics().bytes_acknowledged);
}

TEST(TcpBulk, SurvivesALinkThatIsDownForAWhile) {
  PipeParameters pipe = pipe_of(BitRate::mbps(10), 10ms, 100);
  Pair pair(pipe);
  TcpBulkSink sink(tcp_of(pair.b), kLabel, kPort);
  TcpBulkSource source(tcp_of(pair.a), kLabel,
                       {.destination = ip("10.0.0.2"), .port = kPort, .bytes = Bytes{5'000'000}});
  sink.start(kRunStart);
  source.start(kRunStart);
  pair.kernel.run_until(at(2s));
  pipe.up = false;
  pair.cable->configure(pipe, at(2s));
  pair.kernel.run_until(at(12s));
  pipe.up = true;
  pair.cable->configure(pipe, at(12s));
  pair.kernel.run();
  EXPECT_EQ(sink.report(pair.kernel.now()).bytes_received, 5'000'000U);
  EXPECT_EQ(source.end(), TcpEnd::kFinished);
  EXPECT_TRUE(pair.balances());
}

TEST(TcpBulk, SharesALinkFairlyBetweenEqualFlows) {
  Pair pair(pipe_of(BitRate::mbps(10), 10ms, 40));
  constexpr int kFlows = 4;
  std::vector<std::unique_ptr<TcpBulkSink>> sinks;
  std::vector<std::unique_ptr<TcpBulkSource>> sources;
  TcpConfig tcp;
  tcp.congestion = TcpCongestion::kNewReno;
  for (std::uint16_t i = 0; i < kFlows; ++i) {
    const auto port = static_cast<std::uint16_t>(kPort + i);
    sinks.push_back(std::make_unique<TcpBulkSink>(tcp_of(pair.b), kLabel, port));
    sources.push_back(std::make_unique<TcpBulkSource>(
        tcp_of(pair.a), kLabel,
        TcpBulkConfig{.destination = ip("10.0.0.2"), .port = port, .tcp = tcp}));
    sinks.back()->start(kRunStart);
    sources.back()->start(kRunStart);
  }
  pair.kernel.run_until(at(120s));
  double sum = 0;
  double squares = 0;
  for (const auto& sink : sinks) {
    const double goodput = sink->report(at(120s)).goodput_bps;
    sum += goodput;
    squares += goodput * goodput;
  }
  EXPECT_GT(sum * sum / (kFlows * squares), 0.9) << "Jain's index";
}

TEST(TcpBulk, ASinkRefusesAPortThatIsTaken) {
  Pair pair({});
  TcpBulkSink first(tcp_of(pair.b), kLabel, kPort);
  TcpBulkSink second(tcp_of(pair.b), kLabel, kPort);
  first.start(kRunStart);
  EXPECT_THROW(second.start(kRunStart), std::runtime_error);
}

TEST(TcpBulk, WithoutASinkItIsRefused) {
  Pair pair({});
  tcp_of(pair.b);
  TcpBulkSource source(tcp_of(pair.a), kLabel, {.destination = ip("10.0.0.2"), .port = kPort});
  source.start(kRunStart);
  pair.kernel.run();
  EXPECT_EQ(source.end(), TcpEnd::kRefused);
}

TEST(TcpBulk, AHostThatFailsEndsItsTransfer) {
  Pair pair(pipe_of(BitRate::mbps(10), 10ms, 100));
  TcpBulkSink sink(tcp_of(pair.b), kLabel, kPort);
  TcpBulkSource source(tcp_of(pair.a), kLabel, {.destination = ip("10.0.0.2"), .port = kPort});
  sink.start(kRunStart);
  source.start(kRunStart);
  pair.kernel.run_until(at(1s));
  pair.a.abandon(Drop::kHostDown);
  EXPECT_EQ(source.end(), TcpEnd::kAborted);
  pair.kernel.run_until(at(2s));
  EXPECT_TRUE(pair.balances());
}

TEST(TcpBulk, TheSameSeedGivesTheSameRun) {
  const auto run = [] {
    PipeParameters pipe = pipe_of(BitRate::mbps(10), 10ms, 20);
    Pair pair(pipe, 42);
    TcpBulkSink sink(tcp_of(pair.b), kLabel, kPort);
    TcpBulkSource source(tcp_of(pair.a), kLabel, {.destination = ip("10.0.0.2"), .port = kPort});
    sink.start(kRunStart);
    source.start(kRunStart);
    pair.kernel.run_until(at(10s));
    return std::pair(sink.report(at(10s)).bytes_received, pair.kernel.events());
  };
  EXPECT_EQ(run(), run());
}

}  // namespace
}  // namespace violin
