// The text of quantities: a decimal number and a unit, "10ms", "1.5 Gbit/s", "64KiB".
//
// parse_*: for the loader: a value, or what is wrong. The others are for whoever reads a loaded
// scenario, whose texts are all valid: empty text is std::nullopt, bad text is a bug
// (std::logic_error).
//
// A number without unit is refused, as are negative ones, NaN, what rounds to zero without being
// zero, and absurd magnitudes: more than 100 years, 1 Pbit/s, 10^12 frames/s or 1 EiB.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/quantity.h"
#include "core/time.h"

namespace violin::scenario {

// Frames per second, at least 1.
struct FrameRate {
  std::uint64_t per_second = 1;

  auto operator<=>(const FrameRate&) const = default;
};

template <typename T>
struct Parsed {
  std::optional<T> value;
  std::string problem;  // if there is no value: what was expected
};

Parsed<Duration> parse_duration(std::string_view text);     // ns us ms s min h
Parsed<BitRate> parse_bit_rate(std::string_view text);      // bit/s..Gbit/s, bps..Gbps
Parsed<FrameRate> parse_frame_rate(std::string_view text);  // frames/s kframes/s Mframes/s
Parsed<Bytes> parse_size(std::string_view text);            // B kB MB GB KiB MiB GiB
Parsed<double> parse_probability(std::string_view text);    // "1%" or 0.01; [0, 1]

std::optional<Duration> duration(const std::string& text);
std::optional<BitRate> bit_rate(const std::string& text);
std::optional<FrameRate> frame_rate(const std::string& text);
std::optional<Bytes> size(const std::string& text);
std::optional<double> probability(const std::string& text);

// "30kframes/s": the largest unit that is exact. Others are in core.
std::string to_string(FrameRate rate);

}  // namespace violin::scenario
