// How fast are pending events taken out and armed anew, beside floors, std::priority_queue and
// ns-3? The hold model with exponential increments of mean 1 ms at 1e3, 1e5 and 1e6 pending events;
// items are events. Each engine first makes four increments per pending event, past the transient.
//
//   kernel/huge_pages   Kernel and Timers; queue and timers' owners in pages of 2 MiB
//   kernel/malloc       the same in ordinary memory
//   wheel, heap4        floors: bare events of 16 bytes, in pages of 2 MiB
//   priority_queue      std::priority_queue, entries of 24 bytes
//   ns3_map, ns3_heap   ns3::Simulator with its default MapScheduler, with PriorityQueueScheduler

#include <benchmark/benchmark.h>

#include <deque>
#include <functional>
#include <memory>
#include <memory_resource>
#include <queue>
#include <string>
#include <vector>

#include "bench/comparison.h"
#include "bench/floors/heap4.h"
#include "bench/floors/wheel.h"
#include "bench/hold_model.h"
#include "bench/huge_pages.h"
#include "bench/peers/ns3_hold.h"
#include "core/kernel.h"

namespace violin::bench {
namespace {

constexpr Duration kMean = std::chrono::milliseconds(1);
constexpr Duration kWarmUp = 4 * kMean;

constexpr std::size_t memory_for(std::size_t pending) {
  return (std::size_t{32} << 20) + pending * 256;
}

// Ours as users have it: each owner is an origin of its own with a timer that it arms anew.
class KernelHold final : public Engine {
 public:
  KernelHold(std::size_t pending, std::pmr::memory_resource& memory)
      : kernel_(1, nullptr, &memory), owners_(&memory) {
    for (std::size_t i = 0; i < pending; ++i) {
      owners_.emplace_back(kernel_, increments_);
    }
  }
  void run_for(Duration d) override { kernel_.run_until(kernel_.now() + d); }
  std::uint64_t items() const override { return kernel_.events(); }

 private:
  struct Owner {
    Owner(Kernel& kernel, HoldIncrements& shared_increments)
        : origin(kernel),
          increments(shared_increments),
          timer(Timer::calling<&Owner::fire>(kernel, origin, *this)) {
      fire();
    }
    void fire() { timer.arm_after(Duration(increments.next())); }

    EventOrigin origin;
    HoldIncrements& increments;
    Timer timer;
  };

  HoldIncrements increments_;
  Kernel kernel_;
  std::pmr::deque<Owner> owners_;
};

class KernelHoldInHugePages final : public Engine {
 public:
  explicit KernelHoldInHugePages(std::size_t pending)
      : memory_(memory_for(pending)), hold_(pending, memory_) {}
  void run_for(Duration d) override { hold_.run_for(d); }
  std::uint64_t items() const override { return hold_.items(); }

 private:
  HugePages memory_;
  KernelHold hold_;
};

// A bare queue of events, whose first is replaced.
template <typename Queue>
class BareHold final : public Engine {
 public:
  template <typename... Arguments>
  explicit BareHold(std::size_t pending, Arguments&&... arguments)
      : memory_(memory_for(pending)), queue_(pending, arguments..., memory_) {
    for (; key_ < pending; ++key_) {
      queue_.push({increments_.next(), key_});
    }
  }
  void run_for(Duration d) override {
    end_ += d.count();
    while (queue_.top().due <= end_) {
      const Event first = queue_.top();
      queue_.replace_top({first.due + increments_.next(), first.key});
      ++events_;
    }
  }
  std::uint64_t items() const override { return events_; }

 private:
  HugePages memory_;
  HoldIncrements increments_;
  Queue queue_;
  std::uint64_t key_ = 0;
  std::int64_t end_ = 0;
  std::uint64_t events_ = 0;
};

class StandardHold final : public Engine {
 public:
  explicit StandardHold(std::size_t pending) {
    for (std::uint64_t key = 0; key < pending; ++key) {
      queue_.push({{increments_.next(), key}, this});
    }
  }
  void run_for(Duration d) override {
    end_ += d.count();
    while (queue_.top().event.due <= end_) {
      Entry first = queue_.top();
      queue_.pop();
      first.event.due += increments_.next();
      queue_.push(first);
      ++events_;
    }
  }
  std::uint64_t items() const override { return events_; }

 private:
  struct Entry {
    Event event;
    void* owner;
    bool operator>(const Entry& other) const { return other.event < event; }
  };
  // 24 bytes: an Event's comparison as one integer aligns nothing.
  static_assert(sizeof(Entry) == 24);

  HoldIncrements increments_;
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> queue_;
  std::int64_t end_ = 0;
  std::uint64_t events_ = 0;
};

class HoldBenchmarks {
 public:
  void add(const std::string& engine, std::size_t pending,
           const std::function<std::unique_ptr<Engine>()>& make,
           const std::vector<Beside>& beside = {}) {
    const std::string name = "hold/" + engine + "/" + std::to_string(pending);
    // About 50,000 events at each iteration.
    const auto slice = Duration(kMean.count() * 50'000 / static_cast<std::int64_t>(pending));
    auto* registered =
        benchmark::RegisterBenchmark(name.c_str(), [=, this](benchmark::State& state) {
          const auto hold = make();
          hold->run_for(kWarmUp);
          comparison_.measure(state, *hold, slice, name, beside);
        });
    registered->Unit(benchmark::kMillisecond);
    if (engine.starts_with("ns3")) {
      registered->Iterations(20);  // it is warm only after a while
    }
  }

  void add_all(std::size_t pending) {
    const std::string n = std::to_string(pending);
    if (has_ns3()) {
      add("ns3_map", pending, [=] { return make_ns3_hold("ns3::MapScheduler", pending); });
      add("ns3_heap", pending,
          [=] { return make_ns3_hold("ns3::PriorityQueueScheduler", pending); });
    }
    const Beside map{"x_ns3_map", "hold/ns3_map/" + n};
    const Beside floor{"of_wheel", "hold/wheel/" + n};
    add("priority_queue", pending, [=] { return std::make_unique<StandardHold>(pending); }, {map});
    add("heap4", pending, [=] { return std::make_unique<BareHold<Heap4>>(pending); }, {map});
    add("wheel", pending,
        [=] { return std::make_unique<BareHold<Wheel>>(pending, to_nanoseconds(kMean)); }, {map});
    const std::vector<Beside> all{map, {"x_ns3_heap", "hold/ns3_heap/" + n}, floor};
    add(
        "kernel/malloc", pending,
        [=] { return std::make_unique<KernelHold>(pending, *std::pmr::new_delete_resource()); },
        all);
    add(
        "kernel/huge_pages", pending,
        [=] { return std::make_unique<KernelHoldInHugePages>(pending); }, all);
  }

 private:
  static double to_nanoseconds(Duration d) { return static_cast<double>(d.count()); }

  Comparison comparison_;
};

}  // namespace
}  // namespace violin::bench

int main(int argc, char** argv) {
  violin::bench::HoldBenchmarks benchmarks;
  for (const std::size_t pending : {1'000U, 100'000U, 1'000'000U}) {
    benchmarks.add_all(pending);
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) {
    return 2;
  }
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
