// How punctual a live run is (promise 5): by how much timed departures were late, against a bound.
#pragma once

#include <nlohmann/json.hpp>

#include "core/metrics.h"
#include "core/time.h"

namespace violin {

struct Punctuality {
  std::uint64_t departures = 0;
  Duration p50{};
  Duration p99{};
  Duration worst{};

  static constexpr Duration kValidP99 = std::chrono::milliseconds(1);
  static constexpr Duration kDegradedP99 = std::chrono::milliseconds(10);

  static Punctuality of(const Histogram& lateness);
  // "valid", "degraded" or "invalid".
  const char* verdict() const;
  nlohmann::json json() const;
};

}  // namespace violin
