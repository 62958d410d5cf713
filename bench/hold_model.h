// The hold model of Jones, "An empirical comparison of priority-queue and event-set
// implementations", CACM 29(4), 1986: a constant number of pending events; the first is taken and
// armed anew after a random increment, here exponential with a mean of 1 ms.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "core/random.h"

namespace violin::bench {

// Increments drawn beforehand, so that only the queue is timed.
class HoldIncrements {
 public:
  explicit HoldIncrements(double mean_ns = 1e6) : values_(kSize) {
    RandomStream random(1, "hold");
    for (auto& value : values_) {
      value = static_cast<std::int64_t>(-std::log(1.0 - random.uniform()) * mean_ns) + 1;
    }
  }
  std::int64_t next() { return values_[index_++ & (kSize - 1)]; }

 private:
  static constexpr std::size_t kSize = std::size_t{1} << 16;
  std::vector<std::int64_t> values_;
  std::size_t index_ = 0;
};

}  // namespace violin::bench
