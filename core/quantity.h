// Sizes and rates as types, and the exact time that bytes take at a rate.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

#include "core/require.h"
#include "core/time.h"

namespace violin {

struct Bytes {
  std::uint64_t value = 0;

  constexpr auto operator<=>(const Bytes&) const = default;
  constexpr Bytes& operator+=(Bytes other) {
    value += other.value;
    return *this;
  }
  constexpr Bytes& operator-=(Bytes other) {
    value -= other.value;
    return *this;
  }
  friend constexpr Bytes operator+(Bytes a, Bytes b) { return Bytes{a.value + b.value}; }
  friend constexpr Bytes operator-(Bytes a, Bytes b) { return Bytes{a.value - b.value}; }
};

// Bits per second, at least 1.
class BitRate {
 public:
  // Throws std::logic_error on 0: a link that carries nothing is a link that is down.
  static constexpr BitRate bps(std::uint64_t bits_per_second) {
    require(bits_per_second > 0, "a bit rate is at least 1 bit/s");
    return BitRate(bits_per_second);
  }
  static constexpr BitRate kbps(std::uint64_t v) { return bps(v * 1'000); }
  static constexpr BitRate mbps(std::uint64_t v) { return bps(v * 1'000'000); }
  static constexpr BitRate gbps(std::uint64_t v) { return bps(v * 1'000'000'000); }

  constexpr std::uint64_t bits_per_second() const { return bits_per_second_; }
  constexpr auto operator<=>(const BitRate&) const = default;

 private:
  explicit constexpr BitRate(std::uint64_t v) : bits_per_second_(v) {}
  std::uint64_t bits_per_second_;
};

// Frames that are handled per second, whatever their size.
struct FrameRate {
  std::uint64_t per_second = 0;
  constexpr auto operator<=>(const FrameRate&) const = default;
};

// Serialisation times of consecutive frames, exact over any number of them: the part of a
// nanosecond that one frame leaves over is carried into the next.
class Serialiser {
 public:
  // Time to put `size` (at most 2 GiB) on the wire at `rate`.
  Duration next(Bytes size, BitRate rate) {
    const std::uint64_t bit_ns = size.value * 8 * 1'000'000'000;
    const std::uint64_t per_second = rate.bits_per_second();
    if (rate != rate_) {
      carry_ = 0;
      rate_ = rate;
    }
    const std::uint64_t total = bit_ns + carry_;
    carry_ = total % per_second;
    return Duration(static_cast<std::int64_t>(total / per_second));
  }

 private:
  BitRate rate_ = BitRate::bps(1);
  std::uint64_t carry_ = 0;  // in units of 1 ns x 1 bit/s, < rate_
};

// "10Mbit/s", "1500B", "64KiB": the largest unit that is exact.
std::string to_string(BitRate rate);
std::string to_string(Bytes size);

}  // namespace violin
