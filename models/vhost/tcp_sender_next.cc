// What a sender sends next: RFC 6675's NextSeg, and for new data the rules against silly windows.
#include <algorithm>
#include <utility>

#include "models/vhost/tcp_sender.h"

namespace violin {

std::optional<TcpChunk> TcpSender::next(std::int64_t room, TimePoint now) {
  if (std::exchange(probe_due_, false)) {
    return probe();
  }
  window_limited_ = false;
  std::optional<TcpChunk> chunk = next_again(room);
  if (!chunk && !window_limited_) {
    chunk = next_new(room, now);
  }
  if (!chunk && !window_limited_ && phase_ == Phase::kRecovery && sack_) {
    chunk = next_rescue(room);
  }
  if (!chunk) {
    return std::nullopt;
  }
  ++statistics_.segments_sent;
  statistics_.retransmissions += chunk->again ? 1 : 0;
  last_sent_ = now;
  if (deadline_ == kNever) {
    deadline_ = now + rto_.rto();
  }
  return chunk;
}

// The chunk that begins at `begin`, of at most `room` bytes of data, and below `limit`.
TcpChunk TcpSender::cut(TcpPosition begin, TcpPosition limit, std::int64_t room) const {
  TcpChunk chunk{.begin = begin, .syn = begin == 0};
  if (chunk.syn) {
    return chunk;
  }
  const TcpPosition end = std::min({begin + room, limit, data_end_});
  chunk.payload = std::max<std::int64_t>(0, end - begin);
  chunk.fin = finished_ && begin + chunk.payload == data_end_ && limit > data_end_;
  chunk.push = chunk.payload > 0 && end == data_end_;
  return chunk;
}

std::optional<TcpChunk> TcpSender::admit_again(const std::optional<TcpRange>& gap,
                                               std::int64_t room) {
  if (!gap) {
    return std::nullopt;
  }
  TcpChunk chunk = cut(gap->begin, gap->end, std::min(room, window_.segment));
  chunk.again = true;
  const bool admitted = board_.pipe() + chunk.payload <= window_.window;
  if (!std::exchange(resend_now_, false) && !admitted) {
    window_limited_ = true;
    return std::nullopt;
  }
  return chunk;
}

// Rule 1.
std::optional<TcpChunk> TcpSender::next_again(std::int64_t room) {
  auto chunk = admit_again(board_.next_lost(), room);
  if (chunk) {
    const TcpPosition end = chunk->begin + chunk->payload + (chunk->syn || chunk->fin ? 1 : 0);
    board_.retransmit({chunk->begin, end});
    timed_at_.reset();
  }
  return chunk;
}

// Rules 3 and 4: rather than stay silent while recovering.
std::optional<TcpChunk> TcpSender::next_rescue(std::int64_t room) {
  if (auto chunk = admit_again(board_.next_unsacked(), room)) {
    board_.retransmit({chunk->begin, chunk->begin + chunk->payload + (chunk->fin ? 1 : 0)});
    timed_at_.reset();
    return chunk;
  }
  if (window_limited_ || acknowledged() <= rescue_after_) {
    return std::nullopt;
  }
  auto gap = board_.last_unsacked();
  if (gap) {
    gap->begin = std::max(gap->begin, gap->end - window_.segment);
  }
  auto chunk = admit_again(gap, room);
  rescue_after_ = chunk ? recovery_end_ : rescue_after_;
  return chunk;
}

// Rule 2.
std::optional<TcpChunk> TcpSender::next_new(std::int64_t room, TimePoint now) {
  if (sent() >= sendable_end()) {
    return std::nullopt;
  }
  const std::int64_t worth = worth_sending(std::min(room, window_.segment));
  if (worth <= 0) {
    arm_persist(now);
    return std::nullopt;
  }
  restart_if_idle(now);
  const std::int64_t outstanding = limited() ? board_.flight() : board_.pipe();
  if (outstanding + worth > window_.window && outstanding > 0) {
    window_limited_ = true;
    return std::nullopt;
  }
  return sent_new(cut(sent(), window_edge_, room), now);
}

// Without limited transmit (RFC 3042), duplicate acknowledgments let nothing out before recovery.
bool TcpSender::limited() const { return phase_ == Phase::kOpen && !config_.limited_transmit; }

// How much of what is pending is to go now, by sequence numbers: all of a full-size segment, the
// rest of the stream where Nagle allows (RFC 9293 section 3.7.4), or half the peer's largest window
// (section 3.8.6.2.1). The SYN needs no permission.
std::int64_t TcpSender::worth_sending(std::int64_t room) const {
  if (!established_) {
    return 1;
  }
  const std::int64_t pending = stream_end() - sent();
  const std::int64_t usable = window_edge_ - sent();
  const std::int64_t most = std::min(pending, usable);
  if (most >= room) {
    return room;
  }
  const bool may_be_small = !config_.nagle || finished_ || board_.flight() == 0;
  if (pending <= usable && may_be_small) {
    return pending;
  }
  return most > 0 && may_be_small && usable >= max_peer_window_ / 2 ? most : 0;
}

// RFC 5681 section 4.1.
void TcpSender::restart_if_idle(TimePoint now) {
  const Duration idle = now - last_sent_;
  if (established_ && board_.flight() == 0 && statistics_.segments_sent > 1 && idle > rto_.rto()) {
    congestion_->on_idle(idle);
    window_.window =
        std::min(window_.window, initial_window(window_.segment, config_.initial_window_segments));
  }
}

TcpChunk TcpSender::sent_new(const TcpChunk& chunk, TimePoint now) {
  const TcpPosition end = chunk.begin + chunk.payload + (chunk.syn || chunk.fin ? 1 : 0);
  board_.send(end);
  if (!timed_at_) {
    timed_at_ = now;
    timed_ = end;
  }
  return chunk;
}

// Data wait for the peer's window and nothing is in flight: without a timer, the loss of the
// acknowledgment that opens the window would stop the connection for ever.
void TcpSender::arm_persist(TimePoint now) {
  if (board_.flight() == 0 && deadline_ == kNever) {
    deadline_ = now + rto_.rto();
  }
}

// RFC 9293 section 3.8.6.1: one byte beyond a shut window, new or again; of a window that is merely
// too small to be worth it, all (the override timeout of section 3.8.6.2.1).
std::optional<TcpChunk> TcpSender::probe() {
  const std::int64_t usable = window_edge_ - acknowledged();
  TcpChunk chunk = cut(acknowledged(), std::max(window_edge_, acknowledged() + 1),
                       std::clamp<std::int64_t>(usable, 1, window_.segment));
  chunk.again = chunk.begin < sent();
  const TcpPosition end = chunk.begin + chunk.payload + (chunk.fin ? 1 : 0);
  if (end > sent()) {
    board_.send(end);
  }
  timed_at_.reset();
  ++statistics_.segments_sent;
  ++statistics_.zero_window_probes;
  return end > chunk.begin ? std::optional(chunk) : std::nullopt;
}

}  // namespace violin
