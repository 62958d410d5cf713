#include "scenarios/load/quantities.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <span>
#include <utility>
#include <vector>

#include "core/require.h"
#include "scenarios/load/did_you_mean.h"

namespace violin::scenario {

namespace {

struct Unit {
  const char* name;
  long double factor;  // in base units
};

struct Quantity {
  const char* what;
  const char* example;
  std::span<const Unit> units;
  const char* listed;  // the units as told to users
  bool may_be_zero;
  long double most;  // in base units
  const char* most_told;
};

constexpr std::array kTimeUnits = {Unit{"ns", 1},  Unit{"us", 1e3},   Unit{"ms", 1e6},
                                   Unit{"s", 1e9}, Unit{"min", 60e9}, Unit{"h", 3600e9}};
constexpr std::array kRateUnits = {Unit{"bit/s", 1},    Unit{"kbit/s", 1e3}, Unit{"Mbit/s", 1e6},
                                   Unit{"Gbit/s", 1e9}, Unit{"bps", 1},      Unit{"kbps", 1e3},
                                   Unit{"Mbps", 1e6},   Unit{"Gbps", 1e9}};
constexpr std::array kFrameRateUnits = {Unit{"frames/s", 1}, Unit{"kframes/s", 1e3},
                                        Unit{"Mframes/s", 1e6}};
constexpr std::array kSizeUnits = {Unit{"B", 1},           Unit{"kB", 1e3},   Unit{"MB", 1e6},
                                   Unit{"GB", 1e9},        Unit{"KiB", 1024}, Unit{"MiB", 1048576},
                                   Unit{"GiB", 1073741824}};

constexpr Quantity kTime{"a time", "10ms",    kTimeUnits, "ns us ms s min h",
                         true,     3.1536e18, "100 years"};
constexpr Quantity kRate{"a bit rate", "10Mbit/s", kRateUnits, "bit/s kbit/s Mbit/s Gbit/s",
                         false,        1e15,       "1 Pbit/s"};
constexpr Quantity kFrames{
    "a frame rate", "30kframes/s", kFrameRateUnits, "frames/s kframes/s Mframes/s",
    false,          1e12,          "10^12 frames/s"};
constexpr Quantity kSize{"a size", "64KiB", kSizeUnits, "B kB MB GB KiB MiB GiB",
                         true,     0x1p60,  "1 EiB"};

std::string expected(const Quantity& quantity, std::string_view text) {
  return fmt::format("expected {} with its unit, such as {}, got '{}'", quantity.what,
                     quantity.example, text);
}

std::string unknown_unit(const Quantity& quantity, std::string_view unit) {
  std::vector<std::string> names;
  for (const Unit& known : quantity.units) {
    names.emplace_back(known.name);
  }
  return fmt::format("'{}' is not a unit of {} (units: {}){}", unit, quantity.what, quantity.listed,
                     did_you_mean(unit, names));
}

struct Number {
  std::optional<long double> value;
  std::string_view rest;
};

// The number that the text begins with. A magnitude that no double holds is infinite.
Number leading_number(std::string_view text) {
  long double value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error == std::errc::invalid_argument || std::isnan(value)) {
    return {};
  }
  if (error == std::errc::result_out_of_range) {
    value = HUGE_VALL;
  }
  std::string_view rest(stop, static_cast<std::size_t>(end - stop));
  rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
  return {value, rest};
}

std::string problem_with(const Quantity& quantity, long double value, long double rounded,
                         std::string_view text) {
  if (std::signbit(value) && value != 0) {
    return fmt::format("'{}' is negative; {} is {}", text, quantity.what,
                       quantity.may_be_zero ? "at least 0" : "more than 0");
  }
  if (!(value <= quantity.most)) {
    return fmt::format("'{}' is absurd: more than {}", text, quantity.most_told);
  }
  if (value == 0 && !quantity.may_be_zero) {
    return fmt::format("'{}' is nothing at all; {} is more than 0", text, quantity.what);
  }
  if (value != 0 && rounded == 0) {
    return fmt::format("'{}' is less than 1{}", text, quantity.units[0].name);
  }
  return {};
}

Parsed<std::uint64_t> parse(const Quantity& quantity, std::string_view text) {
  const Number number = leading_number(text);
  if (!number.value) {
    return {{}, expected(quantity, text)};
  }
  if (number.rest.empty()) {
    return {{},
            fmt::format("'{}' has no unit; expected {} such as {} (units: {})", text, quantity.what,
                        quantity.example, quantity.listed)};
  }
  for (const Unit& unit : quantity.units) {
    if (number.rest == unit.name) {
      const long double value = *number.value * unit.factor;
      const long double rounded = std::nearbyint(value);
      std::string problem = problem_with(quantity, value, rounded, text);
      if (!problem.empty()) {
        return {{}, std::move(problem)};
      }
      return {static_cast<std::uint64_t>(rounded), {}};
    }
  }
  return {{}, unknown_unit(quantity, number.rest)};
}

template <typename T, typename Make>
Parsed<T> parse_as(const Quantity& quantity, std::string_view text, Make make) {
  const Parsed<std::uint64_t> base = parse(quantity, text);
  if (!base.value) {
    return {{}, base.problem};
  }
  return {make(*base.value), {}};
}

template <typename T>
std::optional<T> checked(const std::string& text, Parsed<T> (*parser)(std::string_view)) {
  if (text.empty()) {
    return std::nullopt;
  }
  const Parsed<T> parsed = parser(text);
  require(parsed.value.has_value(), "the loader has checked every quantity");
  return parsed.value;
}

}  // namespace

