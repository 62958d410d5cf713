#include "models/vhost/tcp_hystart.h"

#include <algorithm>
#include <utility>

namespace violin {

namespace {
using std::chrono::milliseconds;
constexpr Duration kLeastRise = milliseconds(4);
constexpr Duration kMostRise = milliseconds(16);
constexpr std::int64_t kRiseDivisor = 8;
constexpr std::uint32_t kSamplesPerRound = 8;
constexpr Duration kMostAggregation = milliseconds(1);
constexpr std::int64_t kAggregate = 4 * 65536;  // bytes
}  // namespace

void TcpHystart::begin_round(const TcpRoundTrip& round_trip) {
  round_began_ = train_end_ = round_trip.now;
  round_end_ = round_trip.sent;
  round_least_ = Duration::max();
  samples_ = 0;
}

bool TcpHystart::train_is_long(const TcpRoundTrip& round_trip, const TcpWindow& window) {
  if (round_trip.now - train_end_ > kTrainSpacing) {
    return false;
  }
  train_end_ = round_trip.now;
  // Slow start is paced, where it is, at twice the window per round trip.
  const double share = static_cast<double>(kAggregate) / static_cast<double>(2 * window.window);
  const Duration aggregation =
      std::min(kMostAggregation, from_seconds(share * to_seconds(round_trip.rtt)));
  return round_trip.now - round_began_ > (least_ + aggregation) / 2;
}

bool TcpHystart::delay_has_grown(Duration rtt) {
  round_least_ = std::min(round_least_, rtt);
  if (samples_ < kSamplesPerRound) {
    ++samples_;
    return false;
  }
  return round_least_ > least_ + std::clamp(least_ / kRiseDivisor, kLeastRise, kMostRise);
}

void TcpHystart::sample(const TcpRoundTrip& round_trip, const TcpWindow& window) {
  least_ = std::min(least_, round_trip.rtt);
  if (found_ || window.window < kLeastSegments * window.segment) {
    return;
  }
  if (round_trip.acknowledged > round_end_) {
    begin_round(round_trip);
  }
  const bool train = train_is_long(round_trip, window);
  const bool delay = delay_has_grown(round_trip.rtt);
  found_ = finished_ = train || delay;
}

bool TcpHystart::take_finished() { return std::exchange(finished_, false); }

bool TcpHystart::restart() {
  *this = TcpHystart();
  return true;
}

}  // namespace violin
