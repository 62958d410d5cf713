// The retransmission timeout from round-trip samples.
// Source: RFC 6298; RFC 7323 appendix G for several samples in one round trip. Departs from RFC
// 6298 (2.4) in that the least timeout is a parameter. Karn's rule is the caller's: a sample is
// never taken from a retransmitted segment, except by timestamps, which tell the transmissions
// apart.
#pragma once

#include <cstdint>

#include "core/time.h"

namespace violin {

class TcpRtoEstimator {
 public:
  struct Limits {
    Duration initial = std::chrono::seconds(1);
    Duration min = std::chrono::seconds(1);
    Duration max = std::chrono::seconds(60);
    Duration margin = std::chrono::milliseconds(1);  // beyond the smoothed RTT: G of section 2
  };
  explicit TcpRtoEstimator(const Limits& limits) : limits_(limits), rto_(limits.initial) {}

  // One measured round trip, of about `samples_per_rtt` that the current window will give. Ends
  // what back-off there was (RFC 6298 section 5).
  void sample(Duration rtt, std::int64_t samples_per_rtt = 1);
  // The timer expired: doubles the timeout, up to the greatest (5.5).
  void back_off();
  // As if the timer had not expired: the peer was there, its window was shut.
  void end_back_off();
  // The handshake's timer expired and no sample has been taken since: 3 s (5.7).
  void restart_after_handshake_timeout();

  Duration rto() const { return rto_; }
  bool has_sample() const { return has_sample_; }
  // Zero before the first sample.
  Duration smoothed() const { return smoothed_; }
  Duration variation() const { return variation_; }
  Duration latest() const { return latest_; }
  Duration least() const { return least_; }

 private:
  void first_sample(Duration rtt);

  Limits limits_;
  Duration rto_;
  Duration smoothed_{0};
  Duration variation_{0};
  Duration latest_{0};
  Duration least_{0};
  bool has_sample_ = false;
};

}  // namespace violin