Parsed<Duration> parse_duration(std::string_view text) {
  return parse_as<Duration>(
      kTime, text, [](std::uint64_t ns) { return Duration(static_cast<std::int64_t>(ns)); });
}

Parsed<BitRate> parse_bit_rate(std::string_view text) {
  return parse_as<BitRate>(kRate, text, BitRate::bps);
}

Parsed<FrameRate> parse_frame_rate(std::string_view text) {
  return parse_as<FrameRate>(kFrames, text, [](std::uint64_t n) { return FrameRate{n}; });
}

Parsed<Bytes> parse_size(std::string_view text) {
  return parse_as<Bytes>(kSize, text, [](std::uint64_t n) { return Bytes{n}; });
}

Parsed<double> parse_probability(std::string_view text) {
  const Number number = leading_number(text);
  if (!number.value || (!number.rest.empty() && number.rest != "%")) {
    return {{}, fmt::format("expected a probability such as 1% or 0.01, got '{}'", text)};
  }
  const long double value = number.rest.empty() ? *number.value : *number.value / 100;
  if (!(value >= 0 && value <= 1)) {
    return {{},
            fmt::format("'{}' is not a probability: they are from 0 to 1, or 0% to 100%", text)};
  }
  return {static_cast<double>(value), {}};
}

std::optional<Duration> duration(const std::string& text) { return checked(text, parse_duration); }
std::optional<BitRate> bit_rate(const std::string& text) { return checked(text, parse_bit_rate); }
std::optional<FrameRate> frame_rate(const std::string& text) {
  return checked(text, parse_frame_rate);
}
std::optional<Bytes> size(const std::string& text) { return checked(text, parse_size); }
std::optional<double> probability(const std::string& text) {
  return checked(text, parse_probability);
}

std::string to_string(FrameRate rate) {
  const std::uint64_t n = rate.per_second;
  if (n != 0 && n % 1'000'000 == 0) {
    return fmt::format("{}Mframes/s", n / 1'000'000);
  }
  if (n != 0 && n % 1'000 == 0) {
    return fmt::format("{}kframes/s", n / 1'000);
  }
  return fmt::format("{}frames/s", n);
}

}  // namespace violin::scenario
