#include "models/vhost/tcp_rtt.h"

#include <algorithm>

namespace violin {

namespace {
constexpr std::int64_t kAlphaDivisor = 8;  // alpha = 1/8
constexpr std::int64_t kBetaDivisor = 4;   // beta = 1/4
constexpr std::int64_t kVariations = 4;    // K
}  // namespace

void TcpRtoEstimator::first_sample(Duration rtt) {
  smoothed_ = rtt;
  variation_ = rtt / 2;
  least_ = rtt;
  has_sample_ = true;
}

void TcpRtoEstimator::sample(Duration rtt, std::int64_t samples_per_rtt) {
  latest_ = rtt;
  if (!has_sample_) {
    first_sample(rtt);
  } else {
    const std::int64_t n = std::max<std::int64_t>(1, samples_per_rtt);
    const Duration error = std::chrono::abs(smoothed_ - rtt);
    variation_ += (error - variation_) / (kBetaDivisor * n);
    smoothed_ += (rtt - smoothed_) / (kAlphaDivisor * n);
    least_ = std::min(least_, rtt);
  }
  end_back_off();
}

void TcpRtoEstimator::end_back_off() {
  if (has_sample_) {
    const Duration margin = std::max(limits_.margin, kVariations * variation_);
    rto_ = std::clamp(smoothed_ + margin, limits_.min, limits_.max);
  } else {
    rto_ = limits_.initial;
  }
}

void TcpRtoEstimator::back_off() { rto_ = std::min(rto_ * 2, limits_.max); }

void TcpRtoEstimator::restart_after_handshake_timeout() {
  if (!has_sample_) {
    rto_ = std::min<Duration>(std::chrono::seconds(3), limits_.max);
  }
}

}  // namespace violin
