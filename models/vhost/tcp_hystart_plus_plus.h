// Leaves slow start before it overruns the path: when the round-trip time of a round rises, growth
// slows down to a quarter for five rounds, which either confirm the rise or take the decision back.
// Source: RFC 9406 (HyStart++) with its recommended constants. Only for the first slow start
// (section 4.3).
#pragma once

#include "models/vhost/tcp_slow_start.h"

namespace violin {

class TcpHystartPlusPlus final : public TcpSlowStartExit {
 public:
  static constexpr std::int64_t kMaxSegments = 8;  // L: growth by one acknowledgment, not paced

  void sample(const TcpRoundTrip& round_trip, const TcpWindow& window) override;
  std::int64_t growth(std::int64_t acked) const override;
  std::int64_t most_segments() const override { return kMaxSegments; }
  bool take_finished() override;
  bool restart() override { return false; }

 private:
  void begin_round(TcpPosition sent);
  void judge();

  Duration last_round_min_ = Duration::max();
  Duration this_round_min_ = Duration::max();
  Duration baseline_min_ = Duration::max();  // of the round in which conservative growth began
  TcpPosition round_end_ = 0;
  std::uint32_t samples_ = 0;
  std::uint32_t conservative_rounds_ = 0;
  bool conservative_ = false;
  bool finished_ = false;
};

}  // namespace violin
