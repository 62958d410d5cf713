#include "core/event_queue.h"

#include <gtest/gtest.h>

#include <memory>
#include <memory_resource>
#include <optional>
#include <random>
#include <set>
#include <tuple>
#include <vector>

namespace violin {
namespace {

using namespace std::chrono_literals;

TimePoint at(Duration d) { return kRunStart + d; }
std::unique_ptr<Wakeup> make_wakeup() {
  return std::make_unique<Wakeup>([](void*) {}, nullptr);
}

class EventQueueTest : public ::testing::Test {
 public:
  ~EventQueueTest() override {
    queue_.forget(a_);
    queue_.forget(b_);
  }

 protected:
  Wakeup* pop(TimePoint end = kNever) { return queue_.pop(end, due_); }

  EventQueue queue_;
  Wakeup a_{[](void*) {}, nullptr};
  Wakeup b_{[](void*) {}, nullptr};
  TimePoint due_;
};

TEST_F(EventQueueTest, IsEmptyAtFirst) {
  EXPECT_EQ(queue_.next_due(), kNever);
  EXPECT_EQ(pop(), nullptr);
}

TEST_F(EventQueueTest, GivesTheEarlierWakeupFirst) {
  queue_.arm(a_, at(2s), 1);
  queue_.arm(b_, at(1s), 2);
  EXPECT_EQ(queue_.next_due(), at(1s));
  EXPECT_EQ(pop(), &b_);
  EXPECT_EQ(due_, at(1s));
  EXPECT_EQ(pop(), &a_);
  EXPECT_EQ(pop(), nullptr);
}

TEST_F(EventQueueTest, GivesTheLesserKeyFirstAmongEqualDueTimes) {
  queue_.arm(a_, at(1s), 9);
  queue_.arm(b_, at(1s), 3);
  EXPECT_EQ(pop(), &b_);
  EXPECT_EQ(pop(), &a_);
}

TEST_F(EventQueueTest, GivesNothingThatIsDueLaterThanAskedFor) {
  queue_.arm(a_, at(1s), 1);
  EXPECT_EQ(pop(at(1s) - 1ns), nullptr);
  EXPECT_TRUE(a_.armed());
  EXPECT_EQ(pop(at(1s)), &a_);
}

TEST_F(EventQueueTest, AWakeupThatWasTakenOutIsDisarmed) {
  queue_.arm(a_, at(1s), 1);
  EXPECT_TRUE(a_.armed());
  EXPECT_EQ(a_.due(), at(1s));
  EXPECT_EQ(pop(), &a_);
  EXPECT_FALSE(a_.armed());
}

TEST_F(EventQueueTest, ArmingAgainReplacesWhatWasPending) {
  queue_.arm(a_, at(1s), 1);
  queue_.arm(a_, at(3s), 2);
  queue_.arm(b_, at(2s), 3);
  EXPECT_EQ(pop(), &b_);
  EXPECT_EQ(pop(), &a_);
  EXPECT_EQ(due_, at(3s));
  queue_.arm(a_, at(9s), 4);
  queue_.arm(a_, at(4s), 5);
  EXPECT_EQ(pop(), &a_);
  EXPECT_EQ(due_, at(4s));
  EXPECT_EQ(pop(), nullptr);
}

TEST_F(EventQueueTest, ADisarmedOrForgottenWakeupDoesNotCome) {
  queue_.arm(a_, at(1s), 1);
  queue_.arm(b_, at(1s), 2);
  a_.disarm();
  queue_.forget(b_);
  EXPECT_EQ(queue_.next_due(), kNever);
  EXPECT_EQ(pop(), nullptr);
}

TEST_F(EventQueueTest, ADisarmedWakeupMayBeArmedAgain) {
  queue_.arm(a_, at(1s), 1);
  a_.disarm();
  queue_.arm(a_, at(2s), 2);
  EXPECT_EQ(pop(), &a_);
  EXPECT_EQ(due_, at(2s));
  EXPECT_EQ(pop(), nullptr);
}

TEST_F(EventQueueTest, NeverNeverComes) {
  queue_.arm(a_, kNever, 1);
  EXPECT_EQ(queue_.next_due(), kNever);
  EXPECT_EQ(pop(), nullptr);
}

TEST_F(EventQueueTest, TakesDueTimesUpToTheEndOfTheRange) {
  queue_.arm(a_, kNever - 1ns, 1);
  queue_.arm(b_, at(1ns), 2);
  EXPECT_EQ(pop(), &b_);
  EXPECT_EQ(pop(), &a_);
  EXPECT_EQ(due_, kNever - 1ns);
}

struct CountingMemory final : std::pmr::memory_resource {
  std::size_t bytes = 0;
  void* do_allocate(std::size_t size, std::size_t alignment) override {
    bytes += size;
    return std::pmr::new_delete_resource()->allocate(size, alignment);
  }
  void do_deallocate(void* p, std::size_t size, std::size_t alignment) override {
    bytes -= size;
    std::pmr::new_delete_resource()->deallocate(p, size, alignment);
  }
  bool do_is_equal(const memory_resource& other) const noexcept override { return this == &other; }
};

TEST_F(EventQueueTest, KeepsItsEntriesInTheMemoryThatItWasGiven) {
  CountingMemory memory;
  {
    EventQueue queue(&memory);
    std::vector<std::unique_ptr<Wakeup>> wakeups;
    for (std::uint64_t i = 0; i < 1000; ++i) {
      wakeups.push_back(make_wakeup());
      queue.arm(*wakeups.back(), at(1ms * static_cast<std::int64_t>(i)), i);
    }
    EXPECT_GT(memory.bytes, 0U);
  }
  EXPECT_EQ(memory.bytes, 0U);
}

TEST_F(EventQueueTest, DoesNotGrowWithHowOftenAWakeupIsArmedForEarlier) {
  constexpr std::uint64_t kTimes = 1'000'000;  // 16 MB of entries if all were kept
  CountingMemory memory;
  EventQueue queue(&memory);
  for (std::uint64_t i = 0; i < kTimes; ++i) {
    const auto now = static_cast<std::int64_t>(i) * 1us;
    queue.arm(a_, at(1h - now), 2 * i);
    queue.arm(b_, at(now), 2 * i + 1);
    ASSERT_EQ(queue.pop(kNever, due_), &b_);
  }
  EXPECT_LE(memory.bytes, std::size_t{1} << 20);
  EXPECT_EQ(queue.pop(kNever, due_), &a_);
  EXPECT_EQ(due_, at(1h - (kTimes - 1) * 1us));
}

// How far ahead of the last event the next ones are armed.
enum class Increments { kEqual, kClumps, kShort, kSkewed, kAny };

Duration draw(Increments kind, std::mt19937_64& random) {
  const auto word = random();
  switch (kind) {
    case Increments::kEqual:
      return 1us;
    case Increments::kClumps:
      return 1ms * static_cast<std::int64_t>(word % 3);
    case Increments::kShort:
      return Duration(static_cast<std::int64_t>(word % 100));
    case Increments::kSkewed:  // nine of ten close, one far away
      return Duration(
          static_cast<std::int64_t>(word % 10 == 0 ? random() % 3'600'000'000'000 : word % 1000));
    case Increments::kAny:  // any order of magnitude
      return Duration(static_cast<std::int64_t>(random() >> (6 + word % 58)));
  }
  return {};
}

struct Load {
  Increments increments;
  std::size_t pending;
};

class EventQueueProperty : public ::testing::TestWithParam<Load> {};

// The model keeps what is pending in a std::set in the order that is promised.
class RandomQueue {
 public:
  RandomQueue(std::uint64_t seed, Load load) : random_(seed), load_(load) {
    for (std::size_t i = 0; i < load.pending; ++i) {
      wakeups_.push_back(make_wakeup());
    }
    for (std::size_t i = 0; i < load.pending; ++i) {
      arm(i);
    }
  }
  ~RandomQueue() {
    for (const auto& wakeup : wakeups_) {
      queue_.forget(*wakeup);
    }
  }

