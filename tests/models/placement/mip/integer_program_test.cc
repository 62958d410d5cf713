#include "models/placement/mip/integer_program.h"

#include <cmath>

#include "core/random.h"

namespace violin::placement {
namespace {

using Status = ProgramAnswer::Status;

const KeepGoing kForever = [] { return true; };

IntegerProgram random_program(std::uint64_t seed) {
  RandomStream random(seed, "program");
  IntegerProgram program;
  const std::size_t columns = 1 + random() % 8;
  for (std::size_t i = 0; i < columns; ++i) {
    program.add({.cost = static_cast<double>(random() % 100) - 50, .integer = true});
  }
  for (std::size_t r = random() % 5; r > 0; --r) {
    Row row;
    for (std::size_t i = 0; i < columns; ++i) {
      if (random.chance(0.6)) {
        row.entries.emplace_back(i, static_cast<double>(random() % 20) - 10);
      }
    }
    const double side = static_cast<double>(random() % 20) - 10;
    (random.chance(0.5) ? row.lower : row.upper) = side;
    program.rows.push_back(row);
  }
  program.integral_cost = true;
  return program;
}

bool keeps(const Row& row, const std::vector<double>& values) {
  double sum = 0;
  for (const auto& [column, coefficient] : row.entries) {
    sum += coefficient * values[column];
  }
  return row.lower <= sum && sum <= row.upper;
}

// Over all vectors of zeros and ones; unlimited if none is a solution.
double cheapest(const IntegerProgram& program) {
  double best = kUnlimited;
  std::vector<double> values(program.columns.size());
  for (std::size_t bits = 0; bits < std::size_t{1} << values.size(); ++bits) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = static_cast<double>(bits >> i & 1);
    }
    if (std::ranges::all_of(program.rows, [&](const Row& row) { return keeps(row, values); })) {
      best = std::min(best, program.cost_of(values));
    }
  }
  return best;
}

TEST(IntegerProgram, IsSolvedAsTryingAllSolvesIt) {
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    SCOPED_TRACE(seed);
    const IntegerProgram program = random_program(seed);
    const double best = cheapest(program);
    const ProgramAnswer answer = solve(program, kForever);
    ASSERT_EQ(answer.status, std::isfinite(best) ? Status::kOptimal : Status::kInfeasible);
    if (std::isfinite(best)) {
      EXPECT_NEAR(program.cost_of(*answer.values), best, 1e-6);
      EXPECT_NEAR(answer.bound, best, 1e-6);
      EXPECT_LE(relaxation_bound(program, kForever), best + 1e-9);
    }
  }
}

TEST(IntegerProgram, AStartIsBeatenOrKept) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    IntegerProgram program = random_program(seed);
    program.rows.clear();
    const std::vector<double> start(program.columns.size(), 1);
    const ProgramAnswer answer = solve(program, kForever, start);
    ASSERT_EQ(answer.status, Status::kOptimal);
    EXPECT_NEAR(program.cost_of(*answer.values), cheapest(program), 1e-6);
  }
}

TEST(IntegerProgram, WithoutColumnsOnlyTheRowsCount) {
  IntegerProgram program;
  program.rows = {{.lower = -1, .upper = 1, .entries = {}}};
  EXPECT_EQ(solve(program, kForever).status, Status::kOptimal);
  program.rows[0].upper = -1;
  EXPECT_EQ(solve(program, kForever).status, Status::kInfeasible);
}

// The relaxation of a knapsack takes part of one thing: 10 + 9/2.
TEST(IntegerProgram, TheBoundIsThatOfTheRelaxation) {
  IntegerProgram program;
  program.add({.cost = -10, .integer = true});
  program.add({.cost = -9, .integer = true});
  program.rows = {{.upper = 3, .entries = {{0, 2}, {1, 2}}}};
  EXPECT_NEAR(relaxation_bound(program, kForever), -14.5, 1e-9);
}

// A market split: infeasible or not, and hard for branch and bound.
IntegerProgram market_split() {
  RandomStream random(1, "market split");
  IntegerProgram program;
  for (int i = 0; i < 40; ++i) {
    program.add({.integer = true});
  }
  for (int r = 0; r < 5; ++r) {
    Row row;
    double sum = 0;
    for (std::size_t i = 0; i < 40; ++i) {
      row.entries.emplace_back(i, static_cast<double>(random() % 100));
      sum += row.entries.back().second;
    }
    row.lower = row.upper = std::floor(sum / 2);
    program.rows.push_back(row);
  }
  return program;
}

TEST(IntegerProgram, EndsWhenItIsToldTo) {
  int asked = 0;
  const ProgramAnswer answer = solve(market_split(), [&] { return ++asked < 50; });
  EXPECT_EQ(answer.status, Status::kStopped);
  EXPECT_FALSE(answer.values.has_value());
  EXPECT_GE(asked, 50);
}

TEST(IntegerProgram, CbcPrintsNothing) {
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const IntegerProgram program = random_program(seed);
    solve(program, kForever);
    relaxation_bound(program, kForever);
  }
  int asked = 0;
  solve(market_split(), [&] { return ++asked < 50; });
  std::fflush(nullptr);
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace violin::placement
