// Storm control: token buckets that limit how many frames of a kind one ingress port may make a
// switch flood.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "core/quantity.h"
#include "core/time.h"
#include "core/token_bucket.h"

namespace violin {

// At least 1 frame/s; `burst` frames (at least 1) may pass at once after a pause long enough.
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
    return limit ? std::optional(TokenBucket(limit->rate, limit->burst, now)) : std::nullopt;
  }
  std::array<std::optional<TokenBucket>, kFloodKinds> buckets_;
};

}  // namespace violin
