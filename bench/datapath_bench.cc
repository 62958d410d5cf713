// What a frame costs on its way through one core over loopback UDP, beside the least that relays
// datagrams: one by one, and in trains.
//
// Only the relay is timed, in its thread's CPU time, which has the kernel's work in it: what it
// reads was put there before, what it writes is taken away after.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <ctime>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "bench/floors/udp_relay.h"
#include "bench/tunnel_relay.h"

namespace violin::bench {
namespace {

double thread_cpu_seconds() {
  std::timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

class DatapathBenchmarks {
 public:
  struct Beside {
    std::string counter;
    std::string baseline;
  };

  void add(const std::string& name, const std::function<std::unique_ptr<Relay>()>& make,
           const std::vector<Beside>& beside = {}) {
    benchmark::RegisterBenchmark(name.c_str(),
                                 [=, this](benchmark::State& state) {
                                   const auto relay = make();
                                   measure(state, *relay, name, beside);
                                 })
        ->UseManualTime()
        ->Unit(benchmark::kMicrosecond);
  }

  void add_all(std::size_t size) {
    const std::string n = std::to_string(size);
    add("floor/single/" + n, [=] { return make_single_udp_relay(size); });
    add("floor/train/" + n, [=] { return make_train_udp_relay(size); });
    const Beside single{"of_single", "floor/single/" + n};
    const Beside train{"of_train", "floor/train/" + n};
    add("l2tpv3/single/" + n, [=] { return make_l2tpv3_relay(size, 2, false); }, {single});
    add("l2tpv3/single16/" + n, [=] { return make_l2tpv3_relay(size, 16, false); }, {single});
    add("l2tpv3/train/" + n, [=] { return make_l2tpv3_relay(size, 2, true); }, {single, train});
    add("segment/" + n, [=] { return make_segment_relay(size); }, {single, train});
  }

 private:
  void measure(benchmark::State& state, Relay& relay, const std::string& name,
               const std::vector<Beside>& beside) {
    std::uint64_t frames = 0;
    std::vector<double> took;  // per frame
    for (int warm_up = 0; warm_up < 3; ++warm_up) {
      relay.fill();
      relay.forward();
      relay.drain();
    }
    for (auto _ : state) {
      const std::uint64_t filled = relay.fill();
      const double begun = thread_cpu_seconds();
      relay.forward();
      const double once = thread_cpu_seconds() - begun;
      state.SetIterationTime(once);
      took.push_back(once / static_cast<double>(filled));
      frames += filled;
      if (relay.drain() != filled) {
        state.SkipWithError("frames were lost: raise net.core.rmem_max");
        return;
      }
    }
    // The median of the iterations: others' work on the machine disturbs some of them.
    std::ranges::nth_element(took, took.begin() + static_cast<std::ptrdiff_t>(took.size() / 2));
    const double rate = 1 / took[took.size() / 2];
    rates_[name] = rate;
    state.SetItemsProcessed(static_cast<std::int64_t>(frames));
    state.counters["ns/item"] = 1e9 / rate;
    for (const Beside& other : beside) {
      if (const auto found = rates_.find(other.baseline); found != rates_.end()) {
        state.counters[other.counter] = rate / found->second;
      }
    }
  }

  std::map<std::string, double> rates_;
};

}  // namespace
}  // namespace violin::bench

int main(int argc, char** argv) {
  violin::bench::DatapathBenchmarks benchmarks;
  for (const std::size_t size : {64U, 512U, 1400U}) {
    benchmarks.add_all(size);
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) {
    return 2;
  }
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
