// What can be chosen about a host's TCP. The defaults are those of a current Linux host; where they
// depart from an RFC, the member says so.
#pragma once

#include <cstdint>

#include "core/quantity.h"
#include "core/time.h"

namespace violin {

enum class TcpCongestion : std::uint8_t { kNewReno, kCubic };

// How slow start ends while nothing has been lost: not at all (RFC 5681); as in Linux, by HyStart
// with CUBIC and not at all with NewReno; by HyStart++ (RFC 9406), as RFC 9438 section 4.10
// advises.
enum class TcpSlowStart : std::uint8_t { kStandard, kLinux, kHystartPlusPlus };

struct TcpConfig {
  TcpCongestion congestion = TcpCongestion::kCubic;
  // RFC 6928: segments that may be sent before the first acknowledgment.
  std::uint32_t initial_window_segments = 10;
  // RFC 3465: NewReno's window grows by one segment per window's worth of acknowledged bytes. If
  // false, by 1/cwnd per acknowledgment (RFC 5681 equation 3), which delayed ones slow down.
  bool byte_counting = true;
  TcpSlowStart slow_start = TcpSlowStart::kLinux;
  // As long as CUBIC knows of no loss, its window grows by at least this share in a round trip, so
  // that it is not flat where the path's rate is unknown; Linux's. RFC 9438: 0.
  double cubic_exploration = 0.05;

  bool sack = true;              // RFC 2018
  bool timestamps = true;        // RFC 7323
  bool window_scaling = true;    // RFC 7323
  bool limited_transmit = true;  // RFC 3042
  bool nagle = true;             // RFC 9293 section 3.7.4

  Bytes send_buffer{4U << 20};  // unsent and unacknowledged bytes that send() takes
  // The most that the receiver's window becomes, at most 2^30 (RFC 7323 section 2.2). Linux has 6
  // MiB and counts every payload byte as two.
  Bytes receive_buffer{3U << 20};
  // Where it begins; it grows to twice what was read in a round trip (dynamic right-sizing: Fisk
  // and Feng 2001, and Linux). At least the receive buffer: it has its full size from the
  // beginning.
  Bytes initial_receive_window{64U << 10};

  // RFC 9293 section 3.8.6.3. An acknowledgment waits this long, or for the second segment.
  Duration delayed_ack = std::chrono::milliseconds(40);
  // So many segments are acknowledged each at once at the beginning, when the sender's window is
  // small (RFC 5681 section 4.2 allows it), and as long as its window grows; Linux's.
  std::uint32_t quick_acks = 16;

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
