#include "models/app/udp_flow.h"

#include <gtest/gtest.h>

#include "tests/models/vhost/testbed.h"

namespace violin {
namespace {

using namespace testbed;

UdpSourceConfig to_b(std::optional<std::uint64_t> count = std::nullopt) {
  return {.flow = 1, .destination = ip("10.0.0.2"), .port = 5001, .options = {}, .count = count};
}

std::unique_ptr<Traffic> every(Duration interval, std::uint32_t size = 1000) {
  return std::make_unique<ConstantTraffic>(size, interval);
}

// Both ends know the other's MAC, so that the first datagram does not wait.
struct WarmHosts : TwoHosts {
  explicit WarmHosts(Duration delay) : TwoHosts(delay) {
    std::ignore = a.neighbors(a_port).add_static(ip("10.0.0.2"), MacAddress::local(2));
    std::ignore = b.neighbors(b_port).add_static(ip("10.0.0.1"), MacAddress::local(1));
  }
};

TEST(FlowHeader, IsBigEndianBehindItsMagic) {
  std::vector<std::uint8_t> out(24);
  FlowHeader{0x01020304, 0x05060708090a0b0c, kRunStart + 0x1112131415161718ns}.serialize(out);
  EXPECT_EQ(out, (std::vector<std::uint8_t>{'V',  'I',  'O',  'L',  1,    2,    3,    4,
                                            5,    6,    7,    8,    9,    10,   11,   12,
                                            0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18}));
  EXPECT_EQ(FlowHeader::parse(out),
            (FlowHeader{0x01020304, 0x05060708090a0b0c, kRunStart + 0x1112131415161718ns}));
  out.pop_back();
  EXPECT_EQ(FlowHeader::parse(out), std::nullopt);
}

TEST(UdpFlow, OfConstantRateIsCountedAndTimedExactly) {
  WarmHosts net(7ms);
  UdpSource source(net.a, {"f", "a", "b"}, to_b(), every(1ms));
  UdpSink sink(net.b, {"f", "a", "b"}, 1, 5001);
  source.start(net.kernel.now());
  net.kernel.run_until(at(999ms));  // datagrams at 0, 1, ... 999 ms
  source.stop(net.kernel.now());
  EXPECT_EQ(join(source.report(net.kernel.now()), sink.report(net.kernel.now())).lost, 7U);
  net.kernel.run();
  const FlowReport flow = join(source.report(net.kernel.now()), sink.report(net.kernel.now()));
  EXPECT_EQ(flow.label.name, "f");
  EXPECT_EQ(flow.sent, 1000U);
  EXPECT_EQ(flow.received, 1000U);
  EXPECT_EQ(flow.lost, 0U);
  EXPECT_EQ(flow.duplicated + flow.reordered, 0U);
  EXPECT_EQ(flow.bytes_received, 1'000'000U);
  EXPECT_DOUBLE_EQ(flow.goodput_bps, 8e6);
  ASSERT_NE(flow.delay, nullptr);
  EXPECT_EQ(flow.delay->count(), 1000U);
  EXPECT_EQ(flow.delay->min(), 7'000'000U);
  EXPECT_EQ(flow.delay->max(), 7'000'000U);
  EXPECT_TRUE(net.balances());
}

TEST(UdpFlow, EndsAfterItsCount) {
  WarmHosts net(1ms);
  UdpSource source(net.a, {}, to_b(5), every(1ms));
  UdpSink sink(net.b, {}, 1, 5001);
  source.start(net.kernel.now());
  net.kernel.run();
  EXPECT_EQ(net.kernel.now(), at(5ms));
  EXPECT_EQ(sink.report(net.kernel.now()).received, 5U);
}

TEST(UdpFlow, OfATraceArrivesAsItWasWritten) {
  WarmHosts net(2ms);
  UdpRecorder recorder;
  UdpSocket sink(net.b, recorder, 5001);
  std::vector<TraceTraffic::Point> points = {{3ms, 24}, {3ms, 1400}, {3ms, 30}, {10ms, 100}};
  UdpSource source(net.a, {}, to_b(), std::make_unique<TraceTraffic>(points));
  source.start(net.kernel.now());
  net.kernel.run();
  ASSERT_EQ(recorder.arrivals.size(), points.size());
  for (std::size_t i = 0; i < points.size(); ++i) {
    EXPECT_EQ(recorder.arrivals[i].when, at(points[i].at + 2ms));
    EXPECT_EQ(recorder.arrivals[i].size, points[i].size);
    EXPECT_EQ(FlowHeader::parse(recorder.arrivals[i].stored), (FlowHeader{1, i, at(points[i].at)}));
  }
}

TEST(UdpFlow, GoesOnAfterAStop) {
  WarmHosts net(1ms);
  UdpSource source(net.a, {}, to_b(), every(10ms));
  UdpSink sink(net.b, {}, 1, 5001);
  source.start(net.kernel.now());
  net.kernel.run_until(at(25ms));  // at 0, 10, 20
  source.stop(net.kernel.now());
  net.kernel.run_until(at(100ms));
  source.start(net.kernel.now());
  net.kernel.run_until(at(111ms));  // at 110
  EXPECT_EQ(source.report(net.kernel.now()).sent, 4U);
  EXPECT_EQ(sink.report(net.kernel.now()).received, 4U);
}

TEST(UdpFlow, CountsLossDuplicatesAndReordering) {
  LoneHost lone;
  UdpSink sink(lone.host, {}, 9, 5001);
  const auto arrive = [&](std::uint32_t flow, std::uint64_t sequence) {
    std::vector<std::uint8_t> payload(24);
    FlowHeader{flow, sequence, kRunStart}.serialize(payload);
    lone.receive(Datagram{}.frame(lone.kernel, udp_segment(6, 5001, payload)));
  };
  for (const std::uint64_t sequence : {0U, 1U, 4U, 2U, 2U, 7U, 4U}) {
    arrive(9, sequence);
  }
  arrive(8, 5);  // somebody else's
  FlowReport source;
  source.sent = 10;
  const FlowReport flow = join(source, sink.report(lone.kernel.now()));
  EXPECT_EQ(flow.received, 5U);    // 0 1 4 2 7
  EXPECT_EQ(flow.lost, 5U);        // 3 5 6 8 9
  EXPECT_EQ(flow.duplicated, 2U);  // 2 4
  EXPECT_EQ(flow.reordered, 1U);   // 2
  EXPECT_EQ(sink.strange(), 1U);
}

TEST(UdpFlow, ThatIsBroadcastReachesEverySink) {
  Kernel kernel;
  // A hub: every frame to all hosts but the sender, bytes shared.
  struct Hub final : FrameSink {
    void receive(PortIndex port, std::span<Frame> burst, TimePoint now) override {
      for (Frame& frame : burst) {
        for (std::size_t i = 0; i < hosts.size(); ++i) {
          if (i != to_index(port)) {
            Frame copy = frame.share();
            hosts[i]->receive(PortIndex{}, {&copy, 1}, now);
          }
        }
        frame.reset();
      }
    }
    std::vector<std::unique_ptr<VHost>> hosts;
  } hub;
  std::vector<std::unique_ptr<UdpSink>> sinks;
  for (std::uint32_t i = 0; i < 50; ++i) {
    VHost& host = *hub.hosts.emplace_back(std::make_unique<VHost>(kernel, std::to_string(i)));
    host.add_vnic(nic("eth0", i + 1, "10.0.0." + std::to_string(i + 1) + "/24"));
    host.plug(PortIndex{}, {&hub, PortIndex{i}});
    sinks.push_back(std::make_unique<UdpSink>(host, FlowLabel{}, 1, 5001));
  }
  UdpSource source(
      *hub.hosts[0], {},
      {.flow = 1, .destination = ip("255.255.255.255"), .port = 5001, .options = {}, .count = 100},
      every(1ms));
  source.start(kernel.now());
  kernel.run();
  for (std::size_t i = 1; i < sinks.size(); ++i) {
    const FlowReport flow = join(source.report(kernel.now()), sinks[i]->report(kernel.now()));
    EXPECT_EQ(flow.received, 100U) << "host " << i;
    EXPECT_EQ(flow.lost, 0U);
    EXPECT_TRUE(hub.hosts[i]->ledger().balances(0));
  }
}

TEST(UdpSource, HearsThatItsSinkIsNotThere) {
  WarmHosts net(1ms);
  UdpSource source(net.a, {}, to_b(3), every(1ms));
  source.start(net.kernel.now());
  net.kernel.run();
  EXPECT_EQ(source.unreachable(), 3U);
}

}  // namespace
}  // namespace violin
