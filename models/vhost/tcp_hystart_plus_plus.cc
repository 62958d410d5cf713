#include "models/vhost/tcp_hystart_plus_plus.h"

#include <algorithm>
#include <utility>

namespace violin {

namespace {
using std::chrono::milliseconds;
constexpr Duration kMinThreshold = milliseconds(4);
constexpr Duration kMaxThreshold = milliseconds(16);
constexpr std::int64_t kThresholdDivisor = 8;
constexpr std::uint32_t kSamplesPerRound = 8;
constexpr std::int64_t kConservativeDivisor = 4;
constexpr std::uint32_t kConservativeRounds = 5;
}  // namespace

void TcpHystartPlusPlus::begin_round(TcpPosition sent) {
  if (conservative_ && ++conservative_rounds_ >= kConservativeRounds) {
    finished_ = true;
  }
  last_round_min_ = this_round_min_;
  this_round_min_ = Duration::max();
  samples_ = 0;
  round_end_ = sent;
}

void TcpHystartPlusPlus::judge() {
  if (samples_ < kSamplesPerRound || this_round_min_ == Duration::max() ||
      last_round_min_ == Duration::max()) {
    return;
  }
  if (conservative_) {
    if (this_round_min_ < baseline_min_) {
      conservative_ = false;
      baseline_min_ = Duration::max();
    }
    return;
  }
  const Duration threshold =
      std::clamp(last_round_min_ / kThresholdDivisor, kMinThreshold, kMaxThreshold);
  if (this_round_min_ >= last_round_min_ + threshold) {
    baseline_min_ = this_round_min_;
    conservative_ = true;
    conservative_rounds_ = 0;
  }
}

void TcpHystartPlusPlus::sample(const TcpRoundTrip& round_trip, const TcpWindow&) {
  if (round_trip.acknowledged > round_end_) {
    begin_round(round_trip.sent);
  }
  this_round_min_ = std::min(this_round_min_, round_trip.rtt);
  ++samples_;
  judge();
}

std::int64_t TcpHystartPlusPlus::growth(std::int64_t acked) const {
  return conservative_ ? acked / kConservativeDivisor : acked;
}

bool TcpHystartPlusPlus::take_finished() { return std::exchange(finished_, false); }

}  // namespace violin
