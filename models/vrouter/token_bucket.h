// A rate limit: `rate` events per second on average, at most `burst` at once. Exact: the time that
// an event costs is not rounded.
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/require.h"
#include "core/time.h"

namespace violin {

class TokenBucket {
 public:
  // Full at the start of the run. A rate of 0 lets nothing pass. A bug if burst is 0.
  TokenBucket(std::uint32_t rate, std::uint32_t burst)
      : rate_(rate), capacity_(burst * kToken), level_(capacity_) {
    require(burst > 0, "a token bucket holds at least one token");
  }

  bool take(TimePoint now) {
    const auto elapsed = static_cast<std::uint64_t>((now - last_).count());
    last_ = now;
    const bool full = rate_ == 0 ? false : elapsed >= capacity_ / rate_ + 1;
    level_ = full ? capacity_ : std::min(capacity_, level_ + elapsed * rate_);
    if (rate_ == 0 || level_ < kToken) {
      return false;
    }
    level_ -= kToken;
    return true;
  }

 private:
  static constexpr std::uint64_t kToken = 1'000'000'000;  // in units of 1 ns x 1/s

  std::uint64_t rate_;
  std::uint64_t capacity_;
  std::uint64_t level_;
  TimePoint last_ = kRunStart;
};

}  // namespace violin
