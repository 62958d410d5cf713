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

Kernel::Kernel(std::uint64_t seed, std::unique_ptr<Waiter> waiter,
               std::pmr::memory_resource* memory)
    : seed_(seed), waiter_(std::move(waiter)), queue_(memory) {
  if (waiter_) {
    waiter_->start(now_);
  }
}

void Kernel::go_live(std::unique_ptr<Waiter> waiter) {
  require(waiter != nullptr, "a live kernel has a waiter");
  require(waiter_ == nullptr, "a kernel goes live once");
  waiter_ = std::move(waiter);
  waiter_->start(now_);
}

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
  if (waiter_) {
    wait_and_advance(end);
    return;
  }
  TimePoint due;
  while (!stopped_) {
    const Wakeup* wakeup = queue_.pop(end, due);
    if (wakeup == nullptr) {
      return;
    }
    fire(*wakeup, due);
  }
}

void Kernel::wait_and_advance(TimePoint end) {
  constexpr int kMostAtOnce = 256;  // events between two looks at what arrived
  TimePoint due;
  while (!stopped_) {
    now_ = std::max(now_, waiter_->wait_until(std::min(queue_.next_due(), end)));
    waiter_->serve(now_);
    int fired = 0;
    for (; fired < kMostAtOnce && !stopped_; ++fired) {
      const Wakeup* wakeup = queue_.pop(std::min(now_, end), due);
      if (wakeup == nullptr) {
        break;
      }
      now_ = std::max(now_, waiter_->fires(due));
      fire(*wakeup, due);
    }
    if (fired == 0 && now_ >= end) {
      return;
    }
  }
}

inline void Kernel::fire(const Wakeup& wakeup, TimePoint due) {
  now_ = std::max(now_, due);
  ++events_;
  wakeup.fire();
}

}  // namespace violin
