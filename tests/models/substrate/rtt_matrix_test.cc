#include "models/substrate/rtt_matrix.h"

#include <gtest/gtest.h>

#include "tests/models/substrate/failing_load.h"

namespace violin {
namespace {

using namespace std::chrono_literals;

Substrate load(std::string_view text, std::vector<std::string> names = {}) {
  return load_rtt_matrix({"test.txt", text}, {std::move(names), 1000});
}

TEST(RttMatrix, HalvesRoundTripsAndKeepsDirections) {
  const Substrate substrate = load("0\t10.5\n21\t0\n");
  EXPECT_EQ(substrate.delay(HostId{0}, HostId{1}), 5250us);
  EXPECT_EQ(substrate.delay(HostId{1}, HostId{0}), 10500us);
}

TEST(RttMatrix, NamesHostsByNumberUnlessNamesAreGiven) {
  EXPECT_EQ(load("0 1\n1 0\n").host(HostId{1}).name, "node1");
  EXPECT_EQ(load("0 1\n1 0\n", {"x", "y"}).find("y"), HostId{1});
}

class RttSeparators : public testing::TestWithParam<const char*> {};
TEST_P(RttSeparators, MayBeTabsBlanksOrCommas) {
  const Substrate substrate = load(GetParam());
  ASSERT_EQ(substrate.size(), 2U);
  EXPECT_EQ(substrate.delay(HostId{0}, HostId{1}), 1ms);
}
INSTANTIATE_TEST_SUITE_P(All, RttSeparators,
                         testing::Values("0\t2\n3\t0", "0 2\n3 0\n\n", "0, 2\r\n3, 0\r\n",
                                         "  0   2  \n3 0", "0\t2\t\n3\t0\t\n", "0,2,\n3,0,\n"));

TEST(RttMatrix, OfOneHostIsAMatrix) { EXPECT_EQ(load("0\n").size(), 1U); }

class BadRttMatrix : public testing::TestWithParam<BadText> {};
TEST_P(BadRttMatrix, IsRefusedAtItsPlace) {
  expect_first_problem(GetParam(), [] { load(GetParam().text); });
}
INSTANTIATE_TEST_SUITE_P(
    All, BadRttMatrix,
    testing::Values(BadText{"Empty", "", {0, 0}, "empty"},
                    BadText{"TooLarge", std::string(1001, '0'), {0, 0}, "limit of 1000"},
                    BadText{"InvalidUtf8", "0 1\n1 \xff\n", {2, 3}, "UTF-8"},
                    BadText{"Truncated", "0 1 2\n1 0 2\n", {3, 1}, "not square: 2 lines of 3"},
                    BadText{
                        "TruncatedInALine", "0 1 2\n1 0 2\n2 2", {3, 4}, "ends after 2 numbers"},
                    BadText{"TooManyLines", "0 1\n1 0\n1 2\n", {3, 1}, "not square: 3 lines of 2"},
                    BadText{"LineTooLong", "0 1\n1 0 7\n", {2, 5}, "too many"},
                    BadText{"LineTooShort", "0 1 1\n1 0\n1 1 0\n", {2, 4}, "ends after 2 numbers"},
                    BadText{"BlankFirstLine", "\n0 1\n1 0\n", {1, 1}, "blank line"},
                    BadText{"BlankLineWithin", "0 1\n\n1 0\n", {2, 1}, "ends after 0 numbers"},
                    BadText{"NoNumber", "0 1\nabc 0\n", {2, 1}, "'abc' is not a finite number"},
                    BadText{"NoNumberAtTheEnd", "0 1\n1.5ms 0\n", {2, 1}, "'1.5ms'"},
                    BadText{"MissingCell", "0\t\t1\n1\t0\t1\n1\t1\t0\n", {1, 3}, "''"},
                    BadText{"NotANumber", "0 nan\n1 0\n", {1, 3}, "'nan'"},
                    BadText{"Infinite", "0 inf\n1 0\n", {1, 3}, "'inf'"},
                    BadText{"Negative", "0 -3\n1 0\n", {1, 3}, "out of range"},
                    BadText{"Absurd", "0 1000000.5\n1 0\n", {1, 3}, "out of range"},
                    BadText{"ZeroOffTheDiagonal", "0 1\n0 0\n", {2, 1}, "not measured"},
                    BadText{"OtherThanZeroOnTheDiagonal", "0 1\n1 2\n", {2, 3}, "diagonal"},
                    BadText{"HeaderLine", "a b\n0 1\n1 0\n", {1, 1}, "'a'"},
                    BadText{"Prose", "hello", {1, 1}, "'hello'"}),
    name_of);

TEST(RttMatrix, TellsAllProblemsOfAFile) {
  const auto problems = problems_of([] { load("0 x\n-1 0\n"); });
  ASSERT_EQ(problems.size(), 2U);
  EXPECT_EQ(problems[1].line, 2U);
}

TEST(RttMatrix, TellsAtMostTwentyProblems) {
  std::string text;
  for (int i = 0; i < 100; ++i) {
    text += "x ";
  }
  EXPECT_EQ(problems_of([&] { load(text); }).size(), LoadProblems::kMost);
}

TEST(RttMatrix, RefusesNamesThatDoNotFit) {
  EXPECT_EQ(problems_of([] { load("0 1\n1 0\n", {"x"}); })[0].message,
            "has 2 hosts, but 1 names are given");
  EXPECT_EQ(problems_of([] {
              load("0 1\n1 0\n", {"x", "x"});
            })[0]
                .message,
            "two overlay hosts are called 'x'");
}

TEST(RttMatrix, TakesAMillionMilliseconds) {
  EXPECT_EQ(load("0 1000000\n1 0\n").delay(HostId{0}, HostId{1}), 500s);
}

}  // namespace
}  // namespace violin
