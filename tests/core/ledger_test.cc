#include "core/ledger.h"

#include <gtest/gtest.h>

#include <cctype>
#include <set>
#include <string>

namespace violin {
namespace {

Frame any_frame(FramePool& pool) { return pool.make(60); }

TEST(Drop, EveryReasonHasItsOwnNameOfLowerCaseWords) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < kDropCount; ++i) {
    const auto name = to_string(static_cast<Drop>(i));
    ASSERT_FALSE(name.empty()) << "reason " << i;
    for (const char c : name) {
      EXPECT_TRUE(std::islower(static_cast<unsigned char>(c)) || c == '-') << name;
    }
    EXPECT_TRUE(names.insert(name).second) << name << " twice";
  }
}

TEST(Drop, NamesFollowTheReasons) {
  EXPECT_EQ(to_string(Drop::kQueueFull), "queue-full");
  EXPECT_EQ(to_string(Drop::kSamePort), "same-port");
  EXPECT_EQ(to_string(Drop::kTtlExpired), "ttl-expired");
  EXPECT_EQ(to_string(Drop::kUnsupported), "unsupported");
  EXPECT_THROW(to_string(Drop::kCount), std::logic_error);
}

TEST(Ledger, ADropIsCountedUnderItsReasonAndEndsTheFrame) {
  FramePool pool;
  Ledger ledger;
  Frame frame = any_frame(pool);
  ledger.drop(std::move(frame), Drop::kAqm);
  EXPECT_EQ(ledger.drops(Drop::kAqm), 1U);
  EXPECT_EQ(ledger.drops(Drop::kQueueFull), 0U);
  EXPECT_EQ(ledger.total_drops(), 1U);
  EXPECT_EQ(pool.live(), 0U);
}

TEST(Ledger, AConsumedFrameIsCountedAndEnded) {
  FramePool pool;
  Ledger ledger;
  ledger.consume(any_frame(pool));
  EXPECT_EQ(ledger.consumed, 1U);
  EXPECT_EQ(pool.live(), 0U);
}

TEST(Ledger, BalancesWhenEveryFrameThatCameHasGoneSomewhere) {
  FramePool pool;
  Ledger ledger;
  ledger.in = 5;
  ledger.originated = 2;
  ledger.replicated = 3;
  ledger.out = 6;
  ledger.consume(any_frame(pool));
  ledger.drop(any_frame(pool), Drop::kNoRoute);
  EXPECT_TRUE(ledger.balances(2));
  EXPECT_FALSE(ledger.balances(1));
  EXPECT_FALSE(ledger.balances(3));
}

TEST(Ledger, DropsOfFramesWithoutAHandleCountLikeAnyOther) {
  Ledger ledger;
  ledger.originated = 5;
  ledger.count_drops(3, Drop::kSocketOverrun);
  ledger.count_drops(2, Drop::kSocketOverrun);
  EXPECT_EQ(ledger.drops(Drop::kSocketOverrun), 5U);
  EXPECT_TRUE(ledger.balances(0));
}

TEST(Ledger, ASumOfBooksHasTheSumOfEachColumn) {
  FramePool pool;
  Ledger a;
  a.in = 1;
  a.out = 2;
  a.originated = 3;
  a.replicated = 4;
  a.consumed = 5;
  Ledger b;
  b.drop(any_frame(pool), Drop::kVlan);
  b.in = 10;
  a.add(b);
  a.add(b);
  EXPECT_EQ(a.in, 21U);
  EXPECT_EQ(a.out, 2U);
  EXPECT_EQ(a.originated, 3U);
  EXPECT_EQ(a.replicated, 4U);
  EXPECT_EQ(a.consumed, 5U);
  EXPECT_EQ(a.drops(Drop::kVlan), 2U);
  EXPECT_EQ(b.total_drops(), 1U);
}

TEST(Ledger, TellsItsObserverOfADropWhileTheFrameHasItsBytes) {
  struct Observer final : DropObserver {
    void on_drop(const Frame& frame, Drop reason) override {
      sizes.push_back(frame.size().value);
      reasons.push_back(reason);
    }
    std::vector<std::uint64_t> sizes;
    std::vector<Drop> reasons;
  } observer;
  FramePool pool;
  Ledger ledger;
  ledger.observe_drops(&observer);
  ledger.drop(pool.make(60, 40), Drop::kOversize);
  ledger.observe_drops(nullptr);
  ledger.drop(any_frame(pool), Drop::kOversize);
  EXPECT_EQ(observer.sizes, (std::vector<std::uint64_t>{100}));
  EXPECT_EQ(observer.reasons, (std::vector<Drop>{Drop::kOversize}));
  EXPECT_EQ(ledger.total_drops(), 2U);
}

}  // namespace
}  // namespace violin
