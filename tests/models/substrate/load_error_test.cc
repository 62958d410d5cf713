#include "models/substrate/load_error.h"

#include <gtest/gtest.h>

#include "tests/models/substrate/failing_load.h"

namespace violin {
namespace {

TEST(LoadProblem, ReadsAsCompilersWriteIt) {
  EXPECT_EQ((LoadProblem{"a.txt", 3, 17, "bad", "mend it"}.to_string()),
            "a.txt:3:17: bad (mend it)");
  EXPECT_EQ((LoadProblem{"a.txt", 0, 0, "is empty", ""}.to_string()), "a.txt: is empty");
}

TEST(LoadProblems, AreToldTogetherUpToABound) {
  LoadProblems problems("a");
  problems.throw_if_any();
  for (std::size_t i = 1; i <= 100; ++i) {
    problems.add({i, 1}, "bad");
  }
  const auto told = problems_of([&] { problems.throw_if_any(); });
  ASSERT_EQ(told.size(), LoadProblems::kMost);
  EXPECT_EQ(told.front().line, 1U);
}

TEST(PlaceOf, CountsLinesAndBytesFromOne) {
  EXPECT_EQ(place_of("ab\ncd", 0), (TextPlace{1, 1}));
  EXPECT_EQ(place_of("ab\ncd", 2), (TextPlace{1, 3}));
  EXPECT_EQ(place_of("ab\ncd", 4), (TextPlace{2, 2}));
}

TEST(CheckSource, RefusesWhatIsTooLargeBeforeReadingIt) {
  EXPECT_NO_THROW(check_source({"a", "1234"}, 4));
  EXPECT_THROW(check_source({"a", "12345"}, 4), LoadError);
}

TEST(CheckSource, RefusesWhatHasNothingButBlanks) {
  EXPECT_THROW(check_source({"a", ""}, 10), LoadError);
  EXPECT_THROW(check_source({"a", " \n\t\r\n"}, 10), LoadError);
}

class Utf8 : public testing::TestWithParam<BadText> {};

// RFC 3629 sections 3 and 4.
TEST_P(Utf8, IsChecked) {
  expect_first_problem(GetParam(), [] { check_source({"test.txt", GetParam().text}, 1000); });
}
INSTANTIATE_TEST_SUITE_P(
    Malformed, Utf8,
    testing::Values(BadText{"LoneContinuation", "abc\n\x80", {2, 1}, "'\\x80'"},
                    BadText{"OverlongSlash", "abcdefgh\xc0\xaf", {1, 9}, "'\\xc0'"},
                    BadText{"Surrogate", "\xed\xa0\x80", {1, 1}, "UTF-8"},
                    BadText{"BeyondUnicode", "\xf4\x90\x80\x80", {1, 1}, "UTF-8"},
                    BadText{"Truncated", "abc\xe2\x82", {1, 4}, "UTF-8"},
                    BadText{"Latin1", "Z\xfcrich\n", {1, 2}, "UTF-8"}),
    name_of);

TEST(Utf8, MayBeOfAnyLength) {
  EXPECT_NO_THROW(
      check_source({"a", "$\xc2\xa2\xe2\x82\xac\xf0\x90\x8d\x88 and ASCII \xc3\xbc"}, 100));
}

TEST(InQuotes, ShowsWhatCannotBePrintedAndStaysShort) {
  EXPECT_EQ(in_quotes("a b"), "'a b'");
  EXPECT_EQ(in_quotes("\n\xff"), "'\\x0a\\xff'");
  EXPECT_EQ(in_quotes(std::string(41, 'x')), "'" + std::string(40, 'x') + "...'");
}

}  // namespace
}  // namespace violin
