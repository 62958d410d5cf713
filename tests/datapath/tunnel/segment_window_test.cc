#include "datapath/tunnel/segment_window.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

namespace violin {
namespace {

constexpr std::uint64_t kWindow = SegmentWindow::kWindow;

TEST(SegmentWindow, AcceptsEachOnce) {
  SegmentWindow window;
  for (std::uint64_t n = 1; n <= 3 * kWindow; ++n) {
    EXPECT_TRUE(window.accept(n));
    EXPECT_FALSE(window.accept(n));
  }
  EXPECT_EQ(window.counters().received, 3 * kWindow);
  EXPECT_EQ(window.counters().duplicated, 3 * kWindow);
  EXPECT_EQ(window.counters().lost, 0U);
  EXPECT_EQ(window.counters().reordered, 0U);
}

TEST(SegmentWindow, ZeroIsNoNumber) {
  SegmentWindow window;
  EXPECT_FALSE(window.accept(0));
  EXPECT_TRUE(window.accept(1));
  EXPECT_FALSE(window.accept(0));
}

// RFC 4737 section 3.3: a packet is reordered if its number is below the next expected one.
TEST(SegmentWindow, ReorderingIsTypePReordered) {
  SegmentWindow window;
  for (const std::uint64_t n : {1U, 2U, 5U, 3U, 4U, 6U, 8U, 7U}) {
    EXPECT_TRUE(window.accept(n));
  }
  EXPECT_EQ(window.counters().reordered, 3U);  // 3, 4 and 7
}

TEST(SegmentWindow, WhatIsMissingAfterTwoSettlementsIsLostAndRefusedWhenItComes) {
  SegmentWindow window;
  window.accept(1);
  window.accept(3);
  window.settle();
  EXPECT_EQ(window.counters().lost, 0U);
  window.accept(5);
  window.settle();
  EXPECT_EQ(window.counters().lost, 1U);  // 2, but not yet 4
  EXPECT_FALSE(window.accept(2));
  EXPECT_EQ(window.counters().late, 1U);
  EXPECT_TRUE(window.accept(4));
  window.settle();
  EXPECT_EQ(window.counters().lost, 1U);
}

TEST(SegmentWindow, WhatFallsOutOfTheWindowIsLost) {
  SegmentWindow window;
  window.accept(1);
  window.accept(2 + kWindow);  // 2 is the last that could still come
  EXPECT_EQ(window.counters().lost, 1U);
  EXPECT_FALSE(window.accept(2));
  EXPECT_TRUE(window.accept(3));
}

TEST(SegmentWindow, AJumpIsAllLoss) {
  SegmentWindow window;
  window.accept(1);
  window.accept(1'000'000'000'001);
  window.settle();
  window.settle();
  EXPECT_EQ(window.counters().lost, 999'999'999'999U);
}

TEST(SegmentWindow, WhatWasSentBeforeTheFirstThatCameIsNotLost) {
  SegmentWindow window;
  window.accept(500);
  EXPECT_TRUE(window.accept(499));  // reordered at the beginning
  window.settle();
  window.settle();
  EXPECT_EQ(window.counters().lost, 0U);
  SegmentWindow far;
  far.accept(1'000'000);
  EXPECT_FALSE(far.accept(1));
  far.settle();
  far.settle();
  EXPECT_EQ(far.counters().lost, 0U);
}

TEST(SegmentWindow, BeginsAnewWithItsCountsKept) {
  SegmentWindow window;
  window.accept(1);
  window.accept(3);
  window.reset();
  EXPECT_EQ(window.counters().lost, 1U);
  EXPECT_TRUE(window.accept(1));
  EXPECT_TRUE(window.accept(2));
  EXPECT_EQ(window.counters().received, 4U);
}

// Against a set of everything that ever came.
TEST(SegmentWindow, AgreesWithASetUnderLossReorderingAndDuplication) {
  for (const unsigned seed : {1U, 2U, 3U, 4U}) {
    std::mt19937 random(seed);
    SegmentWindow window;
    std::set<std::uint64_t> came;
    std::uint64_t next = 1;
    std::uint64_t highest = 0;
    std::uint64_t first = 0;
    for (int i = 0; i < 200'000; ++i) {
      std::uint64_t n = next;
      switch (random() % 8) {
        case 0:
          next += random() % (seed == 4 ? 3 * kWindow : 4);  // loss
          n = next;
          break;
        case 1:
          n = next -
              std::min<std::uint64_t>(next - 1, random() % (kWindow + 50));  // late, or twice
          break;
        default:
          break;
      }
      next = std::max(next, n + 1);
      const bool in_window = highest < kWindow || n > highest - kWindow;
      const bool is_new = in_window && !came.contains(n);
      ASSERT_EQ(window.accept(n), is_new) << "seed " << seed << ", step " << i << ", " << n;
      if (is_new) {
        first = came.empty() ? n : first;
        came.insert(n);
        highest = std::max(highest, n);
      }
    }
    window.settle();
    window.settle();
    EXPECT_EQ(window.counters().received, came.size()) << "seed " << seed;
    std::uint64_t unheard = 0;  // before the first that came
    for (std::uint64_t n = 1; n < first; ++n) {
      unheard += came.contains(n) ? 0 : 1;
    }
    EXPECT_EQ(window.counters().received + window.counters().lost, highest - unheard)
        << "seed " << seed;
  }
}

}  // namespace
}  // namespace violin
