#include "datapath/agent/punctuality.h"

namespace violin {

Punctuality Punctuality::of(const Histogram& lateness) {
  const auto at = [](std::optional<std::uint64_t> value) {
    return Duration(static_cast<Duration::rep>(value.value_or(0)));
  };
  return {lateness.count(), at(lateness.quantile(0.5)), at(lateness.quantile(0.99)),
          at(lateness.max())};
}

const char* Punctuality::verdict() const {
  return p99 <= kValidP99 ? "valid" : p99 <= kDegradedP99 ? "degraded" : "invalid";
}

nlohmann::json Punctuality::json() const {
  return {{"verdict", verdict()},
          {"departures", departures},
          {"late_p50_s", to_seconds(p50)},
          {"late_p99_s", to_seconds(p99)},
          {"late_worst_s", to_seconds(worst)},
          {"bound_p99_s", to_seconds(kValidP99)}};
}

}  // namespace violin
