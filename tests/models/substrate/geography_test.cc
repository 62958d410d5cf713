#include "models/substrate/geography.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>
#include <ostream>
#include <stdexcept>

namespace violin {
namespace {

using namespace std::chrono_literals;

constexpr Coordinates kJfk{40.639801, -73.7789};

struct Leg {
  const char* name;
  Coordinates from;
  Coordinates to;
  double km;
};
void PrintTo(const Leg& leg, std::ostream* out) { *out << leg.name; }

class GreatCircle : public testing::TestWithParam<Leg> {};

// Geodesic distances on the WGS 84 ellipsoid between airports, as published by the Great Circle
// Mapper (gcmap.com); the sphere is within 0.6 % of them.
TEST_P(GreatCircle, AgreesWithPublishedDistances) {
  const Leg& leg = GetParam();
  EXPECT_NEAR(great_circle_km(leg.from, leg.to), leg.km, leg.km * 0.006);
  EXPECT_DOUBLE_EQ(great_circle_km(leg.from, leg.to), great_circle_km(leg.to, leg.from));
}

INSTANTIATE_TEST_SUITE_P(
    Airports, GreatCircle,
    testing::Values(Leg{"JFK-LHR", kJfk, {51.4706, -0.461941}, 5554},
                    Leg{"JFK-LAX", kJfk, {33.942501, -118.407997}, 3983},
                    Leg{"LHR-SYD", {51.4706, -0.461941}, {-33.946098, 151.177002}, 17016}));

TEST(GreatCircle, OfAQuarterOfTheMeridianIsAQuarterOfTheCircumference) {
  EXPECT_NEAR(great_circle_km({0, 0}, {90, 0}), 6371.0088 * std::numbers::pi / 2, 1e-6);
}

TEST(GreatCircle, OfAntipodesIsHalfOfTheCircumference) {
  EXPECT_NEAR(great_circle_km({37, 20}, {-37, -160}), 6371.0088 * std::numbers::pi, 1e-3);
}

TEST(GreatCircle, CrossesTheDateLineTheShortWay) {
  EXPECT_NEAR(great_circle_km({0, 179.5}, {0, -179.5}), 6371.0088 * std::numbers::pi / 180, 1e-6);
}

TEST(GeographicDelay, IsOneMillisecondForTwoHundredKilometresWithoutInflation) {
  EXPECT_EQ((GeographicDelay{1.0, 0ns}.over(200)), 1ms);
}

TEST(GeographicDelay, IsFourNinthsOfTheSpeedOfLightByDefault) {
  // 2/3 c taken as 200 km/ms makes 4/9 c 133.3 km/ms.
  EXPECT_EQ(GeographicDelay{}.over(400), 3ms);
}

TEST(GeographicDelay, AddsTheFixedPart) {
  EXPECT_EQ((GeographicDelay{2.0, 300us}.over(200)), 2300us);
}

TEST(GeographicDelay, RefusesToBeFasterThanLight) {
  EXPECT_THROW((GeographicDelay{0.9, 0ns}.over(1)), std::logic_error);
  EXPECT_THROW((GeographicDelay{1.0, -1ns}.over(1)), std::logic_error);
}

TEST(Coordinates, AreValidOnTheGlobeOnly) {
  EXPECT_TRUE((Coordinates{-90, 180}.valid()));
  EXPECT_FALSE((Coordinates{90.1, 0}.valid()));
  EXPECT_FALSE((Coordinates{0, -180.1}.valid()));
  EXPECT_FALSE((Coordinates{std::numeric_limits<double>::quiet_NaN(), 0}.valid()));
}

}  // namespace
}  // namespace violin
