#include "models/vhost/tcp_sender.h"

#include <algorithm>
#include <utility>

#include "core/require.h"

namespace violin {

namespace {

TcpRtoEstimator::Limits rto_limits(const TcpConfig& config) {
  return {.initial = config.initial_rto,
          .min = config.min_rto,
          .max = config.max_rto,
          .margin = config.min_rto_margin};
}

}  // namespace

TcpSender::TcpSender(const TcpConfig& config)
    : config_(config),
      congestion_(make_congestion_control(config)),
      rto_(rto_limits(config)),
      slow_start_exit_(make_slow_start_exit(config)) {
  window_.window = window_.segment;
}

void TcpSender::establish(std::int64_t segment, bool sack) {
  established_ = true;
  sack_ = sack;
  window_.segment = segment;
  // RFC 6928 section 2: one segment if the handshake was lost more than once.
  const std::uint32_t segments = statistics_.timeouts > 1 ? 1 : config_.initial_window_segments;
  window_.window = initial_window(segment, segments);
  if (statistics_.timeouts > 0) {
    rto_.restart_after_handshake_timeout();
  }
}

void TcpSender::set_segment(std::int64_t segment, bool resend, TimePoint now) {
  window_.segment = segment;
  window_.window = std::max(window_.window, segment);
  if (resend && board_.flight() > 0) {
    board_.mark_all_lost();
    timed_at_.reset();
    deadline_ = now + rto_.rto();
  }
}

std::int64_t TcpSender::buffer_room() const {
  const TcpPosition oldest = std::max<TcpPosition>(acknowledged(), 1);
  const auto capacity = static_cast<std::int64_t>(config_.send_buffer.value);
  return std::max<std::int64_t>(0, capacity - (data_end_ - std::min(oldest, data_end_)));
}

std::int64_t TcpSender::write(std::int64_t bytes) {
  require(!finished_, "nothing is written to a TCP stream after its end");
  const std::int64_t taken = std::min(bytes, buffer_room());
  data_end_ += taken;
  return taken;
}

void TcpSender::stop() {
  deadline_ = kNever;
  probe_due_ = false;
}

TcpPosition TcpSender::position_inside_window() const {
  return std::min(sent(), std::max(window_edge_, acknowledged()));
}

void TcpSender::on_ack(const TcpAckNews& news, TimePoint now) {
  const std::int64_t newly = news.acknowledged - acknowledged();
  const bool same_window = !take_window(news, now);
  const bool was_outstanding = board_.flight() > 0;
  expirations_ = newly > 0 || window_edge_ <= acknowledged() ? 0 : expirations_;
  if (newly > 0) {
    take_acknowledged(news, now);
  }
  const bool more_sacked = take_sacks(news);
  if (newly == 0 && was_outstanding &&
      (sack_ ? more_sacked : news.bare && same_window && phase_ != Phase::kLoss)) {
    ++duplicates_;
    board_.guess_arrived(sack_ ? 0 : window_.segment);
  }
  if (board_.flight() == 0) {
    deadline_ = kNever;
  }
  follow_phase(newly, now);
}

// Returns whether the window has changed. One that opens after having been shut makes what was sent
// as probes lost: the peer has refused it.
bool TcpSender::take_window(const TcpAckNews& news, TimePoint now) {
  if (!news.window) {
    return false;
  }
  const TcpPosition edge = news.acknowledged + *news.window;
  const bool was_shut = window_edge_ <= acknowledged();
  const bool changed = edge != window_edge_;
  window_edge_ = edge;
  max_peer_window_ = std::max(max_peer_window_, *news.window);
  if (established_ && was_shut && edge > news.acknowledged && news.acknowledged < sent()) {
    board_.mark_all_lost();
    rto_.end_back_off();
    deadline_ = now + rto_.rto();
  }
  return changed;
}

// Karn: a segment that was sent again gives no sample, unless by timestamps.
void TcpSender::take_rtt(const TcpAckNews& news, TimePoint now) {
  std::optional<Duration> rtt = news.rtt;
  if (timed_at_ && news.acknowledged >= timed_) {
    rtt = rtt ? rtt : now - *timed_at_;
    timed_at_.reset();
  }
  if (rtt) {
    const std::int64_t per_rtt = news.rtt ? board_.flight() / (2 * window_.segment) : 1;
    rto_.sample(*rtt, per_rtt);
    if (may_leave_slow_start()) {
      slow_start_exit_->sample({*rtt, news.acknowledged, sent(), now}, window_);
    }
  }
}

bool TcpSender::take_sacks(const TcpAckNews& news) {
  std::int64_t bytes = 0;
  for (const TcpRange& block : news.sacked) {
    bytes += board_.sack(block);
  }
  if (bytes > 0) {
    board_.find_losses(window_.segment);
  }
  return bytes > 0;
}

void TcpSender::take_acknowledged(const TcpAckNews& news, TimePoint now) {
  take_rtt(news, now);
  const auto data_below = [this](TcpPosition p) {
    return std::clamp<TcpPosition>(p, 1, data_end_);
  };
  statistics_.bytes_acknowledged +=
      static_cast<std::uint64_t>(data_below(news.acknowledged) - data_below(acknowledged()));
  const std::int64_t newly = news.acknowledged - acknowledged();
  if (phase_ == Phase::kOpen) {
    grow(newly, now);
    board_.guess_arrived(-board_.flight());
  }
  board_.acknowledge(news.acknowledged);
  duplicates_ = 0;
  deadline_ = board_.flight() > 0 ? now + rto_.rto() : kNever;
}

void TcpSender::follow_phase(std::int64_t newly, TimePoint now) {
  if (phase_ == Phase::kOpen) {
    if (must_recover()) {
      enter_recovery(now);
    }
    return;
  }
  if (newly == 0) {
    return;
  }
  if (acknowledged() >= recovery_end_) {
    leave_recovery();
  } else if (phase_ == Phase::kLoss) {
    grow(newly, now);
  } else if (!sack_) {
    on_partial_ack(newly);
  }
}

// Only a window that was used grows (RFC 7661 section 4.2, in spirit).
void TcpSender::grow(std::int64_t newly, TimePoint now) {
  if (!window_limited_ || !established_) {
    return;
  }
  std::int64_t left = newly;
  if (may_leave_slow_start() && slow_start_exit_->take_finished()) {
    window_.threshold = window_.window;
  }
  if (may_leave_slow_start()) {
    const std::int64_t limit = phase_ == Phase::kLoss ? 1 : slow_start_exit_->most_segments();
    left = grow_in_slow_start(window_, slow_start_exit_->growth(newly), limit);
  } else if (window_.in_slow_start()) {
    left = grow_in_slow_start(window_, newly, phase_ == Phase::kLoss ? 1 : 2);
  }
  if (left > 0 && !window_.in_slow_start()) {
    congestion_->grow(window_, {left, rto_.smoothed(), now});
  }
}

// RFC 6675 section 5; without SACK only for data beyond the last recovery (RFC 6582 section 3.2).
bool TcpSender::must_recover() const {
  if (board_.flight() == 0 || !established_) {
    return false;
  }
  if (sack_) {
    return (board_.any_lost() && board_.sacked() > 0) ||
           duplicates_ >= TcpScoreboard::kDuplicateThreshold;
  }
  return duplicates_ >= TcpScoreboard::kDuplicateThreshold && acknowledged() > recovery_end_;
}

// RFC 6675 section 5 step 4: what limited transmit sent is no part of the flight.
void TcpSender::enter_recovery(TimePoint now) {
  ++statistics_.fast_recoveries;
  phase_ = Phase::kRecovery;
  recovery_end_ = sent();
  const std::int64_t flight = std::min(board_.flight(), window_.window);
  window_.threshold = congestion_->threshold_after(TcpLoss::kFastRecovery, window_, flight, now);
  window_.window = window_.threshold;
  board_.mark_lost_below(std::min(acknowledged() + window_.segment, sent()));
  timed_at_.reset();
  resend_now_ = board_.next_lost().has_value();
  rescue_after_ = std::min(acknowledged() + window_.segment, sent());
}

// RFC 6582 section 3.2 step 3 (1): without SACK the pipe is a guess, so no burst may follow.
void TcpSender::leave_recovery() {
  if (phase_ == Phase::kRecovery && !sack_) {
    window_.window =
        std::min(window_.threshold, std::max(board_.flight(), window_.segment) + window_.segment);
  }
  board_.guess_arrived(-board_.flight());
  phase_ = Phase::kOpen;
  resend_now_ = false;
}

// RFC 6582 section 3.2 step 3: the next segment is lost too, and goes now. The window that
// duplicate acknowledgments had inflated deflates by what was acknowledged, less one segment.
void TcpSender::on_partial_ack(std::int64_t newly) {
  board_.guess_arrived(-std::max<std::int64_t>(0, newly - window_.segment));
  board_.mark_lost_below(std::min(acknowledged() + window_.segment, sent()));
  resend_now_ = true;
}

bool TcpSender::on_deadline(TimePoint now) {
  deadline_ = kNever;
  ++expirations_;
  const std::uint32_t limit =
      established_ ? config_.max_retransmissions : config_.max_syn_retransmissions;
  if (expirations_ > limit) {
    return false;
  }
  if (established_ && (board_.flight() == 0 || window_edge_ <= acknowledged())) {
    probe_due_ = true;
  } else if (established_) {
    on_timeout(now);
  } else {
    on_handshake_timeout();
  }
  rto_.back_off();
  deadline_ = now + rto_.rto();
  return true;
}

void TcpSender::on_handshake_timeout() {
  ++statistics_.timeouts;
  timed_at_.reset();
  board_.mark_all_lost();
}

// RFC 5681 section 3.1: the threshold falls once, however often the timer expires for the same
// bytes.
void TcpSender::on_timeout(TimePoint now) {
  ++statistics_.timeouts;
  if (expirations_ == 1) {
    const std::int64_t flight = std::min(board_.flight(), window_.window);
    window_.threshold = congestion_->threshold_after(TcpLoss::kTimeout, window_, flight, now);
  }
  window_.window = window_.segment;
  phase_ = Phase::kLoss;
  leaves_later_slow_starts_ = slow_start_exit_ != nullptr && slow_start_exit_->restart();
  recovery_end_ = sent();
  board_.mark_all_lost();
  timed_at_.reset();
  duplicates_ = 0;
  resend_now_ = false;
}

}  // namespace violin
