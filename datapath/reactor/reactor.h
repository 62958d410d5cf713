// The wall clock of a live kernel: waits in epoll until the next event is due or a descriptor can
// be read, and tells how late events were.
//
// Time is CLOCK_MONOTONIC, counted from start(). Waits have nanosecond timeouts (epoll_pwait2) and
// the least timer slack that the system grants; with `spin`, the last part of each wait for an
// event is spent polling instead of sleeping, which costs processor time and gains punctuality.
//
// All of it is for the kernel's thread, but post(), which any thread may call.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/kernel.h"
#include "core/metrics.h"
#include "datapath/reactor/file_descriptor.h"

namespace violin {

// What is told when its descriptor is ready.
class ReactorSource {
 public:
  virtual ~ReactorSource() = default;
  // There is something to read. Level-triggered: is told again while there still is, so one call
  // takes a bounded number of frames and leaves the rest for the next.
  virtual void on_readable(TimePoint now) = 0;
  // There is room to write; only while it was asked for.
  virtual void on_writable(TimePoint /*now*/) {}
};

// What gathers frames during a round (one wake-up and what it sets off) and sends them at its end,
// so that trains end with their burst and nothing waits for more.
class Flusher {
 public:
  virtual ~Flusher() = default;
  virtual void flush(TimePoint now) = 0;
};

struct ReactorOptions {
  Duration spin{};  // how long before a due time it polls instead of sleeping
};

class Reactor final : public Waiter {
 public:
  // Throws std::system_error if the system gives no epoll or event descriptor.
  explicit Reactor(const ReactorOptions& options = {});
  ~Reactor() override;

  // Tells `source` when `fd` can be read, until forget(). Both stay open and alive until then.
  // Throws std::system_error.
  void watch(int fd, ReactorSource& source);
  // Whether the source also hears when the descriptor can be written.
  void want_writable(int fd, bool wanted);
  // May be called from any source's callback. Before the descriptor is closed.
  void forget(int fd);

  // Calls flusher.flush() before the next wait, in the order of asking and as often as was asked.
  void flush_later(Flusher& flusher) { flushers_.push_back(&flusher); }
  // It asked for a flush, maybe, and is to be destroyed.
  void forget(Flusher& flusher) { std::erase(flushers_, &flusher); }

  // Runs `work` on the kernel's thread, soon, in the order of posting. From any thread.
  void post(std::function<void()> work);

  // By how much events fired too late, in nanoseconds; those of before the last reset left out.
  const Histogram& lateness() const { return lateness_; }
  void reset_lateness() { lateness_ = {}; }
  std::uint64_t wakeups() const { return wakeups_; }

  TimePoint now() const;

  // --- Waiter
  void start(TimePoint now) override;
  TimePoint wait_until(TimePoint due) override;
  void serve(TimePoint now) override;
  TimePoint fires(TimePoint due) override;

 private:
  static constexpr int kMostReady = 64;
  struct Watch {
    int fd;
    ReactorSource* source;  // nullptr: forgotten
    bool writable = false;
  };

  void flush();
  void poll(Duration timeout);
  void run_posted();

  ReactorOptions options_;
  FileDescriptor epoll_;
  FileDescriptor inbox_signal_;
  std::mutex mutex_;  // of the inbox: its signal stands and posted_ is set while it is not empty
  std::vector<std::function<void()>> inbox_;
  std::atomic<bool> posted_ = false;
  std::unordered_map<int, std::unique_ptr<Watch>> watches_;
  std::vector<std::unique_ptr<Watch>> forgotten_;  // until the present round is over
  std::vector<std::pair<Watch*, std::uint32_t>> ready_;
  std::vector<Flusher*> flushers_;
  std::int64_t offset_ = 0;  // monotonic nanoseconds at kRunStart
  Histogram lateness_;
  std::uint64_t wakeups_ = 0;
};

}  // namespace violin
