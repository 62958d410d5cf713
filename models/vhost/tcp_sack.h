// What a sender knows about each byte between the acknowledged and the last sent one: arrived,
// lost, sent again. From this follow the bytes in flight and what to send again next.
//
// Source: RFC 6675 (IsLost, SetPipe, NextSeg) over the blocks of RFC 2018; its counts are kept up
// to date instead of being summed over the window at each acknowledgment. Without SACK, each
// duplicate acknowledgment says that one segment of unknown position has arrived (RFC 6582's
// inflation of the window, seen from the other side).
#pragma once

#include <cstdint>
#include <optional>

#include "models/vhost/tcp_ranges.h"

namespace violin {

class TcpScoreboard {
 public:
  static constexpr std::size_t kDuplicateThreshold = 3;  // DupThresh

  TcpPosition acknowledged() const { return acknowledged_; }  // SND.UNA
  TcpPosition sent() const { return sent_; }                  // SND.NXT, the highest ever
  std::int64_t flight() const { return sent_ - acknowledged_; }
  bool any_lost() const { return lost_below_ > acknowledged_; }
  std::int64_t sacked() const { return sacked_.total(); }
  // The estimate of RFC 6675 of the bytes that are in the network.
  std::int64_t pipe() const;

  // New data were sent up to `end`.
  void send(TcpPosition end) { sent_ = end; }
  // Bytes that next_lost() or next_unsacked() gave were sent again.
  void retransmit(TcpRange range);

  // Cumulative acknowledgment of everything below `position`, at most sent().
  void acknowledge(TcpPosition position);
  // A SACK block. Returns how many bytes it says for the first time; 0 for nonsense and D-SACK.
  std::int64_t sack(TcpRange block);
  // A duplicate acknowledgment, or the end of what these said (`bytes` < 0).
  void guess_arrived(std::int64_t bytes);

  // Applies IsLost() for segments of this size.
  void find_losses(std::int64_t segment);
  // Everything below `position` that has not arrived is lost.
  void mark_lost_below(TcpPosition position);
  // Everything outstanding is lost and nothing of it has been sent again: after a timeout. Forgets
  // the SACK information if the receiver has reneged (RFC 2018 section 8).
  void mark_all_lost();
  // Recovery begins: nothing has been sent again yet.
  void forget_retransmissions();

  // NextSeg rule 1: the lowest lost range that has not been sent again.
  std::optional<TcpRange> next_lost() const;
  // Rule 3: the same below the highest SACKed byte, lost or not.
  std::optional<TcpRange> next_unsacked() const;
  // Rule 4: the highest unSACKed range.
  std::optional<TcpRange> last_unsacked() const;

 private:
  TcpPosition resend_from() const;
  std::optional<TcpRange> gap_below(TcpPosition limit) const;

  TcpPosition acknowledged_ = 0;
  TcpPosition sent_ = 0;
  TcpPosition lost_below_ = 0;    // what has not arrived below it is lost
  TcpPosition resent_below_ = 0;  // HighRxt: what had not arrived below it was sent again
  TcpRanges sacked_;
  std::int64_t sacked_in_lost_ = 0;    // SACKed bytes below lost_below_
  std::int64_t sacked_in_resent_ = 0;  // SACKed bytes below resent_below_
  std::int64_t guessed_ = 0;
};

}  // namespace violin