  void step() {
    const auto what = random_() % 100;
    const std::size_t i = random_() % wakeups_.size();
    if (what < 50) {
      pop_and_arm_again();
    } else if (what < 80) {
      arm(i);
    } else if (what < 88) {
      wakeups_[i]->disarm();
      unmodel(i);
    } else if (what < 94) {
      queue_.forget(*wakeups_[i]);
      wakeups_[i] = make_wakeup();
      unmodel(i);
    } else if (what < 97) {
      ASSERT_EQ(queue_.next_due(), model_.empty() ? kNever : due_of(*model_.begin()));
    } else {
      pop_until(now_ + draw(load_.increments, random_));
    }
    ASSERT_EQ(wakeups_[i]->armed(), entries_.contains(i));
  }
  void drain() {
    while (!model_.empty()) {
      pop_until(kNever);
      ASSERT_FALSE(::testing::Test::HasFatalFailure());
    }
    TimePoint due;
    ASSERT_EQ(queue_.pop(kNever, due), nullptr);
  }

 private:
  using Entry = std::tuple<TimePoint, std::uint64_t, std::size_t>;
  static TimePoint due_of(const Entry& entry) { return std::get<0>(entry); }

  void arm(std::size_t i) {
    // An origin's keys grow; between origins there is no order.
    const std::uint64_t key = (random_() % 5) << EventKey::kSequenceBits | ++sequence_;
    const TimePoint due = now_ + draw(load_.increments, random_);
    queue_.arm(*wakeups_[i], due, key);
    unmodel(i);
    entries_[i] = *model_.insert({due, key, i}).first;
  }
  void unmodel(std::size_t i) {
    if (const auto entry = entries_.find(i); entry != entries_.end()) {
      model_.erase(entry->second);
      entries_.erase(entry);
    }
  }
  std::optional<std::size_t> pop_until(TimePoint end) {
    TimePoint due;
    const Wakeup* popped = queue_.pop(end, due);
    if (model_.empty() || due_of(*model_.begin()) > end) {
      EXPECT_EQ(popped, nullptr);
      return std::nullopt;
    }
    const auto [expected_due, key, i] = *model_.begin();
    EXPECT_EQ(popped, wakeups_[i].get());
    EXPECT_EQ(due, expected_due);
    now_ = expected_due;
    unmodel(i);
    return i;
  }
  void pop_and_arm_again() {
    if (const auto i = pop_until(kNever - 1ns)) {
      arm(*i);
    }
  }

