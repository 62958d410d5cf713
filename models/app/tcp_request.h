// The client of request and response over TCP: sends a request, waits for all of the response,
// thinks, and sends the next, on one connection or on a new one each. Its report is the flow's:
// requests sent, responses received, and the time from the request (with a new connection: from
// the SYN) to the last byte of its response.
//
// Client and server know the sizes of requests and responses, so bytes are only counted.
#pragma once

#include <cstdint>
#include <optional>

#include "core/metrics.h"
#include "core/quantity.h"
#include "core/random.h"
#include "models/app/app.h"
#include "models/app/traffic.h"
#include "models/vhost/tcp_stack.h"

namespace violin {

struct TcpRequestConfig {
  Ipv4Address destination;
  std::uint16_t port = 0;
  Bytes request{0};   // at least 1 byte
  Bytes response{0};  // at least 1 byte
  PeriodLength think{PeriodLength::Kind::kConstant, Duration{0}};
  std::optional<std::uint64_t> count{};  // of requests; none: until stop()
  bool connection_each = false;
  TcpConfig tcp{};
};

class TcpRequestClient final : public App, private TcpSocketEvents {
 public:
  // `tcp` outlives it. Think times come from the random stream "<flow>/think". Throws
  // std::invalid_argument, naming the flow, if a size is 0.
  TcpRequestClient(TcpStack& tcp, FlowLabel label, const TcpRequestConfig& config);
  ~TcpRequestClient() override;

  void start(TimePoint now) override;
  // The request under way is still answered and counted.
  void stop(TimePoint now) override;
  FlowReport report(TimePoint now) const override;

  const Histogram& latency() const { return latency_; }  // nanoseconds
  // Connections that failed, were refused, or ended before the response. The next attempt follows
  // a second later.
  std::uint64_t failures() const { return failures_; }

 private:
  static constexpr Duration kRetryAfter = std::chrono::seconds(1);

  void on_connected(TcpSocket& socket) override;
  void on_writable(TcpSocket& socket) override;
  void on_readable(TcpSocket& socket, Bytes fresh) override;
  void on_peer_closed(TcpSocket& socket) override;
  void on_closed(TcpSocket& socket, TcpEnd how) override;
  bool more() const;
  void on_timer();
  void push();
  void on_response();
  void fail();
  void leave();

  TcpStack& tcp_;
  TcpRequestConfig config_;
  RandomStream random_;
  Timer timer_;  // the end of thinking, or the next attempt
  Histogram latency_;
  TcpSocket* socket_ = nullptr;
  Bytes to_send_;
  Bytes to_receive_;
  TimePoint began_{};
  TimePoint started_{};
  TimePoint last_{};
  std::uint64_t sent_ = 0;
  std::uint64_t received_ = 0;
  std::uint64_t failures_ = 0;
  std::uint64_t bytes_ = 0;
  bool stopped_ = true;
};

}  // namespace violin
