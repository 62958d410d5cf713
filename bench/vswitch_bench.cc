// What a frame costs in a vSwitch, beside its floor: the two look-ups in the MAC table alone.
#include <benchmark/benchmark.h>

#include <random>
#include <vector>

#include "models/vswitch/vswitch.h"

namespace violin {
namespace {

constexpr std::size_t kBurst = 64;

// Ends frames where they are taken.
class Sink final : public FrameSink {
 public:
  void receive(PortIndex, std::span<Frame> burst, TimePoint) override {
    for (Frame& frame : burst) {
      frame.reset();
    }
  }
};

// The next random pair of stations, the first of them at port `ingress`.
class Traffic {
 public:
  Traffic(std::uint64_t stations, std::uint64_t ports) : stations_(stations), ports_(ports) {}

  MacAddress sender() {
    return MacAddress::local(random_() % (stations_ / ports_) * ports_);  // at port 0
  }
  MacAddress receiver() {
    const std::uint64_t index = random_() % stations_;
    return MacAddress::local(index % ports_ == 0 ? index + 1 : index);
  }

 private:
  std::mt19937_64 random_{1};
  std::uint64_t stations_;
  std::uint64_t ports_;
};

// `stations` stations, number i at port i % ports.
class Lan {
 public:
  Lan(std::uint64_t stations, std::uint64_t ports) : switch_(kernel_, "vSwitch") {
    for (std::uint64_t i = 0; i < ports; ++i) {
      const PortIndex port = switch_.connect();
      switch_.plug(port, {&sink_, port});
    }
    for (std::uint64_t i = 0; i < stations; ++i) {
      Frame frame = make(MacAddress::local(i), MacAddress(0x0180'c200'0000ULL));
      switch_.receive(PortIndex{static_cast<std::uint32_t>(i % ports)}, {&frame, 1}, kRunStart);
    }
  }

  Frame make(MacAddress from, MacAddress to) {
    Frame frame = kernel_.frames().make(42, 1400);
    const auto bytes = frame.writable();
    for (std::size_t i = 0; i < 6; ++i) {
      bytes[i] = static_cast<std::uint8_t>(to.bits() >> (40 - 8 * i));
      bytes[6 + i] = static_cast<std::uint8_t>(from.bits() >> (40 - 8 * i));
    }
    return frame;
  }
  void relay(std::vector<Frame>& burst) { switch_.receive(PortIndex{0}, burst, kRunStart); }

 private:
  Kernel kernel_;
  Sink sink_;
  VSwitch switch_;
};

// Frames that stay, so that only handles on them are made in the measured loop.
std::vector<Frame> stock(Lan& lan, std::size_t n, std::uint64_t stations, std::uint64_t ports) {
  Traffic traffic(stations, ports);
  std::vector<Frame> frames;
  for (std::size_t i = 0; i < n; ++i) {
    frames.push_back(lan.make(traffic.sender(), traffic.receiver()));
  }
  return frames;
}

void report(benchmark::State& state, std::size_t burst) {
  const auto frames = static_cast<double>(state.iterations()) * static_cast<double>(burst);
  state.SetItemsProcessed(static_cast<std::int64_t>(frames));
  state.counters["per_frame"] =
      benchmark::Counter(frames, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

// Floor: learn the source and find the destination, with keys made before.
void BM_MacTableLookups(benchmark::State& state) {
  const auto stations = static_cast<std::uint64_t>(state.range(0));
  MacTable table(1 << 17, std::chrono::seconds(300));
  for (std::uint64_t i = 0; i < stations; ++i) {
    table.learn(MacTable::key(MacAddress::local(i), kTransparentVlan), PortIndex{0}, kRunStart);
  }
  Traffic traffic(stations, 16);
  std::vector<std::pair<MacTable::Key, MacTable::Key>> keys;
  for (std::size_t i = 0; i < 4096; ++i) {
    keys.emplace_back(MacTable::key(traffic.sender(), kTransparentVlan),
                      MacTable::key(traffic.receiver(), kTransparentVlan));
  }
  std::size_t next = 0;
  for (auto _ : state) {
    for (std::size_t i = 0; i < kBurst; ++i) {
      table.prefetch(keys[next + i].first);
      table.prefetch(keys[next + i].second);
    }
    for (std::size_t i = 0; i < kBurst; ++i) {
      benchmark::DoNotOptimize(table.learn(keys[next + i].first, PortIndex{0}, kRunStart));
      benchmark::DoNotOptimize(table.find(keys[next + i].second, kRunStart));
    }
    next = (next + kBurst) % keys.size();
  }
  report(state, kBurst);
}
BENCHMARK(BM_MacTableLookups)->ArgName("stations")->Arg(100)->Arg(10'000)->Arg(100'000);

// Floor: make the handles and end them, which the next benchmark's loop does around the switch.
void BM_ShareAndEndFrames(benchmark::State& state) {
  Lan lan(10'000, 16);
  const auto frames = stock(lan, 1024, 10'000, 16);
  std::vector<Frame> burst(kBurst);
  std::size_t next = 0;
  for (auto _ : state) {
    for (std::size_t i = 0; i < kBurst; ++i) {
      burst[i] = frames[next + i].share();
    }
    benchmark::ClobberMemory();
    for (Frame& frame : burst) {
      frame.reset();
    }
    next = (next + kBurst) % frames.size();
  }
  report(state, kBurst);
}
BENCHMARK(BM_ShareAndEndFrames);

void BM_KnownUnicast(benchmark::State& state) {
  const auto stations = static_cast<std::uint64_t>(state.range(0));
  const auto ports = static_cast<std::uint64_t>(state.range(1));
  const auto size = static_cast<std::size_t>(state.range(2));
  Lan lan(stations, ports);
  const auto frames = stock(lan, 1024, stations, ports);
  std::vector<Frame> burst(size);
  std::size_t next = 0;
  for (auto _ : state) {
    for (std::size_t i = 0; i < size; ++i) {
      burst[i] = frames[next + i].share();
    }
    lan.relay(burst);
    next = (next + size) % frames.size();
  }
  report(state, size);
}
BENCHMARK(BM_KnownUnicast)
    ->ArgNames({"stations", "ports", "burst"})
    ->Args({100, 16, 64})
    ->Args({10'000, 2, 64})
    ->Args({10'000, 16, 64})
    ->Args({10'000, 1000, 64})
    ->Args({60'000, 16, 64})
    ->Args({10'000, 16, 1});

// Per copy that leaves the switch.
void BM_Broadcast(benchmark::State& state) {
  const auto ports = static_cast<std::uint64_t>(state.range(0));
  const auto size = static_cast<std::size_t>(state.range(1));
  Lan lan(ports, ports);
  const Frame frame = lan.make(MacAddress::local(0), MacAddress::broadcast());
  std::vector<Frame> burst(size);
  for (auto _ : state) {
    for (Frame& handle : burst) {
      handle = frame.share();
    }
    lan.relay(burst);
  }
  report(state, size * (ports - 1));
}
BENCHMARK(BM_Broadcast)
    ->ArgNames({"ports", "burst"})
    ->Args({50, 1})
    ->Args({50, 64})
    ->Args({1000, 64});

}  // namespace
}  // namespace violin
