#include "scenarios/load/quantities.h"

namespace violin::scenario {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

TEST(Duration, TakesEveryUnit) {
  EXPECT_EQ(parse_duration("17ns").value, 17ns);
  EXPECT_EQ(parse_duration("17us").value, 17us);
  EXPECT_EQ(parse_duration("10ms").value, 10ms);
  EXPECT_EQ(parse_duration("3s").value, 3s);
  EXPECT_EQ(parse_duration("2min").value, 120s);
  EXPECT_EQ(parse_duration("1h").value, 3600s);
}

TEST(Duration, TakesFractionsExactlyToTheNanosecond) {
  EXPECT_EQ(parse_duration("1.5ms").value, 1'500'000ns);
  EXPECT_EQ(parse_duration("0.1us").value, 100ns);
  EXPECT_EQ(parse_duration("1e-3 s").value, 1ms);
  EXPECT_EQ(parse_duration("123456789.123456789s").value, 123'456'789'123'456'789ns);
}

TEST(Duration, MayBeZero) { EXPECT_EQ(parse_duration("0s").value, 0ns); }

TEST(BitRate, TakesBothSpellings) {
  EXPECT_EQ(parse_bit_rate("9600bit/s").value, BitRate::bps(9600));
  EXPECT_EQ(parse_bit_rate("64kbit/s").value, BitRate::kbps(64));
  EXPECT_EQ(parse_bit_rate("10Mbit/s").value, BitRate::mbps(10));
  EXPECT_EQ(parse_bit_rate("2.5Gbit/s").value, BitRate::mbps(2500));
  EXPECT_EQ(parse_bit_rate("9600bps").value, BitRate::bps(9600));
  EXPECT_EQ(parse_bit_rate("64 kbps").value, BitRate::kbps(64));
  EXPECT_EQ(parse_bit_rate("10Mbps").value, BitRate::mbps(10));
  EXPECT_EQ(parse_bit_rate("1Gbps").value, BitRate::gbps(1));
}

TEST(FrameRate, TakesEveryUnit) {
  EXPECT_EQ(parse_frame_rate("7frames/s").value, FrameRate{7});
  EXPECT_EQ(parse_frame_rate("30kframes/s").value, FrameRate{30'000});
  EXPECT_EQ(parse_frame_rate("1.2Mframes/s").value, FrameRate{1'200'000});
}

TEST(Size, TellsDecimalFromBinaryUnits) {
  EXPECT_EQ(parse_size("1500B").value, Bytes{1500});
  EXPECT_EQ(parse_size("64kB").value, Bytes{64'000});
  EXPECT_EQ(parse_size("64KiB").value, Bytes{65'536});
  EXPECT_EQ(parse_size("1MB").value, Bytes{1'000'000});
  EXPECT_EQ(parse_size("1MiB").value, Bytes{1'048'576});
  EXPECT_EQ(parse_size("2GB").value, Bytes{2'000'000'000});
  EXPECT_EQ(parse_size("2GiB").value, Bytes{2'147'483'648});
}

TEST(Probability, IsAFractionOrAPercentage) {
  EXPECT_DOUBLE_EQ(*parse_probability("1%").value, 0.01);
  EXPECT_DOUBLE_EQ(*parse_probability("0.01").value, 0.01);
  EXPECT_DOUBLE_EQ(*parse_probability("100 %").value, 1);
  EXPECT_DOUBLE_EQ(*parse_probability("0").value, 0);
}

struct Refusal {
  const char* text;
  const char* because;
};
void PrintTo(const Refusal& refusal, std::ostream* out) { *out << refusal.text; }

class RefusedDuration : public ::testing::TestWithParam<Refusal> {};
TEST_P(RefusedDuration, SaysWhatWasExpected) {
  const Parsed<Duration> parsed = parse_duration(GetParam().text);
  EXPECT_FALSE(parsed.value);
  EXPECT_EQ(parsed.problem, GetParam().because);
}
INSTANTIATE_TEST_SUITE_P(
    Durations, RefusedDuration,
    ::testing::Values(
        Refusal{"10", "'10' has no unit; expected a time such as 10ms (units: ns us ms s min h)"},
        Refusal{"", "expected a time with its unit, such as 10ms, got ''"},
        Refusal{"ms", "expected a time with its unit, such as 10ms, got 'ms'"},
        Refusal{"nan s", "expected a time with its unit, such as 10ms, got 'nan s'"},
        Refusal{"10 msec", "'msec' is not a unit of a time (units: ns us ms s min h)"},
        Refusal{"10mss",
                "'mss' is not a unit of a time (units: ns us ms s min h); did you mean 'ms'?"},
        Refusal{"10ms ",
                "'ms ' is not a unit of a time (units: ns us ms s min h); did you mean 'ms'?"},
        Refusal{"-1ms", "'-1ms' is negative; a time is at least 0"},
        Refusal{"1e30s", "'1e30s' is absurd: more than 100 years"},
        Refusal{"1e99999s", "'1e99999s' is absurd: more than 100 years"},
        Refusal{"inf s", "'inf s' is absurd: more than 100 years"},
        Refusal{"0.2ns", "'0.2ns' is less than 1ns"}));

TEST(BitRate, IsRefusedAtZero) {
  EXPECT_EQ(parse_bit_rate("0bit/s").problem,
            "'0bit/s' is nothing at all; a bit rate is more than 0");
}

TEST(BitRate, IsRefusedBelowZero) {
  EXPECT_EQ(parse_bit_rate("-1Mbit/s").problem,
            "'-1Mbit/s' is negative; a bit rate is more than 0");
}

TEST(BitRate, PointsOutTheCaseOfItsUnit) {
  EXPECT_THAT(parse_bit_rate("10mbit/s").problem, HasSubstr("did you mean 'Mbit/s'?"));
}

TEST(BitRate, IsNotASize) {
  EXPECT_THAT(parse_bit_rate("10MB").problem, HasSubstr("'MB' is not a unit of a bit rate"));
}

TEST(Probability, IsRefusedOutsideOfZeroToOne) {
  EXPECT_THAT(parse_probability("101%").problem, HasSubstr("from 0 to 1"));
  EXPECT_THAT(parse_probability("-0.1").problem, HasSubstr("from 0 to 1"));
  EXPECT_THAT(parse_probability("nan").problem, HasSubstr("expected a probability"));
  EXPECT_THAT(parse_probability("1 in 10").problem, HasSubstr("expected a probability"));
}

TEST(CheckedQuantity, IsAbsentWhereTheTextIsEmpty) {
  EXPECT_EQ(duration(""), std::nullopt);
  EXPECT_EQ(bit_rate(""), std::nullopt);
  EXPECT_EQ(frame_rate(""), std::nullopt);
  EXPECT_EQ(size(""), std::nullopt);
  EXPECT_EQ(probability(""), std::nullopt);
}

TEST(CheckedQuantity, IsABugWhereTheTextIsBad) { EXPECT_THROW(duration("10"), std::logic_error); }

TEST(FrameRate, PrintsInItsLargestExactUnit) {
  EXPECT_EQ(to_string(FrameRate{30'000}), "30kframes/s");
  EXPECT_EQ(to_string(FrameRate{2'000'000}), "2Mframes/s");
  EXPECT_EQ(to_string(FrameRate{1'234}), "1234frames/s");
}

}  // namespace
}  // namespace violin::scenario
