#include "core/time.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace violin {
namespace {

using namespace std::chrono_literals;

TEST(Time, WritesDurationsInTheLargestUnitThatTheyReach) {
  const std::pair<Duration, const char*> cases[] = {
      {0ns, "0s"},       {1ns, "1ns"},
      {999ns, "999ns"},  {1us, "1us"},
      {1500ns, "1.5us"}, {10ms, "10ms"},
      {1s, "1s"},        {1500ms, "1.5s"},
      {-20ms, "-20ms"},  {1'000'001us, "1.000001s"},
      {1h, "3600s"},     {1'000'000'001ns, "1.000000001s"},
  };
  for (const auto& [duration, text] : cases) {
    EXPECT_EQ(to_string(duration), text);
  }
}

TEST(Time, WritesTheEndsOfItsRangeExactly) {
  EXPECT_EQ(to_string(Duration::max()), "9223372036.854775807s");
  EXPECT_EQ(to_string(Duration::min()), "-9223372036.854775808s");
}

TEST(Time, RoundsSecondsToTheNearestNanosecond) {
  EXPECT_EQ(from_seconds(0.0015), 1500us);
  EXPECT_EQ(from_seconds(1e-9), 1ns);
  EXPECT_EQ(from_seconds(0.4e-9), 0ns);
  EXPECT_EQ(from_seconds(0.6e-9), 1ns);
  EXPECT_EQ(from_seconds(-2.5), -2500ms);
}

TEST(Time, SaturatesWhereSecondsExceedItsRange) {
  EXPECT_EQ(from_seconds(1e30), Duration::max());
  EXPECT_EQ(from_seconds(-1e30), Duration::min());
  EXPECT_EQ(from_seconds(std::numeric_limits<double>::infinity()), Duration::max());
  EXPECT_EQ(from_seconds(9.3e9), Duration::max());
}

TEST(Time, RefusesWhatIsNoNumber) { EXPECT_THROW(from_seconds(std::nan("")), std::logic_error); }

TEST(Time, GivesSecondsBack) {
  EXPECT_DOUBLE_EQ(to_seconds(1500ms), 1.5);
  EXPECT_DOUBLE_EQ(to_seconds(kRunStart + 20ms), 0.02);
}

}  // namespace
}  // namespace violin
