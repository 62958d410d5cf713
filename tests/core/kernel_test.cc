#include "core/kernel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <vector>

namespace violin {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TimePoint at(Duration d) { return kRunStart + d; }

// A timer with a function of its own.
struct Alarm {
  Alarm(Kernel& kernel, EventOrigin& origin, std::function<void()> function)
      : action(std::move(function)), timer(Timer::calling<&Alarm::ring>(kernel, origin, *this)) {}
  void ring() {
    const auto copy = action;  // which may destroy this alarm
    copy();
  }

  std::function<void()> action;
  Timer timer;
};

class KernelTest : public ::testing::Test {
 protected:
  std::unique_ptr<Alarm> alarm(EventOrigin& origin, const std::string& name) {
    return std::make_unique<Alarm>(kernel_, origin, [this, name] {
      log_.push_back(name + "@" + to_string(kernel_.now() - kRunStart));
    });
  }

  Kernel kernel_;
  EventOrigin first_{kernel_};
  EventOrigin second_{kernel_};
  std::vector<std::string> log_;
};

TEST_F(KernelTest, BeginsAtZeroWithNothingToDo) {
  EXPECT_EQ(kernel_.now(), kRunStart);
  kernel_.run();
  EXPECT_EQ(kernel_.now(), kRunStart);
  EXPECT_EQ(kernel_.events(), 0U);
}

TEST_F(KernelTest, TimeJumpsToTheNextEvent) {
  auto a = alarm(first_, "a");
  auto b = alarm(first_, "b");
  a->timer.arm(at(2s));
  b->timer.arm(at(1s));
  kernel_.run();
  EXPECT_THAT(log_, ElementsAre("b@1s", "a@2s"));
  EXPECT_EQ(kernel_.now(), at(2s));
  EXPECT_EQ(kernel_.events(), 2U);
}

TEST_F(KernelTest, OriginsAreNumberedInOrderOfConstruction) {
  EXPECT_LT(first_.id(), second_.id());
  EXPECT_GE(first_.id(), 1U);
}

TEST_F(KernelTest, AmongEqualDueTimesTheOlderOriginComesFirstWhoeverArmedFirst) {
  auto a = alarm(first_, "a");
  auto b = alarm(second_, "b");
  b->timer.arm(at(1s));
  a->timer.arm(at(1s));
  kernel_.run();
  EXPECT_THAT(log_, ElementsAre("a@1s", "b@1s"));
}

TEST_F(KernelTest, WithinAnOriginTheTimerThatWasArmedFirstComesFirst) {
  auto a = alarm(first_, "a");
  auto b = alarm(first_, "b");
  b->timer.arm(at(1s));
  a->timer.arm(at(1s));
  kernel_.run();
  EXPECT_THAT(log_, ElementsAre("b@1s", "a@1s"));
}

TEST_F(KernelTest, TheOrderDoesNotDependOnTheOrderInWhichOriginsArm) {
  constexpr int kOrigins = 6;
  std::vector<int> order = {0, 1, 2, 3, 4, 5};
  do {
    Kernel kernel;
    std::deque<EventOrigin> origins;
    std::deque<Alarm> alarms;
    std::vector<int> rung;
    for (int i = 0; i < kOrigins; ++i) {
      origins.emplace_back(kernel);
      alarms.emplace_back(kernel, origins.back(), [&rung, i] { rung.push_back(i); });
    }
    for (const int i : order) {
      alarms[static_cast<std::size_t>(i)].timer.arm(at(1s * (i / 3)));
    }
    kernel.run();
    ASSERT_THAT(rung, ElementsAre(0, 1, 2, 3, 4, 5));
  } while (std::ranges::next_permutation(order).found);
}

TEST_F(KernelTest, ATimerKnowsWhenItIsDueUntilItFires) {
  auto a = alarm(first_, "a");
  EXPECT_FALSE(a->timer.armed());
  a->timer.arm(at(5s));
  EXPECT_TRUE(a->timer.armed());
  EXPECT_EQ(a->timer.due(), at(5s));
  kernel_.run();
  EXPECT_FALSE(a->timer.armed());
}

TEST_F(KernelTest, ArmingAgainReplacesWhatWasPending) {
  auto a = alarm(first_, "a");
  a->timer.arm(at(5s));
  a->timer.arm(at(7s));
  a->timer.arm(at(6s));
  kernel_.run();
  EXPECT_THAT(log_, ElementsAre("a@6s"));
}

TEST_F(KernelTest, ArmAfterCountsFromNow) {
  auto a = alarm(first_, "a");
  kernel_.run_until(at(3s));
  a->timer.arm_after(2s);
  kernel_.run();
  EXPECT_THAT(log_, ElementsAre("a@5s"));
}

TEST_F(KernelTest, ACancelledTimerDoesNotFire) {
  auto a = alarm(first_, "a");
  a->timer.arm(at(1s));
  a->timer.cancel();
  EXPECT_FALSE(a->timer.armed());
  a->timer.cancel();
  kernel_.run();
  EXPECT_THAT(log_, IsEmpty());
}

TEST_F(KernelTest, ADestroyedTimerDoesNotFire) {
  auto a = alarm(first_, "a");
  a->timer.arm(at(1s));
  a.reset();
  kernel_.run();
  EXPECT_THAT(log_, IsEmpty());
}

TEST_F(KernelTest, ATimerMayBeArmedAgainInItsOwnCallback) {
  auto a = alarm(first_, "a");
  int left = 3;
  a->action = [&] {
    log_.push_back("a");
    if (--left > 0) {
      a->timer.arm_after(1s);
    }
  };
  a->timer.arm(at(1s));
  kernel_.run();
  EXPECT_THAT(log_, ElementsAre("a", "a", "a"));
  EXPECT_EQ(kernel_.now(), at(3s));
}

TEST_F(KernelTest, ATimerIsNotArmedInItsOwnCallback) {
  auto a = alarm(first_, "a");
  bool armed = true;
  a->action = [&] { armed = a->timer.armed(); };
  a->timer.arm(at(1s));
  kernel_.run();
  EXPECT_FALSE(armed);
}

TEST_F(KernelTest, ATimerMayBeDestroyedInItsOwnCallback) {
  auto a = alarm(first_, "a");
  a->action = [&] { a.reset(); };
  a->timer.arm(at(1s));
  kernel_.run();
  EXPECT_EQ(a, nullptr);
  EXPECT_EQ(kernel_.events(), 1U);
}

TEST_F(KernelTest, ATimerMayBeArmedAgainAndThenDestroyedInItsOwnCallback) {
  auto a = alarm(first_, "a");
  a->action = [&] {
    a->timer.arm_after(0s);
    a.reset();
  };
  a->timer.arm(at(1s));
  kernel_.run();
  EXPECT_EQ(kernel_.events(), 1U);
}

TEST_F(KernelTest, AnothersTimerThatIsDueAtTheSameTimeMayBeDestroyed) {
  auto a = alarm(first_, "a");
  auto b = alarm(second_, "b");
  a->action = [&] { b.reset(); };
  a->timer.arm(at(1s));
  b->timer.arm(at(1s));
  kernel_.run();
  EXPECT_THAT(log_, IsEmpty());
  EXPECT_EQ(kernel_.events(), 1U);
}

TEST_F(KernelTest, AnothersTimerThatIsDueAtTheSameTimeMayBeCancelledOrPutOff) {
  auto a = alarm(first_, "a");
  auto b = alarm(second_, "b");
  auto c = alarm(second_, "c");
  a->action = [&] {
    b->timer.cancel();
    c->timer.arm_after(1s);
  };
  for (auto* each : {&a, &b, &c}) {
    (*each)->timer.arm(at(1s));
  }
  kernel_.run();
  EXPECT_THAT(log_, ElementsAre("c@2s"));
}

TEST_F(KernelTest, ADueTimeInThePastMeansNow) {
  auto a = alarm(first_, "a");
  kernel_.run_until(at(10s));
  a->timer.arm(at(3s));
  EXPECT_EQ(a->timer.due(), at(10s));
  kernel_.run();
  EXPECT_THAT(log_, ElementsAre("a@10s"));
}

TEST_F(KernelTest, AnEventArmedForNowRunsInTheSameInstant) {
  auto a = alarm(first_, "a");
  auto b = alarm(second_, "b");
  auto c = alarm(first_, "c");
  a->action = [&] {
    log_.push_back("a");
    b->timer.arm(kernel_.now());
  };
  a->timer.arm(at(1s));
  c->timer.arm(at(1s) + 1ns);
  kernel_.run();
  EXPECT_THAT(log_, ElementsAre("a", "b@1s", "c@1.000000001s"));
}

TEST_F(KernelTest, RunUntilRunsWhatIsDueByThenAndStandsThere) {
  auto a = alarm(first_, "a");
  auto b = alarm(first_, "b");
  a->timer.arm(at(2s));
  b->timer.arm(at(2s) + 1ns);
  kernel_.run_until(at(2s));
  EXPECT_THAT(log_, ElementsAre("a@2s"));
  EXPECT_EQ(kernel_.now(), at(2s));
  kernel_.run_until(at(9s));
  EXPECT_THAT(log_, ElementsAre("a@2s", "b@2.000000001s"));
  EXPECT_EQ(kernel_.now(), at(9s));
}

TEST_F(KernelTest, RunUntilATimeThatHasPassedChangesNothing) {
  kernel_.run_until(at(9s));
  kernel_.run_until(at(1s));
  EXPECT_EQ(kernel_.now(), at(9s));
}

TEST_F(KernelTest, StopsAfterTheCurrentCallbackAndGoesOnWhenRunAgain) {
  auto a = alarm(first_, "a");
  auto b = alarm(second_, "b");
  a->action = [&] {
    kernel_.stop();
    log_.push_back("a");
  };
  a->timer.arm(at(1s));
  b->timer.arm(at(1s));
  kernel_.run_until(at(5s));
  EXPECT_THAT(log_, ElementsAre("a"));
  EXPECT_EQ(kernel_.now(), at(1s));
  kernel_.run_until(at(5s));
  EXPECT_THAT(log_, ElementsAre("a", "b@1s"));
  EXPECT_EQ(kernel_.now(), at(5s));
}

TEST_F(KernelTest, ATimerForNeverDoesNotFireOrKeepTheRunGoing) {
  auto a = alarm(first_, "a");
  a->timer.arm(kNever);
  EXPECT_TRUE(a->timer.armed());
  kernel_.run();
  EXPECT_THAT(log_, IsEmpty());
}

TEST_F(KernelTest, AnExceptionFromACallbackReachesTheCallerAndTheRunCanGoOn) {
  auto a = alarm(first_, "a");
  auto b = alarm(first_, "b");
  a->action = [] { throw std::runtime_error("host gone"); };
  a->timer.arm(at(1s));
  b->timer.arm(at(2s));
  EXPECT_THROW(kernel_.run(), std::runtime_error);
  EXPECT_EQ(kernel_.now(), at(1s));
  kernel_.run();
  EXPECT_THAT(log_, ElementsAre("b@2s"));
}

TEST_F(KernelTest, GivesStreamsBySeedAndName) {
  Kernel other(kernel_.seed());
  Kernel different(kernel_.seed() + 1);
  auto stream = kernel_.random("link1");
  EXPECT_EQ(stream(), other.random("link1")());
  EXPECT_NE(kernel_.random("link1")(), different.random("link1")());
  EXPECT_NE(kernel_.random("link1")(), kernel_.random("link2")());
}

// Plays a list of answers: each a time, and what happens meanwhile.
struct ScriptedWaiter final : Waiter {
  struct Line {
    TimePoint returns;
    std::function<void()> meanwhile;
  };
  TimePoint wait_until(TimePoint due) override {
    asked.push_back(due);
    if (script.empty()) {
      return due;
    }
    const Line line = script.front();
    script.pop_front();
    if (line.meanwhile) {
      line.meanwhile();
    }
    return line.returns;
  }
  void start(TimePoint now) override { started = now; }
  void serve(TimePoint now) override {
    if (on_serve) {
      on_serve(now);
    }
  }
  TimePoint fires(TimePoint due) override {
    fired.push_back(due);
    return due;
  }
  std::optional<TimePoint> started;
  std::vector<TimePoint> fired;
  std::function<void(TimePoint)> on_serve;
  std::deque<Line> script;
  std::vector<TimePoint> asked;
};

class WaitingKernel : public ::testing::Test {
 protected:
  WaitingKernel() {
    auto waiter = std::make_unique<ScriptedWaiter>();
    waiter_ = waiter.get();
    kernel_ = std::make_unique<Kernel>(1, std::move(waiter));
    origin_ = std::make_unique<EventOrigin>(*kernel_);
    alarm_ =
        std::make_unique<Alarm>(*kernel_, *origin_, [this] { rung_.push_back(kernel_->now()); });
  }

