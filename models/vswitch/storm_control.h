// Storm control: token buckets that limit how many frames of a kind one ingress port may make a
// switch flood.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "core/require.h"
#include "core/time.h"

namespace violin {

// Frames per second, at least 1.
class FrameRate {
 public:
  static constexpr FrameRate per_second(std::uint32_t frames) {
    require(frames > 0, "a frame rate is at least 1 frame/s");
    return FrameRate(frames);
  }
  constexpr std::uint32_t frames_per_second() const { return frames_per_second_; }
  constexpr auto operator<=>(const FrameRate&) const = default;

 private:
  explicit constexpr FrameRate(std::uint32_t v) : frames_per_second_(v) {}
  std::uint32_t frames_per_second_;
};

// `burst` frames (at least 1) may pass at once after a pause long enough.
struct StormLimit {
  FrameRate rate;
  std::uint32_t burst = 1;
};

enum class FloodKind : std::uint8_t { kBroadcast, kMulticast, kUnknownUnicast };
inline constexpr std::size_t kFloodKinds = 3;

// Without a limit a kind passes freely.
struct StormControl {
  std::optional<StormLimit> broadcast;
  std::optional<StormLimit> multicast;
  std::optional<StormLimit> unknown_unicast;

  bool limits_anything() const { return broadcast || multicast || unknown_unicast; }
};

// Over any interval t at most burst + t * rate frames pass, exactly: nothing is rounded. Starts
// full. Times do not go backwards.
class TokenBucket {
 public:
  TokenBucket(StormLimit limit, TimePoint now) : limit_(limit), level_(capacity()), filled_(now) {
    require(limit.burst > 0, "a storm limit lets at least one frame pass");
  }

  // Takes a token if there is one.
  bool take(TimePoint now) {
    refill(now);
    if (level_ < kToken) {
      return false;
    }
    level_ -= kToken;
    return true;
  }

 private:
  // A token is 1e9 units, so that 1 ns at 1 frame/s is one unit.
  static constexpr std::uint64_t kToken = 1'000'000'000;
  std::uint64_t capacity() const { return kToken * limit_.burst; }
  void refill(TimePoint now) {
    const auto elapsed = static_cast<std::uint64_t>((now - filled_).count());
    const std::uint64_t missing = capacity() - level_;
    const std::uint64_t rate = limit_.rate.frames_per_second();
    level_ += elapsed > missing / rate ? missing : std::min(missing, elapsed * rate);
    filled_ = now;
  }

  StormLimit limit_;
  std::uint64_t level_;
  TimePoint filled_;
};

// The buckets of one ingress port.
class StormGate {
 public:
  StormGate(const StormControl& control, TimePoint now)
      : buckets_{bucket(control.broadcast, now), bucket(control.multicast, now),
                 bucket(control.unknown_unicast, now)} {}

  // Whether a frame of this kind may be flooded.
  bool admit(FloodKind kind, TimePoint now) {
    auto& bucket = buckets_[static_cast<std::size_t>(kind)];
    return !bucket || bucket->take(now);
  }

 private:
  static std::optional<TokenBucket> bucket(const std::optional<StormLimit>& limit, TimePoint now) {
    return limit ? std::optional(TokenBucket(*limit, now)) : std::nullopt;
  }
  std::array<std::optional<TokenBucket>, kFloodKinds> buckets_;
};

}  // namespace violin
