// Time since the run began: 64-bit nanoseconds (292 years). Only the kernel tells what time it is;
// RunClock has no now() so that nothing else can.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace violin {

using Duration = std::chrono::nanoseconds;

struct RunClock {
  using duration = Duration;
  using rep = Duration::rep;
  using period = Duration::period;
  using time_point = std::chrono::time_point<RunClock, Duration>;
  static constexpr bool is_steady = true;
};

using TimePoint = RunClock::time_point;

inline constexpr TimePoint kRunStart{};
inline constexpr TimePoint kNever = TimePoint::max();

constexpr double to_seconds(Duration d) { return static_cast<double>(d.count()) * 1e-9; }
constexpr double to_seconds(TimePoint t) { return to_seconds(t.time_since_epoch()); }

// Nearest nanosecond; saturates at the ends of the range. A NaN is a bug (std::logic_error).
Duration from_seconds(double seconds);

// Shortest exact text with a unit: "10ms", "1.5s", "17ns".
std::string to_string(Duration d);

}  // namespace violin