  ScriptedWaiter* waiter_;
  std::unique_ptr<Kernel> kernel_;
  std::unique_ptr<EventOrigin> origin_;
  std::unique_ptr<Alarm> alarm_;
  std::vector<TimePoint> rung_;
};

TEST(GoingLive, TimersKeepTheirOrderAndWhatRemainsOfTheirTime) {
  Kernel kernel;
  EventOrigin origin(kernel);
  std::vector<std::pair<char, TimePoint>> rung;
  Alarm first(kernel, origin, [&] { rung.emplace_back('a', kernel.now()); });
  Alarm second(kernel, origin, [&] { rung.emplace_back('b', kernel.now()); });
  Alarm third(kernel, origin, [&] { rung.emplace_back('c', kernel.now()); });
  third.timer.arm(at(5s));
  first.timer.arm(at(3s));
  second.timer.arm(at(3s));
  kernel.run_until(at(2s));
  auto waiter = std::make_unique<ScriptedWaiter>();
  ScriptedWaiter& clock = *waiter;
  kernel.go_live(std::move(waiter));
  EXPECT_EQ(clock.started, at(2s));
  EXPECT_TRUE(kernel.live());
  kernel.run_until(at(6s));
  EXPECT_THAT(rung,
              ElementsAre(std::pair('a', at(3s)), std::pair('b', at(3s)), std::pair('c', at(5s))));
  EXPECT_THAT(clock.fired, ElementsAre(at(3s), at(3s), at(5s)));
}

TEST_F(WaitingKernel, WhatArrivedIsServedAtTheKernelsTimeBeforeEventsThatAreDueThen) {
  alarm_->timer.arm(at(2s));
  std::vector<std::pair<TimePoint, std::size_t>> served;
  waiter_->on_serve = [&](TimePoint now) {
    EXPECT_EQ(now, kernel_->now());
    served.emplace_back(now, rung_.size());
  };
  waiter_->script = {{at(1s), {}}};
  kernel_->run_until(at(2s));
  ASSERT_GE(served.size(), 2U);
  EXPECT_EQ(served[0], std::pair(at(1s), std::size_t{0}));
  EXPECT_EQ(served[1], std::pair(at(2s), std::size_t{0}));
}

TEST_F(WaitingKernel, WaitsForTheNextEventAndForTheEnd) {
  alarm_->timer.arm(at(1s));
  kernel_->run_until(at(3s));
  EXPECT_THAT(rung_, ElementsAre(at(1s)));
  EXPECT_THAT(waiter_->asked, ElementsAre(at(1s), at(3s)));
  EXPECT_EQ(kernel_->now(), at(3s));
}

TEST_F(WaitingKernel, RunsNothingBeforeItIsDueWhenTheWaiterComesBackEarly) {
  alarm_->timer.arm(at(2s));
  waiter_->script = {{at(1s), {}}, {at(1500ms), {}}};
  kernel_->run_until(at(2s));
  EXPECT_THAT(rung_, ElementsAre(at(2s)));
  EXPECT_THAT(waiter_->asked, ::testing::Contains(at(2s)).Times(::testing::Ge(3)));
}

TEST_F(WaitingKernel, ALateEventSeesTheTimeThatItIs) {
  alarm_->timer.arm(at(1s));
  waiter_->script = {{at(1s) + 30us, {}}};
  kernel_->run_until(at(2s));
  EXPECT_THAT(rung_, ElementsAre(at(1s) + 30us));
}

TEST_F(WaitingKernel, TimeNeverGoesBack) {
  alarm_->timer.arm(at(2s));
  waiter_->script = {{at(1s), {}}, {at(500ms), {}}};
  std::vector<TimePoint> seen;
  waiter_->script[1].meanwhile = [&] { seen.push_back(kernel_->now()); };
  waiter_->script.push_back({at(2s), [&] { seen.push_back(kernel_->now()); }});
  kernel_->run_until(at(2s));
  EXPECT_THAT(seen, ElementsAre(at(1s), at(1s)));
}

TEST_F(WaitingKernel, AnEventThatIsArmedWhileWaitingForALaterOneIsHeeded) {
  Alarm urgent(*kernel_, *origin_, [this] { rung_.push_back(kernel_->now()); });
  alarm_->timer.arm(at(5s));
  waiter_->script = {{at(1s), [&] { urgent.timer.arm(at(1200ms)); }}};
  kernel_->run_until(at(5s));
  EXPECT_THAT(rung_, ElementsAre(at(1200ms), at(5s)));
}

TEST_F(WaitingKernel, WaitsForeverWithoutEventsUntilItIsStopped) {
  waiter_->script = {{at(1s), {}}, {at(2s), [&] { kernel_->stop(); }}};
  kernel_->run();
  EXPECT_EQ(waiter_->asked.front(), kNever);
  EXPECT_EQ(kernel_->now(), at(2s));
}

// Random timers whose callbacks arm, cancel, destroy and make others, against a std::set in the
// promised order of (due, origin, sequence number).
class RandomRun {
 public:
  explicit RandomRun(std::uint64_t seed) : random_(seed) {
    for (std::size_t i = 0; i < kOrigins; ++i) {
      origins_.emplace_back(kernel_);
      sequences_.push_back(0);
    }
    for (std::size_t i = 0; i < kTimers; ++i) {
      actors_.push_back(make(i));
      arm(i);
    }
  }

