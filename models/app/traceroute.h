// Finds the routers towards a destination: UDP datagrams to ports where nobody listens, with a TTL
// that grows from 1. Whoever drops one for its TTL tells so; the destination tells "port
// unreachable".
// Source: V. Jacobson's traceroute (LBNL, 1988): ports from 33434 up, one probe at a time, and it
// ends also when all probes of a TTL, or all but one, came back as unreachable.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/kernel.h"
#include "core/metrics.h"
#include "models/app/app.h"
#include "models/vhost/udp_socket.h"

namespace violin {

struct TracerouteConfig {
  Ipv4Address destination;
  std::uint8_t max_ttl = 30;
  std::uint32_t queries = 3;                   // per TTL
  Duration timeout = std::chrono::seconds(5);  // per query
  std::uint32_t size = 60;                     // of the IPv4 datagram, 28..65535
  std::uint16_t first_port = 33434;
};

struct TracerouteQuery {
  std::optional<Ipv4Address> from;  // none: no answer in time
  Duration round_trip{};
};

struct TracerouteHop {
  std::uint8_t ttl = 0;
  std::vector<TracerouteQuery> queries;

  // Who answered first; none if nobody did.
  std::optional<Ipv4Address> address() const;
};

class Traceroute final : public App, private UdpReceiver {
 public:
  // The host outlives it. Throws std::invalid_argument if a limit is 0 or out of range, or the
  // ports would go beyond 65535.
  Traceroute(VHost& host, FlowLabel label, const TracerouteConfig& config);

  // Begins at TTL 1; what was found before is forgotten.
  void start(TimePoint now) override;
  void stop(TimePoint now) override;
  // Queries sent and answered, and their round trips.
  FlowReport report(TimePoint now) const override;

  const std::vector<TracerouteHop>& hops() const { return hops_; }
  bool finished() const { return finished_; }
  bool reached() const { return reached_; }  // the destination itself answered

 private:
  void on_datagram(UdpDatagram& /*datagram*/, TimePoint /*now*/) override {}
  void on_error(const UdpError& error, TimePoint now) override;
  void step();  // after an answer, a timeout or the start: the next query, or the end
  bool over() const;
  void send();

  Kernel& kernel_;
  TracerouteConfig config_;
  UdpSocket socket_;
  Timer timer_;
  std::vector<TracerouteHop> hops_;
  std::uint32_t probes_ = 0;       // sent
  std::uint32_t unreachable_ = 0;  // answers of that kind at the present TTL
  TimePoint sent_;
  bool waiting_ = false;  // for the last query's answer
  bool reached_ = false;
  bool finished_ = false;
  Histogram round_trip_;
};

}  // namespace violin
