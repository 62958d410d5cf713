// The event kernel: one clock, one total order of events, one thread.
//
// Events are ordered by (due time, origin, the origin's sequence number), so the order depends
// neither on who armed first nor on how the queue stores them. An origin is one component; its
// sequence number counts the timers that it armed.
//
// How time passes is a Waiter's matter: without one, virtual time jumps to the next event; with one
// it is the waiter's clock, and what happens outside (frames that arrive) happens between events.
//
// Single-threaded. Timers, and whatever their callbacks use, may be destroyed inside any callback,
// their own included. The kernel outlives its timers, origins and frames.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <memory_resource>
#include <string_view>

#include "core/event_queue.h"
#include "core/frame.h"
#include "core/random.h"
#include "core/time.h"

namespace violin {

class Kernel;

// The identity under which a component's events are ordered. Numbers are given in order of
// construction, at most 2^24 - 1 in a run.
class EventOrigin {
 public:
  explicit EventOrigin(Kernel& kernel);
  EventOrigin(const EventOrigin&) = delete;
  EventOrigin& operator=(const EventOrigin&) = delete;

  std::uint32_t id() const { return static_cast<std::uint32_t>(next_ >> EventKey::kSequenceBits); }

 private:
  friend class Timer;
  std::uint64_t next_;  // the key of the next event
};

// A pending wake-up at most one at a time. Not movable: the kernel knows where it is.
class Timer {
 public:
  using Callback = Wakeup::Callback;

  // Calls `callback(context)` when due. Kernel and origin outlive the timer.
  Timer(Kernel& kernel, EventOrigin& origin, Callback callback, void* context);
  // Timer::calling<&Owner::method>(kernel, origin, *this) is the usual form.
  template <auto Method, typename Owner>
  static Timer calling(Kernel& kernel, EventOrigin& origin, Owner& owner) {
    return Timer(
        kernel, origin, [](void* context) { (static_cast<Owner*>(context)->*Method)(); }, &owner);
  }
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  ~Timer();

  // Replaces whatever was pending. `due` in the past means now (after the events already due).
  void arm(TimePoint due);
  void arm_after(Duration delay);
  void cancel() { wakeup_.disarm(); }
  bool armed() const { return wakeup_.armed(); }
  // Of an armed timer.
  TimePoint due() const { return wakeup_.due(); }

 private:
  Kernel& kernel_;
  EventOrigin& origin_;
  Wakeup wakeup_;
};

// How time passes between events, and what happens meanwhile.
class Waiter {
 public:
  virtual ~Waiter() = default;
  // The waiter's clock shows `now` at this moment and goes on from there. Called once, before all
  // else.
  virtual void start(TimePoint /*now*/) {}
  // Returns at `due` (kNever: no event is pending), or earlier if there is something to do: the
  // time it is then. Does not block if `due` is past.
  virtual TimePoint wait_until(TimePoint due) = 0;
  // Does what there is to do, at the kernel's time. Called after each wait.
  virtual void serve(TimePoint /*now*/) {}
  // Is told of each event that fires, when it was due; the time it is then.
  virtual TimePoint fires(TimePoint due) { return due; }
};

class Kernel {
 public:
  // Pending events are kept in `memory`, which outlives the kernel.
  explicit Kernel(std::uint64_t seed = 1, std::unique_ptr<Waiter> waiter = nullptr,
                  std::pmr::memory_resource* memory = std::pmr::get_default_resource());
  Kernel(const Kernel&) = delete;
  Kernel& operator=(const Kernel&) = delete;

  TimePoint now() const { return now_; }
  // From now on, time is the waiter's: what has run in virtual time goes on at its pace. Timers
  // keep their order and what remains of their time. Not inside a callback.
  void go_live(std::unique_ptr<Waiter> waiter);
  bool live() const { return waiter_ != nullptr; }

  // Runs every event that is due at or before `end`; then now() == end, unless stopped.
  void run_until(TimePoint end);
  // Runs until no event is pending, or stopped.
  void run();
  // The run function returns after the current callback.
  void stop() { stopped_ = true; }

  std::uint64_t events() const { return events_; }  // callbacks made so far
  std::uint64_t seed() const { return seed_; }
  RandomStream random(std::string_view component) const { return {seed_, component}; }
  FramePool& frames() { return frames_; }

 private:
  friend class Timer;
  friend class EventOrigin;
  void advance(TimePoint end);
  void wait_and_advance(TimePoint end);
  void fire(const Wakeup& wakeup, TimePoint due);

  std::uint64_t seed_;
  std::unique_ptr<Waiter> waiter_;
  FramePool frames_;
  EventQueue queue_;
  TimePoint now_ = kRunStart;
  std::uint64_t events_ = 0;
  std::uint32_t next_origin_ = 1;
  bool stopped_ = false;
};

inline void Timer::arm(TimePoint due) {
  kernel_.queue_.arm(wakeup_, std::max(due, kernel_.now_), origin_.next_++);
}

inline void Timer::arm_after(Duration delay) { arm(kernel_.now_ + delay); }

}  // namespace violin
