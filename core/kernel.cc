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
    : kernel_(kernel), origin_(origin), slot_(kernel.queue_.open(callback, context)) {}

Timer::~Timer() { kernel_.queue_.close(slot_); }

void Timer::arm(TimePoint due) {
  kernel_.queue_.arm(slot_, std::max(due, kernel_.now_), origin_.next_++);
}

void Timer::arm_after(Duration delay) { arm(kernel_.now_ + delay); }
void Timer::cancel() { kernel_.queue_.cancel(slot_); }
bool Timer::armed() const { return kernel_.queue_.armed(slot_); }
TimePoint Timer::due() const { return kernel_.queue_.due(slot_); }

Kernel::Kernel(std::uint64_t seed, std::unique_ptr<Waiter> waiter)
    : seed_(seed), waiter_(std::move(waiter)) {}

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
    const auto wakeup = queue_.pop(waiter_ ? std::min(now_, end) : end);
    if (!wakeup) {
      if (!waiter_ || now_ >= end) {
        return;
      }
      continue;
    }
    now_ = std::max(now_, wakeup->due);
    ++events_;
    wakeup->callback(wakeup->context);
  }
}

}  // namespace violin
