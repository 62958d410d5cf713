#include "models/vhost/tcp_cubic.h"

#include <algorithm>
#include <cmath>

namespace violin {

double TcpCubic::cubic_window(double t) const {
  const double from_plateau = t - k_;
  return kC * from_plateau * from_plateau * from_plateau + plateau_;
}

// Section 4.2; section 4.8 for the first stage after a timeout; without a loss so far there is no
// plateau, and growth begins at the present window (section 4.10).
void TcpCubic::begin_stage(double window, TimePoint now) {
  stage_began_ = now;
  reno_estimate_ = window;
  carry_ = 0;
  if (after_timeout_ || plateau_ <= window) {
    plateau_ = window;
    k_ = 0;
  } else {
    k_ = std::cbrt((plateau_ - window) / kC);
  }
  after_timeout_ = false;
}

// Section 4.2: where the window should be one round trip from now.
double TcpCubic::target(double window, const TcpAcked& acked) const {
  const double t = to_seconds(acked.now - *stage_began_ + acked.smoothed_rtt);
  return std::clamp(cubic_window(t), window, 1.5 * window);
}

// Section 4.3: what Reno, made equally fast, would have by now.
double TcpCubic::grow_reno(double window, double acked_segments) {
  const double alpha = reno_estimate_ >= before_loss_ ? 1.0 : kAlpha;
  reno_estimate_ += alpha * acked_segments / window;
  return reno_estimate_;
}

void TcpCubic::grow(TcpWindow& window, const TcpAcked& acked) {
  const auto segment = static_cast<double>(window.segment);
  const double current = static_cast<double>(window.window) / segment;
  if (!stage_began_) {
    begin_stage(current, acked.now);
  }
  const double acked_segments = static_cast<double>(acked.bytes) / segment;
  const double reno = grow_reno(current, acked_segments);
  double next = current;
  if (cubic_window(to_seconds(acked.now - *stage_began_)) < reno) {
    next = std::max(current, reno);
  } else {
    next += (target(current, acked) - current) / current * acked_segments;
  }
  if (exploring_) {
    next = std::max(next, current + exploration_ * acked_segments);
  }
  carry_ += (next - current) * segment;
  const double whole = std::floor(carry_);
  carry_ -= whole;
  window.window += static_cast<std::int64_t>(whole);
}

// Sections 4.6 and 4.7.
std::int64_t TcpCubic::threshold_after(TcpLoss loss, const TcpWindow& window, std::int64_t flight,
                                       TimePoint) {
  const auto segment = static_cast<double>(window.segment);
  const double current = static_cast<double>(window.window) / segment;
  before_loss_ = current;
  plateau_ = current < plateau_ ? current * (1 + kBeta) / 2 : current;
  after_timeout_ = exploring_ = loss == TcpLoss::kTimeout;
  stage_began_.reset();
  const auto reduced = static_cast<std::int64_t>(static_cast<double>(flight) * kBeta);
  return std::max(reduced, 2 * window.segment);
}

// Section 4.2: t leaves out the time in which the application had nothing to send.
void TcpCubic::on_idle(Duration idle) {
  if (stage_began_) {
    *stage_began_ += idle;
  }
}

}  // namespace violin
