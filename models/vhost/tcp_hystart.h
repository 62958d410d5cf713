// Leaves slow start before it overruns the path: when the round-trip time of a round rises, growth
// slows down to a quarter for five rounds, which either confirm the rise or take the decision back.
// Source: RFC 9406 (HyStart++) with its recommended constants.
#pragma once

#include <cstdint>

#include "core/time.h"
#include "models/vhost/tcp_sequence.h"

namespace violin {

class TcpHystart {
 public:
  static constexpr std::int64_t kMaxSegments = 8;  // L: growth by one acknowledgment, not paced

  // A round trip was measured. `acknowledged` and `sent` are SND.UNA and SND.NXT.
  void sample(Duration rtt, TcpPosition acknowledged, TcpPosition sent);
  // The bytes by which slow start may grow for `acked` ones.
  std::int64_t growth(std::int64_t acked) const;
  // Slow start has done its work: the threshold is to be set to the window. Reads once.
  bool take_finished();

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
