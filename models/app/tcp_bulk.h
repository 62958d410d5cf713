// The two ends of a TCP transfer: so many bytes, or as many as go until it is stopped.
//
//   TcpBulkSink sink(tcp_of(b), {"bulk", "a", "b"}, 5001);
//   TcpBulkSource source(tcp_of(a), {"bulk", "a", "b"}, {.destination = b_ip, .port = 5001});
//   sink.start(now); source.start(now); ... FlowReport flow = join(source.report(t),
//   sink.report(t));
//
// In reports a transfer counts as sent when it begins and as received when the sink has all of it.
#pragma once

#include <cstdint>
#include <optional>

#include "core/quantity.h"
#include "models/app/app.h"
#include "models/vhost/tcp_stack.h"

namespace violin {

struct TcpBulkConfig {
  Ipv4Address destination;
  std::uint16_t port = 0;
  std::optional<Bytes> bytes{};  // none: until stop()
  TcpConfig tcp{};
};

class TcpBulkSource final : public App, private TcpSocketEvents {
 public:
  // `tcp` outlives it.
  TcpBulkSource(TcpStack& tcp, FlowLabel label, const TcpBulkConfig& config);
  ~TcpBulkSource() override;

  void start(TimePoint now) override;
  // What the send buffer holds is still delivered; then the connection is closed.
  void stop(TimePoint now) override;
  FlowReport report(TimePoint now) const override;

  // From start() until all was sent and acknowledged and both sides had closed.
  std::optional<Duration> completion_time() const { return completion_time_; }
  // How the connection ended; none while it lasts.
  std::optional<TcpEnd> end() const { return end_; }
  // Of the connection, also after its end.
  TcpSenderStatistics statistics() const;
  // While the connection lasts.
  const TcpSocket* socket() const { return socket_; }
  // For plots; `trace` outlives the connection.
  void set_trace(TcpTrace* trace);

 private:
  void on_connected(TcpSocket& socket) override;
  void on_writable(TcpSocket& socket) override;
  void on_closed(TcpSocket& socket, TcpEnd how) override;
  void push();

  TcpStack& tcp_;
  TcpBulkConfig config_;
  TcpSocket* socket_ = nullptr;
  TcpTrace* trace_ = nullptr;
  TcpSenderStatistics statistics_;
  Bytes handed_over_;
  TimePoint started_{};
  std::optional<Duration> completion_time_;
  std::optional<TcpEnd> end_;
  std::uint64_t transfers_ = 0;
  bool stopped_ = false;
};

class TcpBulkSink final : public App, private TcpListener, private TcpSocketEvents {
 public:
  // `tcp` outlives it.
  TcpBulkSink(TcpStack& tcp, FlowLabel label, std::uint16_t port);
  ~TcpBulkSink() override;

  // Throws std::runtime_error, naming the flow, if another application listens at the port.
  void start(TimePoint now) override;
  void stop(TimePoint now) override;
  // The goodput counts from the first connection to the last byte, or to `now` while one lasts.
  FlowReport report(TimePoint now) const override;

 private:
  TcpSocketEvents& on_connection(TcpSocket& socket) override;
  void on_readable(TcpSocket& socket, Bytes fresh) override;
  void on_peer_closed(TcpSocket& socket) override;
  void on_closed(TcpSocket& socket, TcpEnd how) override;

  TcpStack& tcp_;
  std::uint16_t port_;
  std::vector<TcpSocket*> sockets_;
  std::uint64_t bytes_ = 0;
  std::uint64_t complete_ = 0;
  std::optional<TimePoint> first_;
  TimePoint last_{};
  bool listening_ = false;
};

}  // namespace violin
