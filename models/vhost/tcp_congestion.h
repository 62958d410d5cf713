// Congestion control as a strategy: a sender keeps the window, an algorithm says how it grows
// beyond slow start and how far it falls.
//
// Windows are bytes, as RFC 5681 counts them. Slow start is the same for all algorithms and is
// here: RFC 5681 section 3.1 with byte counting of at most two segments per acknowledgment (RFC
// 3465), one after a timeout.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "core/time.h"
#include "models/vhost/tcp_config.h"

namespace violin {

struct TcpWindow {
  // "Arbitrarily high" (RFC 5681 section 3.1): nothing has been lost yet.
  static constexpr std::int64_t kUnknownThreshold = std::int64_t{1} << 40;

  std::int64_t segment = 536;                  // SMSS: payload bytes of a full-size segment
  std::int64_t window = 0;                     // cwnd
  std::int64_t threshold = kUnknownThreshold;  // ssthresh

  bool in_slow_start() const { return window < threshold; }
};

// Why the window falls.
enum class TcpLoss : std::uint8_t { kFastRecovery, kTimeout };

struct TcpAcked {
  std::int64_t bytes = 0;  // newly acknowledged
  Duration smoothed_rtt{0};
  TimePoint now{};
};

class TcpCongestionControl {
 public:
  virtual ~TcpCongestionControl() = default;
  virtual std::string_view name() const = 0;
  // New data were acknowledged in congestion avoidance, while the window was what limited sending.
  virtual void grow(TcpWindow& window, const TcpAcked& acked) = 0;
  // The slow-start threshold after a loss with `flight` bytes outstanding; the window is the
  // sender's to set.
  virtual std::int64_t threshold_after(TcpLoss loss, const TcpWindow& window, std::int64_t flight,
                                       TimePoint now) = 0;
  // Nothing was outstanding for so long.
  virtual void on_idle(Duration idle) = 0;
};

std::unique_ptr<TcpCongestionControl> make_congestion_control(const TcpConfig& config);

// Grows the window in slow start, to the threshold at most. Returns what of `acked` is left for
// congestion avoidance. `limit` is how many segments one acknowledgment may add.
std::int64_t grow_in_slow_start(TcpWindow& window, std::int64_t acked, std::int64_t limit);

// RFC 6928: min(n MSS, max(2 MSS, 14600)) for n = 10; other n scale with it.
std::int64_t initial_window(std::int64_t segment, std::uint32_t segments);

}  // namespace violin
