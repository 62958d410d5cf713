// What the tests of loaders share: a bad text and the place at which its loader has to point.
#pragma once

#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <vector>

#include "models/substrate/load_error.h"

namespace violin {

struct BadText {
  const char* name;
  std::string text;
  TextPlace place;
  const char* message;  // a part of it
};
inline void PrintTo(const BadText& bad, std::ostream* out) { *out << bad.name; }

inline std::string name_of(const testing::TestParamInfo<BadText>& info) { return info.param.name; }

// The problems that `load()` throws; none if it does not.
template <typename Load>
std::vector<LoadProblem> problems_of(Load load) {
  try {
    load();
  } catch (const LoadError& error) {
    return {error.problems().begin(), error.problems().end()};
  }
  return {};
}

template <typename Load>
void expect_first_problem(const BadText& bad, Load load) {
  const std::vector<LoadProblem> problems = problems_of(load);
  ASSERT_FALSE(problems.empty()) << "loaded without a complaint";
  EXPECT_EQ(problems[0].source, "test.txt");
  EXPECT_EQ(problems[0].line, bad.place.line) << problems[0].to_string();
  EXPECT_EQ(problems[0].column, bad.place.column) << problems[0].to_string();
  EXPECT_NE(problems[0].message.find(bad.message), std::string::npos) << problems[0].to_string();
}

}  // namespace violin
