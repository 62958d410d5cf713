#include "datapath/reactor/reactor.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <time.h>

#include <algorithm>
#include <array>

#include "core/require.h"

namespace violin {

namespace {

std::int64_t monotonic_nanoseconds() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

timespec to_timespec(Duration d) {
  return {.tv_sec = d.count() / 1'000'000'000, .tv_nsec = d.count() % 1'000'000'000};
}

}  // namespace

Reactor::Reactor(const ReactorOptions& options)
    : options_(options),
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      inbox_signal_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!epoll_ || !inbox_signal_) {
    throw_errno("cannot make the event loop's descriptors");
  }
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = nullptr;
  if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, inbox_signal_.get(), &event) != 0) {
    throw_errno("cannot watch the event loop's inbox");
  }
}

Reactor::~Reactor() = default;

void Reactor::watch(int fd, ReactorSource& source) {
  auto watch = std::make_unique<Watch>(Watch{fd, &source});
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = watch.get();
  if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) {
    throw_errno("cannot watch descriptor " + std::to_string(fd));
  }
  watches_.emplace(fd, std::move(watch));
}

void Reactor::want_writable(int fd, bool wanted) {
  const auto found = watches_.find(fd);
  require(found != watches_.end(), "a descriptor is watched before more is wanted of it");
  if (found->second->writable == wanted) {
    return;
  }
  found->second->writable = wanted;
  epoll_event event{};
  event.events = wanted ? EPOLLIN | EPOLLOUT : EPOLLIN;
  event.data.ptr = found->second.get();
  if (epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, fd, &event) != 0) {
    throw_errno("cannot watch descriptor " + std::to_string(fd));
  }
}

void Reactor::forget(int fd) {
  const auto found = watches_.find(fd);
  require(found != watches_.end(), "a descriptor that is forgotten was watched");
  epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
  found->second->source = nullptr;
  forgotten_.push_back(std::move(found->second));
  watches_.erase(found);
}

// The signal stands, and posted_ is set, while the inbox is not empty: all three change together.
void Reactor::post(std::function<void()> work) {
  const std::lock_guard lock(mutex_);
  inbox_.push_back(std::move(work));
  if (!posted_.exchange(true)) {
    const std::uint64_t one = 1;
    // Cannot fail: the counter is far from its end.
    [[maybe_unused]] const auto written = ::write(inbox_signal_.get(), &one, sizeof one);
  }
}

void Reactor::start(TimePoint now) {
  offset_ = monotonic_nanoseconds() - now.time_since_epoch().count();
  // 50 us by default, by which every sleep of this thread may be prolonged.
  prctl(PR_SET_TIMERSLACK, 1);
}

TimePoint Reactor::now() const { return TimePoint(Duration(monotonic_nanoseconds() - offset_)); }

// A flush may ask for another, or forget one.
void Reactor::flush() {
  const TimePoint time = now();
  while (!flushers_.empty()) {
    Flusher* next = flushers_.front();
    flushers_.erase(flushers_.begin());
    next->flush(time);
  }
}

TimePoint Reactor::wait_until(TimePoint due) {
  flush();
  if (due == kNever) {
    poll(Duration::max());
    return now();
  }
  TimePoint time = now();
  const Duration asleep = due - time - options_.spin;
  poll(std::max(asleep, Duration::zero()));
  time = now();
  while (ready_.empty() && !posted_ && time < due && due - time <= options_.spin) {
    poll(Duration::zero());
    time = now();
  }
  return time;
}

void Reactor::poll(Duration timeout) {
  std::array<epoll_event, kMostReady> events;
  const timespec limit = to_timespec(timeout);
  const int count = epoll_pwait2(epoll_.get(), events.data(), kMostReady,
                                 timeout == Duration::max() ? nullptr : &limit, nullptr);
  if (count < 0 && errno != EINTR) {
    throw_errno("cannot wait for events");
  }
  ++wakeups_;
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events[static_cast<std::size_t>(i)];
    if (auto* watch = static_cast<Watch*>(event.data.ptr)) {
      ready_.emplace_back(watch, std::uint32_t{event.events});
    }
  }
}

void Reactor::serve(TimePoint now) {
  for (std::size_t i = 0; i < ready_.size(); ++i) {
    const auto [watch, what] = ready_[i];
    if (watch->source != nullptr && (what & ~static_cast<std::uint32_t>(EPOLLOUT)) != 0) {
      watch->source->on_readable(now);
    }
    if (watch->source != nullptr && (what & EPOLLOUT) != 0) {
      watch->source->on_writable(now);
    }
  }
  ready_.clear();
  forgotten_.clear();
  run_posted();
}

void Reactor::run_posted() {
  if (!posted_) {
    return;
  }
  std::vector<std::function<void()>> inbox;
  {
    const std::lock_guard lock(mutex_);
    std::uint64_t count = 0;
    [[maybe_unused]] const auto read = ::read(inbox_signal_.get(), &count, sizeof count);
    posted_ = false;
    inbox.swap(inbox_);
  }
  for (const auto& work : inbox) {
    work();
  }
}

TimePoint Reactor::fires(TimePoint due) {
  const TimePoint time = now();
  lateness_.record(static_cast<std::uint64_t>(std::max(time - due, Duration::zero()).count()));
  return time;
}

}  // namespace violin
