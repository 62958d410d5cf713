#include "models/vhost/tcp_reno.h"

#include <algorithm>

namespace violin {

void TcpReno::grow(TcpWindow& window, const TcpAcked& acked) {
  carry_ += (byte_counting_ ? acked.bytes : window.segment) * window.segment;
  const std::int64_t grown = carry_ / window.window;
  carry_ -= grown * window.window;
  window.window += grown;
}

std::int64_t TcpReno::threshold_after(TcpLoss, const TcpWindow& window, std::int64_t flight,
                                      TimePoint) {
  carry_ = 0;
  return std::max(flight / 2, 2 * window.segment);
}

}  // namespace violin
