// Leaves slow start before it overruns the path, by two signs within one round: acknowledgments
// that follow each other closely for as long as half the least round-trip time (what is in flight
// fills the path), or a least round-trip time that has grown by an eighth (a queue has built up).
//
// Source: Ha and Rhee, "Taming the elephants: New TCP slow start", Computer Networks 55(9), 2011,
// with the constants of Linux 6.1's CUBIC: acknowledgments at most 2 ms apart, at least 16 segments
// of window, 4 to 16 ms of delay. There a train must be longer by what an aggregate of segments
// takes at the pacing rate, at most 1 ms.
#pragma once

#include "models/vhost/tcp_slow_start.h"

namespace violin {

class TcpHystart final : public TcpSlowStartExit {
 public:
  static constexpr std::int64_t kLeastSegments = 16;  // the window below which it looks away
  static constexpr Duration kTrainSpacing = std::chrono::milliseconds(2);

  void sample(const TcpRoundTrip& round_trip, const TcpWindow& window) override;
  std::int64_t growth(std::int64_t acked) const override { return acked; }
  std::int64_t most_segments() const override { return kUnlimited; }
  bool take_finished() override;
  bool restart() override;

 private:
  static constexpr std::int64_t kUnlimited = 1 << 20;

  void begin_round(const TcpRoundTrip& round_trip);
  bool train_is_long(const TcpRoundTrip& round_trip, const TcpWindow& window);
  bool delay_has_grown(Duration rtt);

  Duration least_ = Duration::max();        // of all round trips
  Duration round_least_ = Duration::max();  // of this round's
  TimePoint round_began_{};
  TimePoint train_end_{};  // its last acknowledgment that was close enough to the one before
  TcpPosition round_end_ = 0;
  std::uint32_t samples_ = 0;
  bool found_ = false;
  bool finished_ = false;
};

}  // namespace violin
