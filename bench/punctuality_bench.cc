// How late frames leave a pipe under a live kernel, beside the floors: how late the system wakes a
// thread that waits by itself. Counters are microseconds; "cpu" is the share of one core that it
// took.
//
//   Floor/*      waits of 1 ms: timerfd, epoll_pwait2 with the least slack, spinning for the last
//   150 us Departures   frames that arrive at random times (exponential gaps), held for 10 ms each
//   FullFlight   1 Gbit/s and 100 ms: what is in flight at once, and what is lost of it
//
// Only an idle machine tells the truth: other work on the core shows in p99 at once.

#include <benchmark/benchmark.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include <cmath>
#include <cstring>
#include <functional>
#include <memory>
#include <vector>

#include "core/metrics.h"
#include "datapath/reactor/reactor.h"
#include "models/link/pipe.h"

namespace violin {
namespace {

using namespace std::chrono_literals;

constexpr Duration kSpin = 150us;

std::int64_t nanoseconds(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

void record_late(Histogram& late, std::int64_t nanoseconds_late) {
  late.record(static_cast<std::uint64_t>(std::max<std::int64_t>(nanoseconds_late, 0)));
}

// How late, and what it took of a core since the reporter was made.
class Reporter {
 public:
  void report(benchmark::State& state, const Histogram& late) const {
    const auto microseconds = [&](double q) {
      return static_cast<double>(late.quantile(q).value_or(0)) / 1000;
    };
    state.counters["late_p50_us"] = microseconds(0.5);
    state.counters["late_p99_us"] = microseconds(0.99);
    state.counters["late_max_us"] = static_cast<double>(late.max().value_or(0)) / 1000;
    state.counters["cpu"] = static_cast<double>(nanoseconds(CLOCK_PROCESS_CPUTIME_ID) - cpu_) /
                            static_cast<double>(nanoseconds(CLOCK_MONOTONIC) - begun_);
  }

 private:
  std::int64_t cpu_ = nanoseconds(CLOCK_PROCESS_CPUTIME_ID);
  std::int64_t begun_ = nanoseconds(CLOCK_MONOTONIC);
};

// `wait_until` returns at or after the CLOCK_MONOTONIC time that it is given.
void floor(benchmark::State& state, const std::function<void(std::int64_t)>& wait_until) {
  prctl(PR_SET_TIMERSLACK, 1);
  for (auto _ : state) {
    const Reporter reporter;
    Histogram late;
    std::int64_t due = nanoseconds(CLOCK_MONOTONIC);
    for (int i = 0; i < 2000; ++i) {
      due = std::max(due + 1'000'000, nanoseconds(CLOCK_MONOTONIC));
      wait_until(due);
      record_late(late, nanoseconds(CLOCK_MONOTONIC) - due);
    }
    reporter.report(state, late);
  }
}

timespec timespec_of(std::int64_t time) {
  return {.tv_sec = time / 1'000'000'000, .tv_nsec = time % 1'000'000'000};
}

void sleep_in_epoll(int epoll, std::int64_t until) {
  const std::int64_t left = until - nanoseconds(CLOCK_MONOTONIC);
  if (left > 0) {
    epoll_event event{};
    const timespec limit = timespec_of(left);
    epoll_pwait2(epoll, &event, 1, &limit, nullptr);
  }
}

void FloorTimerfd(benchmark::State& state) {
  const FileDescriptor timer(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC));
  floor(state, [&](std::int64_t due) {
    const itimerspec setting{.it_interval = {}, .it_value = timespec_of(due)};
    timerfd_settime(timer.get(), TFD_TIMER_ABSTIME, &setting, nullptr);
    std::uint64_t count = 0;
    benchmark::DoNotOptimize(::read(timer.get(), &count, sizeof count));
  });
}

void FloorEpoll(benchmark::State& state) {
  const FileDescriptor epoll(epoll_create1(EPOLL_CLOEXEC));
  floor(state, [&](std::int64_t due) { sleep_in_epoll(epoll.get(), due); });
}

void FloorSpin(benchmark::State& state) {
  const FileDescriptor epoll(epoll_create1(EPOLL_CLOEXEC));
  floor(state, [&](std::int64_t due) {
    sleep_in_epoll(epoll.get(), due - kSpin.count());
    while (nanoseconds(CLOCK_MONOTONIC) < due) {
    }
  });
}

// Frames at random times with their time of sending in them, in bursts.
class Source {
 public:
  Source(Kernel& kernel, Pipe& pipe, FrameSink& sink, Duration mean_gap, std::size_t burst)
      : kernel_(kernel), pipe_(pipe), sink_(sink), mean_gap_(mean_gap), burst_(burst) {
    timer_.arm_after(1ms);
  }

