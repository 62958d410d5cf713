#include "core/kernel.h"

#include <algorithm>

#include "core/require.h"

namespace violin {

namespace {
constexpr std::uint32_t kMaxOrigins = 1U << (64 - EventKey::kSequenceBits);
}

EventOrigin::EventOrigin(Kernel& kernel)
    : next_(std::uint64_t{kernel.next_origin_} << EventKey::kSequenceBits) {
  require(kernel.next_origin_ < kMaxOrigins, "a run has at most 2^24 - 1 event origins");
  ++kernel.next_origin_;
}

Timer::Timer(Kernel& kernel, EventOrigin& origin, Callback callback, void* context)
    : kernel_(kernel), origin_(origin), wakeup_(callback, context) {}

Timer::~Timer() { kernel_.queue_.forget(wakeup_); }

void Timer::arm(TimePoint due) {
  kernel_.queue_.arm(wakeup_, std::max(due, kernel_.now_), origin_.next_++);
}

void Timer::arm_after(Duration delay) { arm(kernel_.now_ + delay); }

Kernel::Kernel(std::uint64_t seed, std::unique_ptr<Waiter> waiter,
               std::pmr::memory_resource* memory)
    : seed_(seed), waiter_(std::move(waiter)), queue_(memory) {}

void Kernel::run_until(TimePoint end) {
  stopped_ = false;
  advance(end);
  if (!stopped_) {
    now_ = std::max(now_, end);
  }
}

void Kernel::run() {
  stopped_ = false;
  advance(kNever);
}

void Kernel::advance(TimePoint end) {
  while (!stopped_) {
    if (waiter_) {
      const TimePoint due = std::min(queue_.next_due(), end);
      now_ = std::max(now_, waiter_->wait_until(due));
    }
    TimePoint due;
    Wakeup* wakeup = queue_.pop(waiter_ ? std::min(now_, end) : end, due);
    if (wakeup == nullptr) {
      if (!waiter_ || now_ >= end) {
        return;
      }
      continue;
    }
    now_ = std::max(now_, due);
    ++events_;
    wakeup->fire();
  }
}

}  // namespace violin
