#include "models/substrate/text_fields.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/models/substrate/failing_load.h"

namespace violin {
namespace {

using testing::ElementsAre;

std::vector<std::string> texts(const std::vector<Field>& fields) {
  std::vector<std::string> result;
  for (const Field& field : fields) {
    result.emplace_back(field.text);
  }
  return result;
}

TEST(Lines, EndWithLfOrCrLfOrTheText) {
  Lines lines("a\r\n\nb");
  EXPECT_EQ(lines.next()->text, "a");
  EXPECT_EQ(lines.next()->text, "");
  const auto last = lines.next();
  EXPECT_EQ(last->text, "b");
  EXPECT_EQ(last->place, (TextPlace{3, 1}));
  EXPECT_FALSE(lines.next());
}

TEST(LineIndex, AgreesWithCounting) {
  const std::string_view text = "ab\n\ncde\n";
  const LineIndex index(text);
  for (std::size_t offset = 0; offset <= text.size(); ++offset) {
    EXPECT_EQ(index.at(offset), place_of(text, offset)) << offset;
  }
}

TEST(Words, AreSeparatedByBlanksAndKnowTheirPlace) {
  const auto fields = words({"  a\tbc ", {7, 1}});
  EXPECT_THAT(texts(fields), ElementsAre("a", "bc"));
  EXPECT_EQ(fields[1].place, (TextPlace{7, 5}));
}

TEST(Split, KeepsEmptyFields) {
  EXPECT_THAT(texts(split({"a,,b,", {1, 1}}, ',')), ElementsAre("a", "", "b", ""));
}

TEST(SplitCsv, TakesQuotedFieldsAsRfc4180Does) {
  LoadProblems problems("a");
  const auto fields = split_csv({R"("a,b",c,"say ""hi""",)", {1, 1}}, problems);
  ASSERT_TRUE(fields);
  EXPECT_THAT(texts(*fields), ElementsAre("a,b", "c", R"(say ""hi"")", ""));
  EXPECT_EQ((*fields)[0].place.column, 2U);
}

TEST(SplitCsv, TellsWhereAQuoteIsWrong) {
  for (const char* line : {"x,\"open", "x,\"a\"b,c", "x,\"open\"\""}) {
    LoadProblems problems("a");
    EXPECT_FALSE(split_csv({line, {1, 1}}, problems)) << line;
    const auto told = problems_of([&] { problems.throw_if_any(); });
    ASSERT_EQ(told.size(), 1U) << line;
    EXPECT_EQ(told[0].column, 3U) << line;
  }
}

TEST(Numbers, AreFiniteAndWhole) {
  EXPECT_EQ(to_number("-1.5e2"), -150);
  for (const char* text : {"", "1x", "nan", "inf", "1e999", "0x1p3", " 1", "+1"}) {
    EXPECT_EQ(to_number(text), std::nullopt) << text;
  }
  EXPECT_EQ(to_count("18446744073709551615"), 18446744073709551615U);
  EXPECT_EQ(to_count("18446744073709551616"), std::nullopt);
  EXPECT_EQ(to_count("-1"), std::nullopt);
}

}  // namespace
}  // namespace violin
