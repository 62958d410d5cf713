// The two ends of a UDP flow: a source that sends as its Traffic says, and sinks that measure what
// becomes of it. Where the destination is a broadcast address, each host that is to count it has a
// sink of its own, and each is joined with the source.
//
//   UdpSource source(a, {"cbr", "a", "b"}, {.flow = 1, .destination = b_ip, .port = 5001},
//                    std::make_unique<ConstantTraffic>(1000, BitRate::mbps(8)));
//   UdpSink sink(b, {"cbr", "a", "b"}, 1, 5001);
//   source.start(now); ... FlowReport flow = join(source.report(now), sink.report(now));
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "core/kernel.h"
#include "core/metrics.h"
#include "models/app/app.h"
#include "models/app/flow_header.h"
#include "models/app/sequence_window.h"
#include "models/app/traffic.h"
#include "models/vhost/udp_socket.h"

namespace violin {

struct UdpSourceConfig {
  std::uint32_t flow = 0;  // what its sinks know it by
  Ipv4Address destination;
  std::uint16_t port = 0;
  IpSendOptions options;
  std::optional<std::uint64_t> count;  // ends after that many datagrams
};

class alignas(64) UdpSource final : public App, private UdpReceiver {
 public:
  // The host outlives it.
  UdpSource(VHost& host, FlowLabel label, const UdpSourceConfig& config,
            std::unique_ptr<Traffic> traffic);

  // After stop() it goes on with the emission that would have been next.
  void start(TimePoint now) override;
  void stop(TimePoint now) override;
  FlowReport report(TimePoint now) const override;
  std::uint64_t unreachable() const { return unreachable_; }  // ICMP errors heard

 private:
  void on_datagram(UdpDatagram& /*datagram*/, TimePoint /*now*/) override {}
  void on_error(const UdpError& error, TimePoint now) override;
  void schedule();
  void send();

  // The timer is amid what a datagram touches: the event queue fetches that line and those beside
  // it before the timer fires.
  UdpSourceConfig config_;
  Kernel& kernel_;
  std::unique_ptr<Traffic> traffic_;
  std::optional<Emission> next_;
  std::uint64_t sent_ = 0;
  std::uint64_t unreachable_ = 0;
  TimePoint due_{};  // of what the timer is armed for
  Timer timer_;
  UdpSocket socket_;
};

class alignas(64) UdpSink final : public App, private UdpReceiver {
 public:
  // Listens from now on; the host outlives it. Throws as UdpSocket does.
  UdpSink(VHost& host, FlowLabel label, std::uint32_t flow, std::uint16_t port);

  void start(TimePoint /*now*/) override {}
  void stop(TimePoint /*now*/) override {}
  FlowReport report(TimePoint now) const override;
  // Datagrams of other flows, or of nobody we know.
  std::uint64_t strange() const { return strange_; }

 private:
  void on_datagram(UdpDatagram& datagram, TimePoint now) override;

  // What a datagram touches comes first.
  std::uint32_t flow_;
  std::uint64_t received_ = 0;
  std::uint64_t bytes_ = 0;
  TimePoint last_;
  Histogram delay_;
  SequenceWindow window_;
  TimePoint first_;
  std::uint64_t first_bytes_ = 0;
  std::uint64_t duplicated_ = 0;
  std::uint64_t reordered_ = 0;
  std::uint64_t strange_ = 0;
  UdpSocket socket_;
};

}  // namespace violin
