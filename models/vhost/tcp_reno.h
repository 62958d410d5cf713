// The congestion avoidance of Reno and NewReno: one segment more per round trip, half on loss.
// Source: RFC 5681 section 3.1, by counting bytes as it recommends or by equation (3), and equation
// (4). What makes it NewReno (RFC 6582) is the sender's recovery.
#pragma once

#include "models/vhost/tcp_congestion.h"

namespace violin {

class TcpReno final : public TcpCongestionControl {
 public:
  explicit TcpReno(bool byte_counting) : byte_counting_(byte_counting) {}

  std::string_view name() const override { return "newreno"; }
  void grow(TcpWindow& window, const TcpAcked& acked) override;
  std::int64_t threshold_after(TcpLoss loss, const TcpWindow& window, std::int64_t flight,
                               TimePoint now) override;
  void on_idle(Duration) override {}

 private:
  bool byte_counting_;
  std::int64_t carry_ = 0;  // growth below one byte, times the window
};

}  // namespace violin
