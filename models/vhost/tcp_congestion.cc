#include "models/vhost/tcp_congestion.h"

#include <algorithm>

#include "models/vhost/tcp_cubic.h"
#include "models/vhost/tcp_reno.h"

namespace violin {

std::unique_ptr<TcpCongestionControl> make_congestion_control(const TcpConfig& config) {
  if (config.congestion == TcpCongestion::kCubic) {
    return std::make_unique<TcpCubic>(config.cubic_exploration);
  }
  return std::make_unique<TcpReno>(config.byte_counting);
}

std::int64_t grow_in_slow_start(TcpWindow& window, std::int64_t acked, std::int64_t limit) {
  const std::int64_t allowed = std::min(acked, limit * window.segment);
  const std::int64_t grown = std::min(allowed, window.threshold - window.window);
  window.window += grown;
  return allowed - grown;
}

std::int64_t initial_window(std::int64_t segment, std::uint32_t segments) {
  constexpr std::int64_t kFullSegment = 1460;
  const std::int64_t n = segments;
  return std::min(n * segment, std::max(2 * segment, n * kFullSegment));
}

}  // namespace violin
