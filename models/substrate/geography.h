// Delay from where hosts are: the great circle at the speed of light in fibre, times an inflation
// for the detours that cables and routes take.
//
// Sources: haversine formula on the sphere with the mean Earth radius R1 = 6371.0088 km of the IUGG
// (Moritz, "Geodetic Reference System 1980"), within 0.6 % of the ellipsoid. Light in fibre covers
// 200 km per millisecond (2/3 c).
#pragma once

#include "core/time.h"

namespace violin {

// Degrees, north and east positive: latitude in [-90, 90], longitude in [-180, 180].
struct Coordinates {
  double latitude = 0;
  double longitude = 0;

  bool valid() const;  // both in range and finite
  bool operator==(const Coordinates&) const = default;
};

double great_circle_km(Coordinates a, Coordinates b);

struct GeographicDelay {
  // The path's delay over that of light in fibre along the great circle, at least 1. The default
  // makes 4/9 c, a speed that end-to-end delays in the Internet rarely exceed: Katz-Bassett et al.,
  // "Towards IP geolocation using delay and topology measurements", IMC 2006. It is thus on the
  // optimistic side; raise it for badly connected regions.
  double inflation = 1.5;
  // Added to every path between two different hosts: last miles and processing.
  Duration fixed{0};

  // One way. Throws std::logic_error unless inflation >= 1 and fixed >= 0.
  Duration over(double kilometres) const;
};

}  // namespace violin
