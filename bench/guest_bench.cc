// Guests: how long until N of them can be reached, how much of the host's memory each takes, what a
// command costs, and TCP between two that are joined by a cable and nothing else.
//
// The kernel is Debian's, or what VIOLIN_GUEST_KERNEL names.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

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

GuestSpec spec(const std::string& name, bool busybox) {
  GuestSpec spec;
  spec.name = name;
  if (const char* kernel = std::getenv("VIOLIN_GUEST_KERNEL")) {
    spec.kernel = kernel;
  }
  if (busybox) {
    spec.root = BusyboxRoot{};
  }
  return spec;
}

VNic nic(std::uint16_t port, std::uint16_t peer, std::uint8_t host) {
  return {.cable = L2tpv3Cable{.local_port = port, .remote_port = peer},
          .mac = MacAddress::local(host),
          .mtu = 1500,
          .addresses = {{Ipv4Address(10, 0, 0, host), 24}}};
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

// iperf3 for 3 s, TCP with an MTU of 1500; both guests and nothing else on the host's cores.
void BM_TcpBackToBack(benchmark::State& state) {
  if (find_program("iperf3").empty()) {
    state.SkipWithError("there is no iperf3: apt-get install iperf3");
    return;
  }
  GuestHost host;
  constexpr std::uint16_t kPorts = 41'000;
  Guests guests;
  for (std::uint8_t i = 1; i <= 2; ++i) {
    GuestSpec each = spec("guest" + std::to_string(i), false);
    each.memory = Bytes{128 << 20};
    each.vnics = {
        nic(static_cast<std::uint16_t>(kPorts + i), static_cast<std::uint16_t>(kPorts + 3 - i), i)};
    guests.push_back(std::make_unique<Guest>(host, each, base() / each.name));
  }
  boot(guests);
  guests[1]->run({"iperf3", "-s", "-D"});
  double sum = 0;
  for (auto _ : state) {
    const GuestOutcome outcome = guests[0]->run({"iperf3", "-c", "10.0.0.2", "-t", "3", "-J"});
    const auto report = nlohmann::json::parse(outcome.output);
    sum += report.at("end").at("sum_received").at("bits_per_second").get<double>();
  }
  state.counters["Gbit/s"] = sum / 1e9 / static_cast<double>(state.iterations());
}
BENCHMARK(BM_TcpBackToBack)->Iterations(3)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
