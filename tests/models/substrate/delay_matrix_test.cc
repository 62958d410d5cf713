#include "models/substrate/delay_matrix.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "models/substrate/delay_view.h"

namespace violin {
namespace {

using namespace std::chrono_literals;

TEST(DelayMatrix, StartsWithEveryHostAtItselfAndReachingNoOther) {
  const DelayMatrix matrix(3);
  EXPECT_EQ(matrix.at(1, 1), Duration{0});
  EXPECT_EQ(matrix.at(1, 2), std::nullopt);
}

TEST(DelayMatrix, KeepsHalfOfAnRttInThousandthsOfAMillisecondExactly) {
  DelayMatrix matrix(2);
  matrix.set(0, 1, 175us / 2 + 500ns);  // an RTT of 0.176 ms
  EXPECT_EQ(matrix.at(0, 1), 88000ns - 500ns);
  matrix.set(0, 1, 87500ns);  // of 0.175 ms
  EXPECT_EQ(matrix.at(0, 1), 87500ns);
}

TEST(DelayMatrix, RoundsToTheNearestQuarterOfAMicrosecond) {
  DelayMatrix matrix(2);
  matrix.set(0, 1, 1124ns);
  EXPECT_EQ(matrix.at(0, 1), 1000ns);
  matrix.set(0, 1, 1125ns);
  EXPECT_EQ(matrix.at(0, 1), 1250ns);
}

TEST(DelayMatrix, IsDirected) {
  DelayMatrix matrix(2);
  matrix.set(0, 1, 1ms);
  EXPECT_EQ(matrix.at(0, 1), 1ms);
  EXPECT_EQ(matrix.at(1, 0), std::nullopt);
}

TEST(DelayMatrix, HoldsHalfOfTheLargestRttThatLoadersTake) {
  DelayMatrix matrix(2);
  matrix.set(0, 1, 500s);
  EXPECT_EQ(matrix.at(0, 1), 500s);
  EXPECT_EQ(matrix.at(0, 0), Duration{0});
}

TEST(DelayMatrix, AddsAnyTwoCellsWithoutOverflow) {
  const DelayMatrix::Cell sum = DelayMatrix::kUnreachable + DelayMatrix::kUnreachable;
  EXPECT_GT(sum, DelayMatrix::kUnreachable);
}

TEST(DelayMatrix, RefusesDelaysThatItCannotHold) {
  DelayMatrix matrix(2);
  EXPECT_THROW(matrix.set(0, 1, -1ns), std::logic_error);
  EXPECT_THROW(matrix.set(0, 1, DelayMatrix::kMax + 1ns), std::logic_error);
  EXPECT_THROW(matrix.set(0, 2, 1ms), std::logic_error);
}

TEST(DelayMatrix, RefusesCellsThatAreNotSquareOrOutOfRange) {
  EXPECT_THROW(DelayMatrix::from_cells(2, {0, 1, 2}), std::logic_error);
  EXPECT_THROW(DelayMatrix::from_cells(1, {DelayMatrix::kUnreachable + 1}), std::logic_error);
}

TEST(DelayMatrix, TakesFourBytesAPair) {
  EXPECT_EQ(DelayMatrix(100).cells().size_bytes(), 40'000U);
}

TEST(DelayView, ShowsTheMatrixToEigenRowByRowWithoutACopy) {
  const DelayMatrix matrix = DelayMatrix::from_cells(2, {0, 7, 9, 0});
  const DelayView cells = view(matrix);
  EXPECT_EQ(cells(0, 1), 7U);
  EXPECT_EQ(cells(1, 0), 9U);
  EXPECT_EQ(cells.data(), matrix.cells().data());
}

}  // namespace
}  // namespace violin