 private:
  void send() {
    const TimePoint now = kernel_.now();
    for (Frame& frame : burst_) {
      frame = kernel_.frames().make(60, 1440);
      std::memcpy(frame.writable().data(), &now, sizeof now);
    }
    pipe_.transmit(burst_, {&sink_, PortIndex{0}}, now);
    // From when it was due, so that being late costs no rate.
    const double gap =
        -std::log1p(-RandomStream::to_unit(random_())) *
        static_cast<double>(mean_gap_.count() * static_cast<std::int64_t>(burst_.size()));
    due_ += Duration(static_cast<std::int64_t>(gap));
    timer_.arm(due_);
  }

  Kernel& kernel_;
  Pipe& pipe_;
  FrameSink& sink_;
  Duration mean_gap_;
  std::vector<Frame> burst_;
  RandomStream random_ = kernel_.random("source");
  EventOrigin origin_{kernel_};
  TimePoint due_ = kernel_.now() + 1ms;
  Timer timer_ = Timer::calling<&Source::send>(kernel_, origin_, *this);
};

class LatenessSink final : public FrameSink {
 public:
  LatenessSink(Reactor& reactor, Duration delay) : reactor_(reactor), delay_(delay) {}
  void receive(PortIndex /*port*/, std::span<Frame> burst, TimePoint /*now*/) override {
    const TimePoint now = reactor_.now();
    for (Frame& frame : burst) {
      TimePoint sent;
      std::memcpy(&sent, frame.bytes().data(), sizeof sent);
      record_late(late, (now - (sent + delay_)).count());
      frame.reset();
    }
    most_in_flight = std::max(most_in_flight, pipe->queued());
  }

  const Pipe* pipe = nullptr;
  Histogram late;
  std::uint64_t most_in_flight = 0;

 private:
  Reactor& reactor_;
  Duration delay_;
};

struct Load {
  Duration delay;
  Duration mean_gap;  // between frames
  std::size_t burst;
  Duration spin;
};

void depart(benchmark::State& state, const Load& load) {
  for (auto _ : state) {
    auto owned = std::make_unique<Reactor>(ReactorOptions{.spin = load.spin});
    Reactor& reactor = *owned;
    Kernel kernel(1, std::move(owned));
    PipeParameters parameters;
    parameters.delay = ConstantDelay{load.delay};
    parameters.queue.max_frames.reset();
    Pipe pipe(kernel, "pipe", parameters);
    LatenessSink sink(reactor, load.delay);
    sink.pipe = &pipe;
    Source source(kernel, pipe, sink, load.mean_gap, load.burst);
    const Reporter reporter;
    kernel.run_until(kernel.now() + load.delay + 3s);
    reporter.report(state, sink.late);
    state.counters["frames_per_s"] = static_cast<double>(sink.late.count()) / 3;
    state.counters["in_flight"] = static_cast<double>(sink.most_in_flight);
    state.counters["lost"] = static_cast<double>(pipe.ledger().total_drops());
    pipe.abandon(Drop::kDetached);
  }
}

// Frames per second, frames in a burst, whether it spins.
void Departures(benchmark::State& state) {
  depart(state, {.delay = 10ms,
                 .mean_gap = Duration(1s) / state.range(0),
                 .burst = static_cast<std::size_t>(state.range(1)),
                 .spin = state.range(2) != 0 ? kSpin : Duration::zero()});
}

void FullFlight(benchmark::State& state) {
  depart(state, {.delay = 100ms,
                 .mean_gap = 12us,  // 1500 bytes at 1 Gbit/s
                 .burst = 1,
                 .spin = state.range(0) != 0 ? kSpin : Duration::zero()});
}

BENCHMARK(FloorTimerfd)->Iterations(1)->Unit(benchmark::kSecond)->UseRealTime();
BENCHMARK(FloorEpoll)->Iterations(1)->Unit(benchmark::kSecond)->UseRealTime();
BENCHMARK(FloorSpin)->Iterations(1)->Unit(benchmark::kSecond)->UseRealTime();
BENCHMARK(Departures)
    ->Iterations(1)
    ->Unit(benchmark::kSecond)
    ->UseRealTime()
    ->ArgNames({"rate", "burst", "spin"})
    ->Args({1000, 1, 0})
    ->Args({1000, 1, 1})
    ->Args({100'000, 1, 0})
    ->Args({100'000, 1, 1})
    ->Args({100'000, 64, 0})
    ->Args({100'000, 64, 1});
BENCHMARK(FullFlight)
    ->Iterations(1)
    ->Unit(benchmark::kSecond)
    ->UseRealTime()
    ->ArgName("spin")
    ->Arg(0)
    ->Arg(1);

}  // namespace
}  // namespace violin
