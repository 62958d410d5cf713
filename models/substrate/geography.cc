#include "models/substrate/geography.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/require.h"

namespace violin {
namespace {

constexpr double kMeanEarthRadiusKm = 6371.0088;
constexpr double kFibreKmPerSecond = 200'000;

double radians(double degrees) { return degrees * (std::numbers::pi / 180); }
double squared(double x) { return x * x; }

}  // namespace

bool Coordinates::valid() const {
  return std::abs(latitude) <= 90 && std::abs(longitude) <= 180;  // false for a NaN
}

double great_circle_km(Coordinates a, Coordinates b) {
  const double phi_a = radians(a.latitude);
  const double phi_b = radians(b.latitude);
  const double haversine =
      squared(std::sin((phi_b - phi_a) / 2)) +
      std::cos(phi_a) * std::cos(phi_b) * squared(std::sin(radians(b.longitude - a.longitude) / 2));
  return 2 * kMeanEarthRadiusKm * std::asin(std::sqrt(std::min(1.0, haversine)));
}

Duration GeographicDelay::over(double kilometres) const {
  require(std::isfinite(inflation) && inflation >= 1, "no path is shorter than the great circle");
  require(fixed >= Duration{0}, "a fixed delay is not negative");
  return fixed + from_seconds(kilometres / kFibreKmPerSecond * inflation);
}

}  // namespace violin
