// The sending half of a connection: which bytes may go now, and what acknowledgments and silence
// mean. Pure: time and acknowledgments in, chunks of the stream out.
//
// Sources: RFC 9293 (window, persist timer, Nagle, silly window avoidance), RFC 5681 (slow start,
// congestion avoidance, restart after idle), RFC 6298 (timer), RFC 6675 and RFC 2018 (recovery with
// SACK), RFC 6582 (without), RFC 3042 (limited transmit), RFC 6928 (initial window), RFC 9406.
// Every byte that is sent, new or again, is admitted by cwnd >= pipe + its size.
// Bytes are counted, never stored. The SYN is position 0 and has to be acknowledged before data go.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "models/vhost/tcp_config.h"
#include "models/vhost/tcp_congestion.h"
#include "models/vhost/tcp_rtt.h"
#include "models/vhost/tcp_sack.h"
#include "models/vhost/tcp_slow_start.h"

namespace violin {

// A piece of the stream that is to be sent as one segment.
struct TcpChunk {
  TcpPosition begin = 0;
  std::int64_t payload = 0;
  bool syn = false;
  bool fin = false;
  bool push = false;   // empties the send buffer
  bool again = false;  // a retransmission
};

// What an acceptable acknowledgment says.
struct TcpAckNews {
  TcpPosition acknowledged = 0;          // at least SND.UNA, at most SND.NXT
  std::optional<std::int64_t> window{};  // the peer's, in bytes; none from an old segment
  std::span<const TcpRange> sacked{};
  std::optional<Duration> rtt{};  // by timestamps
  bool bare = true;               // without data, SYN or FIN
};

struct TcpSenderStatistics {
  std::uint64_t bytes_acknowledged = 0;  // data only
  std::uint64_t segments_sent = 0;       // that occupy sequence numbers
  std::uint64_t retransmissions = 0;     // of these, sent again
  std::uint64_t fast_recoveries = 0;
  std::uint64_t timeouts = 0;
  std::uint64_t zero_window_probes = 0;
};

class TcpSender {
 public:
  enum class Phase : std::uint8_t { kOpen, kRecovery, kLoss };

  // `config` outlives the sender.
  explicit TcpSender(const TcpConfig& config);

  // The handshake is done: what the peer can do, and the payload of a full-size segment.
  void establish(std::int64_t segment, bool sack);
  // Full-size segments carry so much from now on. `resend`: what is in flight was too large.
  void set_segment(std::int64_t segment, bool resend, TimePoint now);

  // Takes at most what the buffer has room for; returns how much. Not after finish().
  std::int64_t write(std::int64_t bytes);
  // No more will be written: a FIN follows the data.
  void finish() { finished_ = true; }
  bool finished() const { return finished_; }
  std::int64_t buffer_room() const;
  // The SYN is to go once more, now with an acknowledgment: the peer may not have seen it.
  void send_syn_again() { board_.mark_all_lost(); }
  // Awaits nothing any more.
  void stop();

  void on_ack(const TcpAckNews& news, TimePoint now);
  // The next chunk to send, which counts as sent; none when nothing may go now. At most `room`
  // bytes of payload fit.
  std::optional<TcpChunk> next(std::int64_t room, TimePoint now);
  // When on_deadline() is to be called; kNever if nothing is awaited.
  TimePoint deadline() const { return deadline_; }
  // False if the peer has been silent for too long (R2).
  bool on_deadline(TimePoint now);

  TcpPosition acknowledged() const { return board_.acknowledged(); }
  TcpPosition sent() const { return board_.sent(); }
  // SND.NXT, but never beyond the peer's window, where it would refuse a bare acknowledgment.
  TcpPosition position_inside_window() const;
  std::int64_t max_peer_window() const { return max_peer_window_; }
  bool fin_acknowledged() const { return finished_ && acknowledged() > data_end_; }
  bool all_acknowledged() const { return acknowledged() == stream_end(); }

  Phase phase() const { return phase_; }
  const TcpWindow& window() const { return window_; }
  const TcpScoreboard& scoreboard() const { return board_; }
  const TcpRtoEstimator& rto() const { return rto_; }
  const TcpCongestionControl& congestion() const { return *congestion_; }
  const TcpSenderStatistics& statistics() const { return statistics_; }

 private:
  TcpPosition stream_end() const { return data_end_ + (finished_ ? 1 : 0); }
  TcpPosition sendable_end() const { return established_ ? stream_end() : 1; }

  // Slow start without an end in sight, which the exit watches.
  bool may_leave_slow_start() const {
    return slow_start_exit_ != nullptr && window_.in_slow_start() &&
           (leaves_later_slow_starts_ || window_.threshold == TcpWindow::kUnknownThreshold);
  }

  bool take_window(const TcpAckNews& news, TimePoint now);
  void take_rtt(const TcpAckNews& news, TimePoint now);
  bool take_sacks(const TcpAckNews& news);
  void take_acknowledged(const TcpAckNews& news, TimePoint now);
  void follow_phase(std::int64_t newly, TimePoint now);
  void grow(std::int64_t newly, TimePoint now);
  bool must_recover() const;
  void enter_recovery(TimePoint now);
  void leave_recovery();
  void on_partial_ack(std::int64_t newly);
  void on_timeout(TimePoint now);
  void on_handshake_timeout();

  std::optional<TcpChunk> next_again(std::int64_t room);
  std::optional<TcpChunk> next_new(std::int64_t room, TimePoint now);
  std::optional<TcpChunk> next_rescue(std::int64_t room);
  std::optional<TcpChunk> admit_again(const std::optional<TcpRange>& gap, std::int64_t room);
  std::optional<TcpChunk> probe();
  std::int64_t worth_sending(std::int64_t room) const;
  bool limited() const;
  void restart_if_idle(TimePoint now);
  TcpChunk cut(TcpPosition begin, TcpPosition limit, std::int64_t room) const;
  TcpChunk sent_new(const TcpChunk& chunk, TimePoint now);
  void arm_persist(TimePoint now);

  const TcpConfig& config_;
  std::unique_ptr<TcpCongestionControl> congestion_;
  TcpScoreboard board_;
  TcpRtoEstimator rto_;
  std::unique_ptr<TcpSlowStartExit> slow_start_exit_;
  TcpWindow window_;
  TcpSenderStatistics statistics_;

  TcpPosition data_end_ = 1;     // one past the last byte written
  TcpPosition window_edge_ = 1;  // one past what the peer allows
  std::int64_t max_peer_window_ = 0;
  TcpPosition recovery_end_ = 0;  // RecoveryPoint of RFC 6675, recover of RFC 6582
  TcpPosition rescue_after_ = 0;  // RescueRxt: the acknowledged part must be beyond it

  TimePoint deadline_ = kNever;
  TimePoint last_sent_{};
  TcpPosition timed_ = 0;  // the segment that is timed ends here
  std::optional<TimePoint> timed_at_;

  std::uint32_t duplicates_ = 0;
  std::uint32_t expirations_ = 0;  // of the timer, in a row
  Phase phase_ = Phase::kOpen;
  bool established_ = false;
  bool finished_ = false;
  bool sack_ = false;
  bool window_limited_ = false;  // it was the congestion window that held the last chunk back
  bool resend_now_ = false;      // the first segment of a recovery goes regardless of the pipe
  bool probe_due_ = false;
  bool leaves_later_slow_starts_ = false;
};

}  // namespace violin