  void run() {
    while (!model_.empty() && !::testing::Test::HasFailure()) {
      kernel_.run_until(kernel_.now() + Duration(static_cast<std::int64_t>(random_() % 3000)));
      ASSERT_TRUE(model_.empty() || due_of(*model_.begin()) > kernel_.now());
    }
    ASSERT_EQ(kernel_.events(), fired_);
  }

 private:
  static constexpr std::size_t kOrigins = 7;
  static constexpr std::size_t kTimers = 40;
  static constexpr std::uint64_t kEvents = 3000;
  using Pending = std::tuple<TimePoint, std::size_t, std::uint64_t, std::size_t>;
  static TimePoint due_of(const Pending& pending) { return std::get<0>(pending); }

  struct Actor {
    Actor(RandomRun& r, std::size_t i, std::size_t o)
        : run(r),
          index(i),
          origin(o),
          timer(Timer::calling<&Actor::fire>(r.kernel_, r.origins_[o], *this)) {}
    void fire() { run.fired(index); }
    RandomRun& run;
    std::size_t index;
    std::size_t origin;
    Timer timer;
  };

  std::unique_ptr<Actor> make(std::size_t i) {
    return std::make_unique<Actor>(*this, i, random_() % kOrigins);
  }
  void unmodel(std::size_t i) {
    std::erase_if(model_, [i](const Pending& p) { return std::get<3>(p) == i; });
  }
  void arm(std::size_t i) {
    const std::int64_t ahead = static_cast<std::int64_t>(random_() % 50) - 5;  // perhaps past
    const TimePoint due = kernel_.now() + Duration(random_() % 4 == 0 ? ahead * 100 : ahead);
    Actor& actor = *actors_[i];
    unmodel(i);
    model_.insert({std::max(due, kernel_.now()), actor.origin, sequences_[actor.origin]++, i});
    actor.timer.arm(due);
  }
  void fired(std::size_t i) {
    ++fired_;
    ASSERT_FALSE(model_.empty());
    ASSERT_EQ(std::get<3>(*model_.begin()), i);
    ASSERT_EQ(due_of(*model_.begin()), kernel_.now());
    ASSERT_FALSE(actors_[i]->timer.armed());
    model_.erase(model_.begin());
    if (fired_ < kEvents) {
      disturb(i);
      disturb(random_() % kTimers);
      arm(random_() % kTimers);
    }
  }
  void disturb(std::size_t i) {
    switch (random_() % 5) {
      case 0:
        actors_[i]->timer.cancel();
        unmodel(i);
        return;
      case 1:
        actors_[i] = make(i);
        unmodel(i);
        return;
      default:
        arm(i);
        return;
    }
  }

  std::mt19937_64 random_;
  Kernel kernel_;
  std::deque<EventOrigin> origins_;
  std::vector<std::uint64_t> sequences_;
  std::set<Pending> model_;
  std::vector<std::unique_ptr<Actor>> actors_;
  std::uint64_t fired_ = 0;
};

TEST(KernelProperty, FiresRandomTimersInTheOrderOfASet) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomRun(seed).run();
    ASSERT_FALSE(::testing::Test::HasFailure());
  }
}

}  // namespace
}  // namespace violin
