// CUBIC: the window is a cubic function of the time since the last reduction, with its plateau
// where the loss was; never slower than Reno would be. Source: RFC 9438 with C = 0.4 and beta =
// 0.7, fast convergence on. An acknowledgment of n segments counts as n (as in Linux), where
// section 4.4 leaves delayed acknowledgments open. Departs from it, if asked: until the first loss
// and after a timeout, which in Linux forgets the window of the loss, growth is at least a share of
// the window in a round trip. Windows are in segments here, as in the RFC;
// what is left of a byte is carried.
#pragma once

#include <optional>

#include "models/vhost/tcp_congestion.h"

namespace violin {

class TcpCubic final : public TcpCongestionControl {
 public:
  static constexpr double kC = 0.4;
  static constexpr double kBeta = 0.7;
  // Of the Reno-friendly region (section 4.3): what gives AIMD the throughput of Reno.
  static constexpr double kAlpha = 3 * (1 - kBeta) / (1 + kBeta);

  explicit TcpCubic(double exploration = 0) : exploration_(exploration) {}

  std::string_view name() const override { return "cubic"; }
  void grow(TcpWindow& window, const TcpAcked& acked) override;
  std::int64_t threshold_after(TcpLoss loss, const TcpWindow& window, std::int64_t flight,
                               TimePoint now) override;
  void on_idle(Duration idle) override;

  // W_cubic(t) of section 4.2, in segments, t since the congestion avoidance stage began.
  double cubic_window(double t) const;
  double k() const { return k_; }
  double plateau() const { return plateau_; }

 private:
  void begin_stage(double window, TimePoint now);
  double target(double window, const TcpAcked& acked) const;
  double grow_reno(double window, double acked_segments);

  double exploration_;
  std::optional<TimePoint> stage_began_;
  double plateau_ = 0;        // W_max
  double before_loss_ = 0;    // cwnd_prior
  double reno_estimate_ = 0;  // W_est
  double k_ = 0;
  double carry_ = 0;  // growth below one byte
  bool after_timeout_ = false;
  bool exploring_ = true;  // no loss is known that would tell where the plateau is
};

}  // namespace violin
