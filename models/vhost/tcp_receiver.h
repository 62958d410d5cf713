// The receiving half of a connection: what has arrived, which window to offer, when to acknowledge.
// Pure: ranges of the peer's stream in, decisions out. Bytes are counted, never stored.
//
// Sources: RFC 9293 section 3.10.7.4 (acceptability), 3.8.6 (window; silly windows: the right edge
// moves by at least min(half the buffer, one segment) and never back); RFC 5681 section 4.2
// (acknowledgments: every second full-size segment, at once when out of order or filling a gap);
// RFC 2018 (SACK blocks: the one that holds the latest segment first); RFC 7323 (scale).
// The window grows with what the application reads: Fisk and Feng, "Dynamic right-sizing in TCP",
// 2001, by the rules of Linux 6.1. Its limit becomes twice what was read in the last round trip and
// 16 segments, and ahead of that by twice the share by which it had been more than in the round
// trip before; the window follows by two segments for each that arrives.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "core/time.h"
#include "models/vhost/tcp_config.h"
#include "models/vhost/tcp_ranges.h"

namespace violin {

class TcpReceiver {
 public:
  enum class AckNeed : std::uint8_t { kNone, kDelayed, kNow };

  // `config` outlives the receiver.
  explicit TcpReceiver(const TcpConfig& config);

  // The shift of RFC 7323 section 2.3 that the buffer needs.
  std::uint8_t wanted_scale() const { return wanted_scale_; }
  // The peer's SYN has been taken.
  void start() {
    next_ = 1;
    ++edge_;
  }
  // From now on windows are scaled by so much.
  void set_scale(std::uint8_t shift) { scale_ = shift; }

  // Whether a segment that occupies [begin, begin + length) is to be looked at.
  bool acceptable(TcpPosition begin, std::int64_t length) const;
  // Takes an acceptable segment's `range` of data, which may be empty, with a FIN behind it or not.
  // Returns how many bytes became readable.
  std::int64_t on_data(TcpRange range, bool fin);
  // What comes back now was sent so long ago (timestamps). Without, the time in which a window's
  // worth of data is read stands for it, the least of them.
  void on_round_trip(Duration rtt);
  // The application took so many bytes of what is readable.
  void read(std::int64_t bytes, TimePoint now);

  TcpPosition next() const { return next_; }  // RCV.NXT
  std::int64_t readable() const { return readable_; }
  bool fin_received() const { return fin_received_; }
  std::int64_t out_of_order() const { return early_.total(); }

  AckNeed ack_need() const { return need_; }
  void need_ack_now() { need_ = AckNeed::kNow; }
  // The SACK blocks that an acknowledgment carries now, at most `most`.
  std::size_t sack_blocks(std::span<TcpRange> blocks) const;
  bool has_sack_blocks() const { return !early_.empty(); }
  // The window field of a segment that is sent now, which also acknowledges. On a SYN the window is
  // not scaled.
  std::uint16_t advertise(bool syn);
  TcpPosition last_acknowledged() const { return last_acknowledged_; }
  TcpPosition edge() const { return edge_; }

 private:
  static constexpr std::size_t kRecent = 4;

  void take_in_order(TcpPosition end);
  void take_early(TcpRange range);
  void remember(TcpPosition position);
  void take_fin();
  void open_window(std::int64_t fresh);
  void measure_by_window(TimePoint now);
  void size_window(std::int64_t bytes, TimePoint now);
  std::int64_t buffer() const { return static_cast<std::int64_t>(config_.receive_buffer.value); }
  std::int64_t offered() const;
  std::int64_t least_advance() const;

  const TcpConfig& config_;
  TcpPosition next_ = 0;
  TcpPosition edge_ = 0;  // the highest right edge that was advertised
  TcpPosition last_acknowledged_ = 0;
  TcpPosition fin_at_ = -1;
  std::int64_t readable_ = 0;
  std::int64_t full_segment_ = 536;  // the largest payload seen
  std::int64_t window_;              // what is offered while nothing is unread
  std::int64_t window_limit_;        // what it may become by what has been read so far
  std::int64_t read_last_;           // bytes in the last round trip
  std::int64_t read_now_ = 0;        // in the present one
  TimePoint reading_since_{};
  Duration rtt_{0};  // as the receiver sees it; 0 before the first
  TimePoint window_since_{};
  TcpPosition window_read_at_ = 0;  // next_ once a window's worth has arrived
  bool timestamped_ = false;
  std::uint32_t quick_acks_;
  TcpRanges early_;
  std::array<TcpPosition, kRecent> recent_{};  // a position of each lately grown early range
  std::uint8_t recent_count_ = 0;
  std::uint8_t scale_ = 0;
  std::uint8_t wanted_scale_ = 0;
  AckNeed need_ = AckNeed::kNone;
  bool fin_received_ = false;
};

}  // namespace violin
