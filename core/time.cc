#include "core/time.h"

#include <array>
#include <cmath>
#include <limits>

#include "core/require.h"

namespace violin {

Duration from_seconds(double seconds) {
  require(!std::isnan(seconds), "a duration is a number");
  const double ns = std::nearbyint(seconds * 1e9);
  if (ns >= 9.2233720368547758e18) {
    return Duration::max();
  }
  if (ns <= -9.2233720368547758e18) {
    return Duration::min();
  }
  return Duration(static_cast<std::int64_t>(ns));
}

namespace {

struct Unit {
  std::int64_t ns;
  const char* name;
};
constexpr std::array kUnits = {Unit{1'000'000'000, "s"}, Unit{1'000'000, "ms"}, Unit{1'000, "us"},
                               Unit{1, "ns"}};

std::string decimal(std::uint64_t magnitude, std::uint64_t unit) {
  std::string text = std::to_string(magnitude / unit);
  std::uint64_t rest = magnitude % unit;
  if (rest == 0) {
    return text;
  }
  text += '.';
  while (rest != 0) {
    rest *= 10;
    text += static_cast<char>('0' + rest / unit);
    rest %= unit;
  }
  return text;
}

}  // namespace

std::string to_string(Duration d) {
  if (d.count() == 0) {
    return "0s";
  }
  const bool negative = d.count() < 0;
  const std::uint64_t magnitude =
      negative ? 0 - static_cast<std::uint64_t>(d.count()) : static_cast<std::uint64_t>(d.count());
  const Unit* unit = kUnits.data();
  while (magnitude < static_cast<std::uint64_t>(unit->ns)) {
    ++unit;
  }
  std::string text(negative ? 1 : 0, '-');
  text += decimal(magnitude, static_cast<std::uint64_t>(unit->ns));
  text += unit->name;
  return text;
}

}  // namespace violin
