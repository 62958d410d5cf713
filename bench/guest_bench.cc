// Guests: how long until N of them can be reached, how much of the host's memory each takes, what a
// command costs, and TCP between two that are joined by VIOLIN, by the least relay, or by another
// program's switch.
//
// The kernel is Debian's, or what VIOLIN_GUEST_KERNEL names.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/guest_pair.h"
#include "datapath/uml/guest.h"
#include "datapath/uml/guest_host.h"
#include "datapath/uml/run_program.h"

namespace {

using namespace violin;
using namespace violin::uml;
using Guests = std::vector<std::unique_ptr<Guest>>;

std::filesystem::path base() {
  return std::filesystem::temp_directory_path() /
         ("violin-guest-bench-" + std::to_string(::getpid()));
}

struct Removal {
  ~Removal() {
    std::error_code ignored;
    std::filesystem::remove_all(base(), ignored);
  }
};
const Removal kAtTheEnd;

GuestSpec spec(const std::string& name, bool busybox) {
  GuestSpec spec;
  spec.name = name;
  spec.kernel = bench::guest_kernel();
  if (busybox) {
    spec.root = BusyboxRoot{};
  }
  return spec;
}

void boot(Guests& guests) {
  for (const auto& guest : guests) {
    guest->start();
  }
  for (const auto& guest : guests) {
    guest->wait_until_ready();
  }
}

void BM_BootUntilReady(benchmark::State& state) {
  GuestHost host;
  for (auto _ : state) {
    Guests guests;
    for (int i = 0; i < state.range(0); ++i) {
      const std::string name = "guest" + std::to_string(i);
      guests.push_back(
          std::make_unique<Guest>(host, spec(name, state.range(1) != 0), base() / name));
    }
    boot(guests);
    state.PauseTiming();
    double memory = 0;
    for (const auto& guest : guests) {
      memory += static_cast<double>(guest->memory().value);
    }
    state.counters["MB/guest"] = memory / 1e6 / static_cast<double>(guests.size());
    guests.clear();
    state.ResumeTiming();
  }
}
BENCHMARK(BM_BootUntilReady)
    ->ArgNames({"guests", "busybox"})
    ->ArgsProduct({{1, 4, 20}, {0, 1}})
    ->Iterations(3)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

void BM_Command(benchmark::State& state) {
  GuestHost host;
  Guest guest(host, spec("guest", true), base() / "guest");
  guest.start();
  guest.wait_until_ready();
  for (auto _ : state) {
    guest.run({"true"});
  }
}
BENCHMARK(BM_Command)->Unit(benchmark::kMillisecond)->UseRealTime();

// One way, as the command's input or output.
void BM_CommandBytes(benchmark::State& state) {
  GuestHost host;
  Guest guest(host, spec("guest", true), base() / "guest");
  guest.start();
  guest.wait_until_ready();
  constexpr std::size_t kBytes = 4'000'000;
  const std::string input = state.range(0) == 0 ? std::string(kBytes, 'x') : std::string();
  for (auto _ : state) {
    if (state.range(0) == 0) {
      guest.run({"wc", "-c"}, input);
    } else {
      guest.run({"head", "-c", std::to_string(kBytes), "/dev/zero"});
    }
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(kBytes) *
                          static_cast<std::int64_t>(state.iterations()));
}
BENCHMARK(BM_CommandBytes)->ArgName("output")->Arg(0)->Arg(1)->UseRealTime();

// TCP between two guests. Those of a run take turns, so that what else the machine does meets all
// alike; medians.
class Turns {
 public:
  static constexpr int kRounds = 3;

  static const std::vector<double>& rates_of(const bench::GuestPairKind& kind) {
    static Turns turns;
    return turns.rates_[kind.name];
  }
  static double median_of(const bench::GuestPairKind& kind) {
    std::vector<double> rates = rates_of(kind);
    std::ranges::sort(rates);
    return rates.empty() ? 0 : rates[rates.size() / 2];
  }

 private:
  Turns() {
    for (int round = 0; round < kRounds; ++round) {
      for (const bench::GuestPairKind& kind : bench::guest_pair_kinds()) {
        if (kind.program.empty() || !find_program(kind.program).empty()) {
          rates_[kind.name].push_back(kind.make(base() / kind.name)->tcp());
        }
      }
    }
  }

  std::map<std::string, std::vector<double>> rates_;
};

bool is_ours(const bench::GuestPairKind& kind) { return kind.name.starts_with("violin"); }

void tcp_between_guests(benchmark::State& state, const bench::GuestPairKind& kind) {
  if (find_program("iperf3").empty()) {
    state.SkipWithError("there is no iperf3: apt-get install iperf3");
    return;
  }
  if (!kind.program.empty() && find_program(kind.program).empty()) {
    throw std::runtime_error("there is no " + kind.program + ": apt-get install " + kind.package);
  }
  for (auto _ : state) {
    state.SetIterationTime(3);
  }
  const double rate = Turns::median_of(kind);
  state.counters["Gbit/s"] = rate / 1e9;
  if (!is_ours(kind)) {
    return;
  }
  for (const bench::GuestPairKind& other : bench::guest_pair_kinds()) {
    if (const double theirs = Turns::median_of(other); theirs > 0 && !is_ours(other)) {
      state.counters[(other.program.empty() ? "of_" : "x_") + other.name] = rate / theirs;
    }
  }
}

const bool kTcpRegistered = [] {
  for (const bench::GuestPairKind& kind : bench::guest_pair_kinds()) {
    benchmark::RegisterBenchmark(("BM_TcpBetweenGuests/" + kind.name).c_str(),
                                 [&kind](benchmark::State& state) {
                                   try {
                                     tcp_between_guests(state, kind);
                                   } catch (const std::exception& error) {
                                     state.SkipWithError(error.what());
                                   }
                                 })
        ->Iterations(Turns::kRounds)
        ->UseManualTime();
  }
  return true;
}();

}  // namespace
