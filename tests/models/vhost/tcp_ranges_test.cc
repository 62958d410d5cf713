#include "models/vhost/tcp_ranges.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

#include "models/vhost/tcp_sequence.h"

namespace violin {
namespace {

TEST(TcpSequence, PositionsSurviveTheWrapOfSequenceNumbers) {
  constexpr std::uint32_t kInitial = 0xffff'fff0;
  for (TcpPosition p = 0; p < (TcpPosition{1} << 34); p += 0x3fff'fff1) {
    EXPECT_EQ(to_position(to_sequence(p, kInitial), kInitial, p), p);
    EXPECT_EQ(to_position(to_sequence(p + 1000, kInitial), kInitial, p), p + 1000);
    EXPECT_EQ(to_position(to_sequence(p - 1000, kInitial), kInitial, p), p - 1000);
  }
}

TEST(TcpSequence, WhatCameBeforeTheInitialNumberIsNegative) {
  EXPECT_EQ(to_position(99, 100, 0), -1);
  EXPECT_EQ(to_position(0xffff'ffff, 0, 5), -1);
}

TEST(TcpRanges, TouchingRangesBecomeOne) {
  TcpRanges ranges;
  EXPECT_EQ(ranges.insert({10, 20}), 10);
  EXPECT_EQ(ranges.insert({30, 40}), 10);
  EXPECT_EQ(ranges.insert({20, 30}), 10);
  ASSERT_EQ(ranges.ranges().size(), 1U);
  EXPECT_EQ(ranges.ranges().front(), (TcpRange{10, 40}));
}

// The same operations on a std::set of positions.
class Model {
 public:
  std::int64_t insert(TcpRange r) {
    const auto before = static_cast<std::int64_t>(set_.size());
    for (TcpPosition p = r.begin; p < r.end; ++p) {
      set_.insert(p);
    }
    return static_cast<std::int64_t>(set_.size()) - before;
  }
  std::int64_t erase_below(TcpPosition at) {
    const auto before = static_cast<std::int64_t>(set_.size());
    set_.erase(set_.begin(), set_.lower_bound(at));
    return before - static_cast<std::int64_t>(set_.size());
  }
  std::int64_t covered(TcpRange r) const {
    return std::distance(set_.lower_bound(r.begin), set_.lower_bound(r.end));
  }
  std::vector<TcpRange> ranges() const {
    std::vector<TcpRange> out;
    for (const TcpPosition p : set_) {
      if (!out.empty() && out.back().end == p) {
        ++out.back().end;
      } else {
        out.push_back({p, p + 1});
      }
    }
    return out;
  }

 private:
  std::set<TcpPosition> set_;
};

TEST(TcpRanges, BehaveAsASetOfPositions) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    TcpRanges ranges;
    Model model;
    TcpPosition low = 0;
    for (int step = 0; step < 300; ++step) {
      const auto begin = low + static_cast<TcpPosition>(random() % 200);
      const TcpRange range{begin, begin + 1 + static_cast<TcpPosition>(random() % 20)};
      if (random() % 4 == 0) {
        low += static_cast<TcpPosition>(random() % 30);
        ASSERT_EQ(ranges.erase_below(low), model.erase_below(low));
      } else {
        ASSERT_EQ(ranges.insert(range), model.insert(range));
      }
      const std::vector<TcpRange> expected = model.ranges();
      ASSERT_EQ(std::vector(ranges.ranges().begin(), ranges.ranges().end()), expected);
      ASSERT_EQ(ranges.covered(range), model.covered(range));
      const auto above =
          std::ranges::find_if(expected, [&](const TcpRange& r) { return r.end > range.begin; });
      const TcpRange* found = ranges.above(range.begin);
      ASSERT_EQ(found != nullptr, above != expected.end());
      if (found != nullptr) {
        ASSERT_EQ(*found, *above);
      }
    }
  }
}

}  // namespace
}  // namespace violin
