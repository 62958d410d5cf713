// A rate limit: over any interval t at most burst + t * rate events pass. Exact: nothing is
// rounded.
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/quantity.h"
#include "core/require.h"
#include "core/time.h"

namespace violin {

class TokenBucket {
 public:
  // Full at `now`. A rate of 0 lets nothing pass. A bug (std::logic_error) if burst is 0.
  TokenBucket(FrameRate rate, std::uint32_t burst, TimePoint now = kRunStart)
      : rate_(rate.per_second),
        capacity_(burst * kToken),
        level_(rate_ == 0 ? 0 : capacity_),
        filled_(now) {
    require(burst > 0, "a token bucket holds at least one token");
  }

  // Takes a token if there is one. Times do not go backwards.
  bool take(TimePoint now) {
    refill(now);
    if (level_ < kToken) {
      return false;
    }
    level_ -= kToken;
    return true;
  }

 private:
  // A token is 1e9 units, so that 1 ns at 1/s is one unit.
  static constexpr std::uint64_t kToken = 1'000'000'000;

  void refill(TimePoint now) {
    const auto elapsed = static_cast<std::uint64_t>((now - filled_).count());
    filled_ = now;
    if (rate_ == 0) {
      return;
    }
    const std::uint64_t missing = capacity_ - level_;
    level_ += elapsed > missing / rate_ ? missing : std::min(missing, elapsed * rate_);
  }

  std::uint64_t rate_;
  std::uint64_t capacity_;
  std::uint64_t level_;
  TimePoint filled_;
};

}  // namespace violin
