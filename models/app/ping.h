// Sends ICMP echo requests at an interval and measures the round trips, as ping(8) does.
// Source: RFC 792; RFC 1122 section 3.2.2.6.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "core/kernel.h"
#include "core/metrics.h"
#include "models/app/app.h"
#include "models/vhost/echo_socket.h"

namespace violin {

struct PingConfig {
  Ipv4Address destination;
  Duration interval = std::chrono::seconds(1);
  std::optional<std::uint64_t> count;           // none: until it is stopped
  std::uint32_t size = 56;                      // of the data, as ping's -s
  Duration timeout = std::chrono::seconds(10);  // a reply that takes longer is lost
  IpSendOptions options;
};

struct PingResult {
  std::uint64_t sent = 0;
  std::uint64_t received = 0;  // requests that were answered in time
  std::uint64_t duplicates = 0;
  std::uint64_t errors = 0;  // ICMP errors about requests
  // Round-trip times; none without a reply. mdev is their standard deviation, as ping tells it.
  std::optional<Duration> min;
  std::optional<Duration> mean;
  std::optional<Duration> max;
  std::optional<Duration> mdev;
};

class Ping final : public App, private EchoReceiver {
 public:
  // The host outlives it. Throws std::invalid_argument if interval or timeout is not positive or
  // the size is above 65507.
  Ping(VHost& host, FlowLabel label, const PingConfig& config);

  void start(TimePoint now) override;
  void stop(TimePoint now) override;
  FlowReport report(TimePoint now) const override;
  PingResult result() const;

 private:
  struct Request {
    TimePoint sent;
    bool answered = false;
  };
  void on_echo_reply(const EchoReply& reply, TimePoint now) override;
  void on_error(const EchoError& error, TimePoint now) override;
  void send();
  void forget(TimePoint now);

  Kernel& kernel_;
  PingConfig config_;
  EchoSocket socket_;
  Timer timer_;
  std::deque<Request> recent_;  // the last ones that were sent, up to one timeout ago
  Histogram round_trip_;
  double sum_of_squares_ = 0;  // ns^2
  std::uint64_t sent_ = 0;
  std::uint64_t duplicates_ = 0;
  std::uint64_t errors_ = 0;
  std::uint64_t bytes_ = 0;
};

}  // namespace violin
