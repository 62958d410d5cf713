// What is known of a path's round-trip time.
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/time.h"

namespace violin {

// Smoothed as RFC 6298 section 2 does it (gains 1/8 and 1/4).
struct RoundTrip {
  std::uint64_t samples = 0;
  Duration last{};
  Duration least{};
  Duration smoothed{};
  Duration variation{};

  void add(Duration sample) {
    last = sample;
    if (samples++ == 0) {
      least = sample;
      smoothed = sample;
      variation = sample / 2;
      return;
    }
    least = std::min(least, sample);
    variation += (std::chrono::abs(smoothed - sample) - variation) / 4;
    smoothed += (sample - smoothed) / 8;
  }
  // By when an answer is there.
  Duration timeout() const { return smoothed + 4 * variation; }
};

}  // namespace violin
