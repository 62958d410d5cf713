// The timestamps option of one connection: round trips (RTTM) and protection against sequence
// numbers that have wrapped (PAWS). Source: RFC 7323 sections 4 and 5. Departs from it: the clock
// ticks every microsecond, as Linux's may (section 5.4 asks for 1 ms at the least), so a value is
// taken for outdated after 30 minutes instead of 24 days (section 5.5).
#pragma once

#include <cstdint>
#include <optional>

#include "core/time.h"
#include "models/wire/tcp.h"

namespace violin {

class TcpTimestampClock {
 public:
  // `offset` makes the values of two connections unrelated.
  explicit TcpTimestampClock(std::uint32_t offset) : offset_(offset) {}

  bool enabled() const { return enabled_; }
  void enable() { enabled_ = true; }

  // What a segment that is sent now carries.
  wire::TcpTimestamps stamp(TimePoint now) const { return {ticks(now), recent_}; }

  // PAWS: the segment is older than what has been seen (section 5.3 R1).
  bool outdated(std::uint32_t value, TimePoint now) const {
    return static_cast<std::int32_t>(value - recent_) < 0 && now - noted_at_ < kValidFor;
  }
  // Of a segment that covers the last acknowledged position (section 4.3).
  void note(std::uint32_t value, TimePoint now) {
    recent_ = value;
    noted_at_ = now;
  }

  // The round trip of a segment whose stamp comes back; none if it is none of ours.
  std::optional<Duration> round_trip(std::uint32_t echo, TimePoint now) const {
    const auto elapsed = static_cast<std::int32_t>(ticks(now) - echo);
    if (elapsed < 0) {
      return std::nullopt;
    }
    return std::chrono::microseconds(elapsed);
  }

 private:
  static constexpr Duration kValidFor = std::chrono::minutes(30);

  std::uint32_t ticks(TimePoint now) const {
    return offset_ +
           static_cast<std::uint32_t>(now.time_since_epoch() / std::chrono::microseconds(1));
  }

  std::uint32_t offset_;
  std::uint32_t recent_ = 0;  // TS.Recent
  TimePoint noted_at_{};
  bool enabled_ = false;
};

}  // namespace violin
