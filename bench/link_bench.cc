// What a frame costs on its way through one link: the link, the kernel's event and the hand-over,
// without making frames. Items are frames; the floor does the same arithmetic and hash over a bare
// ring with one queue for events that are known to come in order.

#include <benchmark/benchmark.h>

#include <chrono>
#include <deque>
#include <memory>
#include <vector>

#include "core/kernel.h"
#include "models/link/link.h"

namespace violin {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kStored = 60;
constexpr std::uint32_t kElided = 940;

// Sends what arrives into the link again: a ring of frames that never ends.
class Turnaround final : public FrameSink {
 public:
  void receive(PortIndex, std::span<Frame> burst, TimePoint now) override {
    arrived += burst.size();
    into.send(burst, now);
  }
  Attachment into;
  std::uint64_t arrived = 0;
};

// `links` links, each with `frames` frames that go round.
class Rounds {
 public:
  Rounds(const PipeParameters& parameters, std::size_t links, std::size_t frames) {
    for (std::size_t i = 0; i < links; ++i) {
      turns_.push_back(std::make_unique<Turnaround>());
      links_.push_back(std::make_unique<Link>(kernel_, "link" + std::to_string(i),
                                              Attachment{turns_.back().get(), {}}, parameters));
      turns_.back()->into = links_.back()->near_end();
    }
    RandomStream random = kernel_.random("start");
    for (std::size_t i = 0; i < frames; ++i) {
      for (auto& link : links_) {
        kernel_.run_until(kernel_.now() + Duration(random() % 1000));
        Frame frame = kernel_.frames().make(kStored, kElided);
        std::ranges::fill(frame.writable(), std::uint8_t{1});
        link->near_end().send(frame, kernel_.now());
      }
    }
  }
  void run_for(Duration d) { kernel_.run_until(kernel_.now() + d); }
  std::uint64_t arrived() const {
    std::uint64_t sum = 0;
    for (const auto& turn : turns_) {
      sum += turn->arrived;
    }
    return sum;
  }
  const Pipe& first() const { return links_.front()->pipe(); }

 private:
  Kernel kernel_;
  std::vector<std::unique_ptr<Turnaround>> turns_;
  std::vector<std::unique_ptr<Link>> links_;
};

void run(benchmark::State& state, const PipeParameters& parameters, std::size_t links,
         std::size_t frames) {
  Rounds rounds(parameters, links, frames);
  rounds.run_for(20ms);
  const std::uint64_t before = rounds.arrived();
  for (auto _ : state) {
    rounds.run_for(1ms);
  }
  const auto count = static_cast<std::int64_t>(rounds.arrived() - before);
  state.SetItemsProcessed(count);
  state.counters["ns/frame"] = benchmark::Counter(
      static_cast<double>(count) * 1e-9, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

PipeParameters gigabit() {
  return {.rate = BitRate::gbps(1), .overhead = Bytes{24}, .delay = ConstantDelay{1ms}};
}

// In flight are up to 122 frames of 8.2 us in 1 ms. With many links, nothing is in the near caches.
void tail_drop(benchmark::State& state) {
  run(state, gigabit(), static_cast<std::size_t>(state.range(0)),
      static_cast<std::size_t>(state.range(1)));
}
BENCHMARK(tail_drop)
    ->ArgNames({"links", "frames"})
    ->Args({1, 100})
    ->Args({20, 100})
    ->Args({2000, 4})
    ->Args({2000, 20});

// More frames than are in flight: each waits.
void standing_queue(benchmark::State& state) { run(state, gigabit(), 20, 300); }
BENCHMARK(standing_queue);

void no_rate(benchmark::State& state) { run(state, {.delay = ConstantDelay{1ms}}, 20, 100); }
BENCHMARK(no_rate);

void jitter_and_loss(benchmark::State& state) {
  PipeParameters parameters = gigabit();
  parameters.loss = BernoulliLoss{1e-12};  // drawn for each frame, but the ring is not to run dry
  parameters.delay = UniformDelay{500us, 1500us};
  run(state, parameters, 20, 100);
}
BENCHMARK(jitter_and_loss);

void normal_jitter(benchmark::State& state) {
  PipeParameters parameters = gigabit();
  parameters.delay = NormalDelay{1ms, 100us};
  run(state, parameters, 20, 100);
}
BENCHMARK(normal_jitter);

void reordering(benchmark::State& state) {
  PipeParameters parameters = gigabit();
  parameters.delay = UniformDelay{500us, 1500us};
  parameters.may_reorder = true;
  run(state, parameters, 20, 100);
}
BENCHMARK(reordering);

void codel(benchmark::State& state) {
  PipeParameters parameters = gigabit();
  parameters.queue.codel = CodelParameters{.target = 10ms};  // decides, but does not drop
  run(state, parameters, 20, 300);
}
BENCHMARK(codel);

void fingerprint(benchmark::State& state) {
  FramePool pool;
  Frame frame = pool.make(static_cast<std::size_t>(state.range(0)), kElided);
  std::ranges::fill(frame.writable(), std::uint8_t{1});
  DeliveryFingerprint rolling;
  TimePoint due = kRunStart;
  for (auto _ : state) {
    rolling.add(due += 1us, frame);
    benchmark::DoNotOptimize(rolling);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(fingerprint)->Arg(42)->Arg(60)->Arg(1514);

// The least that a frame's hop takes: serialisation, a ring of (due, frame), hash, virtual call.
void floor_ring(benchmark::State& state) {
  struct Entry {
    TimePoint due;
    Frame frame;
  };
  FramePool pool;
  std::vector<Entry> ring(128);
  Serialiser serialiser;
  DeliveryFingerprint rolling;
  Turnaround turn;
  class Sink final : public FrameSink {
   public:
    void receive(PortIndex, std::span<Frame> burst, TimePoint) override {
      kept = std::move(burst[0]);
    }
    Frame kept;
  } sink;
  turn.into = {&sink, {}};
  FrameSink* far = &turn;
  benchmark::DoNotOptimize(far);
  for (Entry& entry : ring) {
    entry.frame = pool.make(kStored, kElided);
    std::ranges::fill(entry.frame.writable(), std::uint8_t{1});
  }
  TimePoint busy = kRunStart;
  std::size_t at = 0;
  for (auto _ : state) {
    Entry& entry = ring[at++ & 127];
    rolling.add(entry.due, entry.frame);
    far->receive({}, {&entry.frame, 1}, entry.due);
    entry.frame = std::move(sink.kept);
    busy += serialiser.next(entry.frame.size(), BitRate::gbps(1));
    entry.due = busy + 1ms;
    benchmark::DoNotOptimize(rolling);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(floor_ring);

}  // namespace
}  // namespace violin
