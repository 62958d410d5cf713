// How slow start ends before it overruns the path. A sender owns one of these, tells it of round
// trips while in slow start, and asks by how much the window may grow.
//
//   TcpHystart          Ha and Rhee 2011, which Linux's CUBIC has (tcp_hystart.h)
//   TcpHystartPlusPlus  RFC 9406 (tcp_hystart_plus_plus.h)
#pragma once

#include <cstdint>
#include <memory>

#include "core/time.h"
#include "models/vhost/tcp_config.h"
#include "models/vhost/tcp_congestion.h"
#include "models/vhost/tcp_sequence.h"

namespace violin {

// A round trip that an acknowledgment told. `acknowledged` and `sent` are SND.UNA and SND.NXT.
struct TcpRoundTrip {
  Duration rtt{};
  TcpPosition acknowledged = 0;
  TcpPosition sent = 0;
  TimePoint now{};
};

class TcpSlowStartExit {
 public:
  virtual ~TcpSlowStartExit() = default;
  virtual void sample(const TcpRoundTrip& round_trip, const TcpWindow& window) = 0;
  // The bytes by which slow start may grow for `acked` ones, and the most segments of one
  // acknowledgment.
  virtual std::int64_t growth(std::int64_t acked) const = 0;
  virtual std::int64_t most_segments() const = 0;
  // Slow start has done its work: the threshold is to be set to the window. Reads once.
  virtual bool take_finished() = 0;
  // Slow start begins anew, after a timeout. False: it is not for this one.
  virtual bool restart() = 0;
};

// None for standard slow start.
std::unique_ptr<TcpSlowStartExit> make_slow_start_exit(const TcpConfig& config);

}  // namespace violin
