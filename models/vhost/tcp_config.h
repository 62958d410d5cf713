// What can be chosen about a host's TCP. The defaults are those of a current Linux host; where they
// depart from an RFC, the member says so.
#pragma once

#include <cstdint>

#include "core/quantity.h"
#include "core/time.h"

namespace violin {

enum class TcpCongestion : std::uint8_t { kNewReno, kCubic };

struct TcpConfig {
  TcpCongestion congestion = TcpCongestion::kCubic;
  // RFC 6928: segments that may be sent before the first acknowledgment.
  std::uint32_t initial_window_segments = 10;
  // RFC 3465: NewReno's window grows by one segment per window's worth of acknowledged bytes. If
  // false, by 1/cwnd per acknowledgment (RFC 5681 equation 3), which delayed ones slow down.
  bool byte_counting = true;
  // RFC 9406: leave slow start when the round-trip time rises.
  bool hystart = true;

  bool sack = true;              // RFC 2018
  bool timestamps = true;        // RFC 7323
  bool window_scaling = true;    // RFC 7323
  bool limited_transmit = true;  // RFC 3042
  bool nagle = true;             // RFC 9293 section 3.7.4

  Bytes send_buffer{4U << 20};     // unsent and unacknowledged bytes that send() takes
  Bytes receive_buffer{6U << 20};  // at most 2^30 (RFC 7323 section 2.2)

  // RFC 9293 section 3.8.6.3. An acknowledgment waits this long, or for the second segment.
  Duration delayed_ack = std::chrono::milliseconds(40);

  // RFC 6298 says that a timeout is at least 1 s. Linux lets it exceed the smoothed round-trip time
  // by at least 200 ms, so that delayed acknowledgments never cause one.
  Duration min_rto = std::chrono::milliseconds(200);
  Duration min_rto_margin = std::chrono::milliseconds(200);
  Duration initial_rto = std::chrono::seconds(1);
  Duration max_rto = std::chrono::seconds(120);

  // RFC 9293 section 3.8.3 (R2): retransmissions of the same bytes after which a connection is
  // given up; Linux's tcp_retries2 and tcp_syn_retries.
  std::uint32_t max_retransmissions = 15;
  std::uint32_t max_syn_retransmissions = 6;

  // RFC 9293 says 2 x 2 minutes; Linux stays in TIME-WAIT for 60 s.
  Duration time_wait = std::chrono::seconds(60);

  bool operator==(const TcpConfig&) const = default;
};

}  // namespace violin