  std::mt19937_64 random_;
  Load load_;
  EventQueue queue_;
  std::vector<std::unique_ptr<Wakeup>> wakeups_;
  std::set<Entry> model_;
  std::map<std::size_t, Entry> entries_;
  TimePoint now_ = kRunStart;
  std::uint64_t sequence_ = 0;
};

TEST_P(EventQueueProperty, GivesWakeupsInTheOrderOfASet) {
  const std::uint64_t seeds = GetParam().pending > 1000 ? 3 : 100;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomQueue queue(seed, GetParam());
    for (std::size_t i = 0; i < 2000 + 5 * GetParam().pending; ++i) {
      queue.step();
      ASSERT_FALSE(::testing::Test::HasFailure());
    }
    queue.drain();
    ASSERT_FALSE(::testing::Test::HasFailure());
  }
}

INSTANTIATE_TEST_SUITE_P(
    Increments, EventQueueProperty,
    ::testing::Values(Load{Increments::kEqual, 50}, Load{Increments::kClumps, 50},
                      Load{Increments::kShort, 50}, Load{Increments::kSkewed, 50},
                      Load{Increments::kAny, 50}, Load{Increments::kAny, 2},
                      Load{Increments::kClumps, 10'000}, Load{Increments::kShort, 10'000},
                      Load{Increments::kSkewed, 10'000}, Load{Increments::kAny, 10'000}));

}  // namespace
}  // namespace violin
