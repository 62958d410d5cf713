// What a router costs per frame, beside the bare table look-up and beside the bench's own loop.
//
//   Lookup/*      the table alone
//   Loop/*        the bench's own work: restoring a frame's headers, handing it over
//   Forward/*     Loop with a vRouter between; subtract the two above to get the rest
//   SetUp, Update changes of the table
//
// Tables: "small" has 500 neighbouring /24, as a simulated router has; "full" a million prefixes of
// the lengths that BGP has. Flows: frames go to as many destinations, in random order.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <random>
#include <vector>

#include "models/vrouter/vrouter.h"
#include "models/wire/ethernet.h"

namespace violin {
namespace {

constexpr std::uint32_t kPorts = 4;
constexpr MacAddress kStation = MacAddress::local(1);

std::vector<Route> small_table() {
  std::vector<Route> routes;
  for (std::uint32_t i = 0; i < 500; ++i) {
    routes.push_back({Ipv4Prefix(Ipv4Address(0x1400'0000 | i << 8), 24),
                      {.egress = PortIndex{i % kPorts}, .gateway = {}}});
  }
  return routes;
}

// Blocks of neighbouring prefixes at random places.
std::vector<Route> full_table() {
  constexpr std::array<unsigned, 20> kLengths = {24, 24, 24, 24, 24, 24, 24, 24, 24, 24,
                                                 24, 24, 23, 23, 22, 22, 21, 20, 19, 16};
  std::mt19937 random(1);
  std::vector<Route> routes;
  while (routes.size() < 1'000'000) {
    std::uint32_t at =
        (0x0b00'0000 + static_cast<std::uint32_t>(random() % 0xd000'0000)) & 0xffff'ff00;
    if (at >> 24 == 126 || at >> 24 == 127) {
      continue;  // not forwarded
    }
    for (auto n = random() % 32; n-- > 0;) {
      const unsigned length = kLengths[random() % kLengths.size()];
      routes.push_back(
          {Ipv4Prefix(Ipv4Address(at), length),
           {.egress = PortIndex{static_cast<std::uint32_t>(random() % kPorts)}, .gateway = {}}});
      at += 1U << (32 - length);
    }
  }
  std::ranges::sort(routes);
  const auto repeated = std::ranges::unique(routes, {}, &Route::prefix);
  routes.erase(repeated.begin(), repeated.end());
  return routes;
}

std::vector<Ipv4Address> destinations(const std::vector<Route>& routes, std::size_t flows) {
  std::mt19937 random(2);
  std::vector<Ipv4Address> result(flows);
  std::ranges::generate(result, [&] {
    const auto host = static_cast<std::uint32_t>(random() % 254 + 1);
    return Ipv4Address(routes[random() % routes.size()].prefix.address().bits() | host);
  });
  return result;
}

const std::vector<Route>& table(bool full) {
  static const std::vector<Route> small = small_table();
  static const std::vector<Route> large = full_table();
  return full ? large : small;
}

using Headers = std::array<std::uint8_t, 42>;

Headers headers_to(Ipv4Address destination) {
  Headers bytes{};
  wire::EthernetHeader{.destination = kStation, .source = MacAddress::local(2), .tag = {}}
      .serialize(bytes);
  wire::Ipv4Header{
      .total_length = 1000, .source = Ipv4Address(10, 0, 0, 2), .destination = destination}
      .serialize(std::span(bytes).subspan(wire::EthernetHeader::kSize));
  return bytes;
}

// Keeps the frames that it is given for their next turn.
class Recycler final : public FrameSink {
 public:
  void receive(PortIndex /*port*/, std::span<Frame> burst, TimePoint /*now*/) override {
    for (Frame& frame : burst) {
      frames_.push_back(std::move(frame));
    }
  }
  std::vector<Frame> take() { return std::exchange(frames_, std::move(spare_)); }
  void give_back(std::vector<Frame> empty) {
    spare_ = std::move(empty);
    spare_.clear();
  }

 private:
  std::vector<Frame> frames_;
  std::vector<Frame> spare_;
};

// Sends bursts round and round: through `target` to the recycler.
void circulate(benchmark::State& state, Kernel& kernel, FrameSink& target, Recycler& recycler,
               const std::vector<Ipv4Address>& flows, std::size_t burst_size) {
  std::vector<Headers> headers;
  std::ranges::transform(flows, std::back_inserter(headers), headers_to);
  std::vector<Frame> burst;
  for (std::size_t i = 0; i < burst_size; ++i) {
    burst.push_back(kernel.frames().make(sizeof(Headers), 1014 - sizeof(Headers)));
  }
  std::size_t next = 0;
  for (auto _ : state) {
    for (Frame& frame : burst) {
      std::memcpy(frame.writable().data(), headers[next].data(), sizeof(Headers));
      next = next + 1 < headers.size() ? next + 1 : 0;
    }
    target.receive(PortIndex{0}, burst, kRunStart);
    std::vector<Frame> returned = recycler.take();
    recycler.give_back(std::exchange(burst, std::move(returned)));
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(burst_size));
}

void Lookup(benchmark::State& state) {
  const auto& routes = table(state.range(0) != 0);
  Fib fib;
  fib.assign(routes);
  const auto flows = destinations(routes, static_cast<std::size_t>(state.range(1)));
  for (auto _ : state) {
    for (const Ipv4Address destination : flows) {
      benchmark::DoNotOptimize(fib.lookup(destination));
    }
  }
  state.SetItemsProcessed(state.iterations() * state.range(1));
  state.counters["bytes"] = static_cast<double>(fib.memory());
}
BENCHMARK(Lookup)->ArgNames({"full", "flows"})->Args({0, 500})->Args({1, 1000})->Args({1, 1 << 20});

void Loop(benchmark::State& state) {
  const auto burst = static_cast<std::size_t>(state.range(2));
  Kernel kernel;
  Recycler recycler;
  circulate(state, kernel, recycler, recycler,
            destinations(table(state.range(0) != 0), static_cast<std::size_t>(state.range(1))),
            burst);
}

void Forward(benchmark::State& state) {
  const auto& routes = table(state.range(0) != 0);
  const auto burst = static_cast<std::size_t>(state.range(2));
  Kernel kernel;
  Recycler recycler;
  VRouter router(kernel, "router");
  for (std::uint32_t i = 0; i < kPorts; ++i) {
    const Ipv4Address own(10, 0, static_cast<std::uint8_t>(i), 1);
    const PortIndex port = router.add_interface(
        {"eth" + std::to_string(i), MacAddress::local(i + 1), {own, 24}, 1500});
    router.plug(port, {&recycler, PortIndex{0}});
    router.add_neighbor(port, Ipv4Address(own.bits() + 1), MacAddress::local(100 + i));
  }
  std::vector<Route> computed = routes;
  for (Route& route : computed) {
    const auto egress = static_cast<std::uint8_t>(route.via.egress);
    route.via.gateway = Ipv4Address(10, 0, egress, 2);
  }
  router.set_computed_routes(computed);
  circulate(state, kernel, router, recycler,
            destinations(routes, static_cast<std::size_t>(state.range(1))), burst);
  state.counters["drops"] = static_cast<double>(router.ledger().total_drops());
}

void flows_and_bursts(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgNames({"full", "flows", "burst"});
  for (const auto& [full, flows] : {std::pair{0, 1}, {0, 500}, {1, 1}, {1, 1 << 20}}) {
    for (const int burst : {1, 32}) {
      benchmark->Args({full, flows, burst});
    }
  }
}
BENCHMARK(Loop)->Apply(flows_and_bursts);
BENCHMARK(Forward)->Apply(flows_and_bursts);

void SetUp(benchmark::State& state) {
  const auto& routes = table(state.range(0) != 0);
  for (auto _ : state) {
    Fib fib;
    fib.assign(routes);
    benchmark::DoNotOptimize(fib.size());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(routes.size()));
}
BENCHMARK(SetUp)->ArgName("full")->Arg(0)->Arg(1)->Unit(benchmark::kMicrosecond);

// A router with its interfaces and 500 computed routes, as a simulation makes 500 of.
void SetUpRouter(benchmark::State& state) {
  std::vector<Route> computed = small_table();
  for (Route& route : computed) {
    route.via.gateway = Ipv4Address(10, 0, static_cast<std::uint8_t>(route.via.egress), 2);
  }
  std::size_t routers = 0;
  for (auto _ : state) {
    Kernel kernel;
    VRouter router(kernel, "router");
    for (std::uint32_t i = 0; i < kPorts; ++i) {
      const Ipv4Address own(10, 0, static_cast<std::uint8_t>(i), 1);
      router.add_interface({"eth" + std::to_string(i), MacAddress::local(i + 1), {own, 24}, 1500});
    }
    router.set_computed_routes(computed);
    routers += router.routes().fib().size() > 0 ? 1 : 0;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(routers));
}
BENCHMARK(SetUpRouter)->Unit(benchmark::kMicrosecond);

// One route withdrawn and announced again.
void Update(benchmark::State& state) {
  const auto& routes = table(state.range(0) != 0);
  Fib fib;
  fib.assign(routes);
  std::mt19937 random(3);
  for (auto _ : state) {
    const Route& route = routes[random() % routes.size()];
    fib.erase(route.prefix);
    fib.insert(route);
  }
  state.SetItemsProcessed(2 * state.iterations());
}
BENCHMARK(Update)->ArgName("full")->Arg(0)->Arg(1);

}  // namespace
}  // namespace violin
