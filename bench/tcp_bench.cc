// What a TCP segment costs: sending it, receiving it, and its share of acknowledgments, at both
// ends. Items are data segments.
#include <benchmark/benchmark.h>

#include <deque>

#include "models/app/tcp_bulk.h"
#include "models/link/cable.h"
#include "models/vhost/tcp_host.h"
#include "models/vhost/vhost.h"

namespace violin {
namespace {

using namespace std::chrono_literals;

// A network layer that hands datagrams to another one after a delay.
class Wire final : public IpOutput {
 public:
  Wire(Kernel& kernel, Ipv4Address address, TcpStack*& far)
      : kernel_(kernel),
        origin_(kernel),
        timer_(Timer::calling<&Wire::on_timer>(kernel, origin_, *this)),
        address_(address),
        far_(far) {}
  HostServices services() { return {kernel_, origin_, ledger_, *this, "host"}; }

  void send_datagram(wire::IpProtocol protocol, Ipv4Address source, Ipv4Address destination,
                     Frame payload, const IpSendOptions& /*options*/, TimePoint now) override {
    wire::Ipv4Header header;
    header.protocol = protocol;
    header.source = source;
    header.destination = destination;
    in_flight_.push_back({now + 5ms, header, std::move(payload)});
    if (!timer_.armed()) {
      timer_.arm(in_flight_.front().due);
    }
  }
  std::optional<Ipv4Address> source_for(Ipv4Address /*destination*/) const override {
    return address_;
  }
  std::uint32_t path_mtu(Ipv4Address /*destination*/, TimePoint /*now*/) const override {
    return 1500;
  }

 private:
  struct Datagram {
    TimePoint due;
    wire::Ipv4Header header;
    Frame payload;
  };
  void on_timer() {
    while (!in_flight_.empty() && in_flight_.front().due <= kernel_.now()) {
      Datagram datagram = std::move(in_flight_.front());
      in_flight_.pop_front();
      far_->on_segment(datagram.header, std::move(datagram.payload), kernel_.now());
    }
    if (!in_flight_.empty()) {
      timer_.arm(in_flight_.front().due);
    }
  }

  Kernel& kernel_;
  EventOrigin origin_;
  Timer timer_;
  Ipv4Address address_;
  TcpStack*& far_;
  Ledger ledger_;
  std::deque<Datagram> in_flight_;
};

// 1000 segments of window over a path of 10 ms: nothing but TCP.
void BM_TcpStacks(benchmark::State& state) {
  Kernel kernel;
  TcpStack* stacks[2] = {};
  const Ipv4Address a(10, 0, 0, 1);
  const Ipv4Address b(10, 0, 0, 2);
  Wire from_a(kernel, a, stacks[1]);
  Wire from_b(kernel, b, stacks[0]);
  TcpConfig config;
  config.send_buffer = Bytes{1448 * 1000};
  TcpStack tcp_a(from_a.services(), config);
  TcpStack tcp_b(from_b.services(), config);
  stacks[0] = &tcp_a;
  stacks[1] = &tcp_b;
  TcpBulkSink sink(tcp_b, {"bulk", "a", "b"}, 5001);
  TcpBulkSource source(tcp_a, {"bulk", "a", "b"}, {.destination = b, .port = 5001, .tcp = config});
  sink.start(kRunStart);
  source.start(kRunStart);
  kernel.run_until(kernel.now() + 1s);
  const std::uint64_t before = source.statistics().segments_sent;
  for (auto _ : state) {
    kernel.run_until(kernel.now() + 10ms);
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(source.statistics().segments_sent - before));
}
BENCHMARK(BM_TcpStacks);

// The same between virtual hosts over a cable of 1 Gbit/s: Ethernet, IPv4, queue, delay and ledger.
void BM_TcpOverCable(benchmark::State& state) {
  Kernel kernel;
  VHost a(kernel, "a");
  VHost b(kernel, "b");
  const auto nic = [](std::uint8_t i) {
    return VNicConfig{"eth0", MacAddress::local(i), Ipv4Interface{Ipv4Address(10, 0, 0, i), 24}};
  };
  const PortIndex a_port = a.add_vnic(nic(1));
  const PortIndex b_port = b.add_vnic(nic(2));
  PipeParameters pipe;
  pipe.rate = BitRate::gbps(1);
  pipe.delay = ConstantDelay{5ms};
  const Cable cable(kernel, "cable", {a, a_port}, {b, b_port}, pipe);
  TcpBulkSink sink(tcp_of(b), {"bulk", "a", "b"}, 5001);
  TcpBulkSource source(tcp_of(a), {"bulk", "a", "b"},
                       {.destination = Ipv4Address(10, 0, 0, 2), .port = 5001});
  sink.start(kRunStart);
  source.start(kRunStart);
  kernel.run_until(kernel.now() + 2s);
  const std::uint64_t before = source.statistics().segments_sent;
  for (auto _ : state) {
    kernel.run_until(kernel.now() + 10ms);
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(source.statistics().segments_sent - before));
}
BENCHMARK(BM_TcpOverCable);

}  // namespace
}  // namespace violin
