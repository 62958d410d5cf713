#include "models/app/sequence_window.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace violin {
namespace {

using Arrival = SequenceWindow::Arrival;

TEST(SequenceWindow, TellsLateFromRepeated) {
  SequenceWindow window;
  EXPECT_EQ(window.note(0), Arrival::kInOrder);
  EXPECT_EQ(window.note(3), Arrival::kInOrder);
  EXPECT_EQ(window.note(1), Arrival::kReordered);
  EXPECT_EQ(window.note(1), Arrival::kDuplicate);
  EXPECT_EQ(window.note(3), Arrival::kDuplicate);
  EXPECT_EQ(window.note(2), Arrival::kReordered);
  EXPECT_EQ(window.note(4), Arrival::kInOrder);
}

TEST(SequenceWindow, ForgetsWhatAGapOfItsWidthHasCovered) {
  SequenceWindow window;
  window.note(5);
  EXPECT_EQ(window.note(5 + SequenceWindow::kWidth), Arrival::kInOrder);
  EXPECT_EQ(window.note(5), Arrival::kReordered);  // out of the window
  EXPECT_EQ(window.note(6), Arrival::kReordered);  // the oldest one in it, never seen
  EXPECT_EQ(window.note(6), Arrival::kDuplicate);
}

TEST(SequenceWindow, AgreesWithASetOfAllNumbersSeen) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::mt19937_64 random(seed);
  SequenceWindow window;
  std::set<std::uint64_t> seen;
  std::uint64_t front = 0;
  for (int i = 0; i < 200'000; ++i) {
    front += random() % 3 + (random() % 5000 == 0 ? random() % 10'000 : 0);
    const std::uint64_t back = random() % (SequenceWindow::kWidth / 2);
    const std::uint64_t sequence = random() % 2 == 0 ? front : front - std::min(front, back);
    const bool highest = seen.empty() || sequence > *seen.rbegin();
    const Arrival expected = highest                   ? Arrival::kInOrder
                             : seen.contains(sequence) ? Arrival::kDuplicate
                                                       : Arrival::kReordered;
    ASSERT_EQ(window.note(sequence), expected) << "number " << sequence << " at step " << i;
    seen.insert(sequence);
  }
}

}  // namespace
}  // namespace violin
