// How many packet-hops of full IPv4 forwarding go through a network per second, beside ns-3 and
// bare floors? See packet_scenario.h for the networks and what a hop is. Ours has real headers,
// rate, queue and delay of each link, books, fingerprint, and statistics of each flow.
//
//   chain            10 routers, one flow of 800 Mbit/s
//   lan_unicast      50 hosts on one switch, 80 Mbit/s each to the next one
//   lan_broadcast    the same, 2 Mbit/s each to all
//   graph            500 routers of average degree 4, 1000 flows
//   set_up           from nothing to a graph with all routes: time
//   scaling          graph with 100, 1000 and 10,000 flows: time for one simulated second
//   idle             hosts with their links and nothing to do, on 10,000 overlay hosts: bytes, time
//
// With VIOLIN_BENCH_MILLION set in the environment, idle also builds a million hosts (8 GB).

#include <benchmark/benchmark.h>

#include <cstdlib>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "bench/comparison.h"
#include "bench/floors/bare_hops.h"
#include "bench/idle_hosts.h"
#include "bench/packet_network.h"
#include "bench/packet_scenario.h"
#include "bench/peers/ns3_hold.h"
#include "bench/peers/ns3_packets.h"

namespace violin::bench {
namespace {

using namespace std::chrono_literals;

class PacketBenchmarks {
 public:
  void add_all() {
    const auto lan_unicast = lan(50, PacketScenario::Lan::kUnicast);
    const auto lan_broadcast = lan(50, PacketScenario::Lan::kBroadcast);
    const auto graph = random_graph(1000);
    const Ns3Options plain{.traffic_control = false};

    add_ns3("chain/ns3", chain(10), {.hosts_apart = true}, 10ms);
    add_ns3("chain/ns3_no_traffic_control", chain(10),
            {.hosts_apart = true, .traffic_control = false}, 10ms);
    add_floors("chain", chain(10));
    add_ours("chain", chain(10), {"ns3", "ns3_no_traffic_control", "floor_2", "floor_1"});

    add_ns3("lan_unicast/ns3", lan_unicast, {}, 10ms);
    add_ns3("lan_unicast/ns3_no_traffic_control", lan_unicast, plain, 10ms);
    add_ours("lan_unicast", lan_unicast, {"ns3", "ns3_no_traffic_control"});
    add_ns3("lan_broadcast/ns3", lan_broadcast, {}, 10ms);
    add_ns3("lan_broadcast/ns3_no_traffic_control", lan_broadcast, plain, 10ms);
    add_ours("lan_broadcast", lan_broadcast, {"ns3", "ns3_no_traffic_control"});

    add_ns3("graph/ns3_global", graph, {}, 1ms);
    add_ns3("graph/ns3_nix_vector", graph, {.routing = Ns3Routing::kNixVector}, 2ms);
    add_floors("graph", graph);
    add_ours("graph", graph, {"ns3_global", "ns3_nix_vector", "floor_2", "floor_1"});

    add_set_up("set_up/violin", [] { PacketNetwork network(random_graph(1000)); });
    if (has_ns3()) {
      add_set_up("set_up/ns3_global", [] { make_ns3_packets(random_graph(1000), {}); });
    }
    for (const std::uint32_t flows : {100U, 1'000U, 10'000U}) {
      add_scaling(flows);
    }
    for (const std::uint32_t hosts : {10'000U, 100'000U, 1'000'000U}) {
      if (hosts < 1'000'000 || std::getenv("VIOLIN_BENCH_MILLION") != nullptr) {
        add_idle(hosts);
      }
    }
  }

 private:
  using Body = std::function<void(benchmark::State&)>;

  static benchmark::internal::Benchmark* add(const std::string& name, const Body& body) {
    return benchmark::RegisterBenchmark(name.c_str(), body)->Unit(benchmark::kMillisecond);
  }

  // Building it anew to find out how many iterations fill a second would take long: they are fixed.
  void add_ns3(const std::string& name, const PacketScenario& scenario, Ns3Options options,
               Duration slice) {
    if (!has_ns3()) {
      return;
    }
    add(name, [=, this](benchmark::State& state) {
      const auto engine = make_ns3_packets(scenario, options);
      engine->run_for(20ms);
      comparison_.measure(state, *engine, slice, name);
    })->Iterations(20);
  }

  void add_floors(const std::string& name, const PacketScenario& scenario) {
    add_floor(name + "/floor_2", scenario, EventsPerHop::kTwo);
    add_floor(name + "/floor_1", scenario, EventsPerHop::kOne);
  }
  void add_floor(const std::string& name, const PacketScenario& scenario, EventsPerHop events) {
    add(name, [=, this](benchmark::State& state) {
      const auto engine = make_bare_hops(scenario, events);
      engine->run_for(100ms);
      comparison_.measure(state, *engine, 10ms, name);
    });
  }

  void add_ours(const std::string& question, const PacketScenario& scenario,
                const std::vector<std::string>& others) {
    const std::string within = question + "/";
    std::vector<Beside> beside;
    for (const std::string& other : others) {
      beside.push_back({"x_" + other, within + other});
    }
    const std::string name = within + "violin";
    add(name, [=, this](benchmark::State& state) {
      PacketNetwork network(scenario);
      network.start_flows();
      network.run_for(1s);
      comparison_.measure(state, network, 10ms, name, beside);
      check(network, state);
    });
  }

  static void add_set_up(const std::string& name, const std::function<void()>& build) {
    add(name, [=](benchmark::State& state) {
      for (auto _ : state) {
        build();
      }
    });
  }

  // The floor shows how much of the growth is the machine's caches.
  void add_scaling(std::uint32_t flows) {
    const PacketScenario scenario = random_graph(flows);
    add("scaling/floor_2/" + std::to_string(flows), [=, this](benchmark::State& state) {
      const auto engine = make_bare_hops(scenario, EventsPerHop::kTwo);
      scale(state, *engine, "floor", flows);
    });
    add("scaling/violin/" + std::to_string(flows), [=, this](benchmark::State& state) {
      PacketNetwork network(scenario);
      network.start_flows();
      scale(state, network, "violin", flows);
      check(network, state);
    });
  }
  void scale(benchmark::State& state, Engine& engine, const std::string& name,
             std::uint32_t flows) {
    engine.run_for(1s);
    const std::uint64_t items_before = engine.items();
    const double begun = cpu_seconds();
    comparison_.measure(state, engine, 1s, name + std::to_string(flows));
    const auto simulated_seconds = static_cast<double>(state.iterations());
    const double took = (cpu_seconds() - begun) / simulated_seconds;
    state.counters["hops/flow/s"] =
        static_cast<double>(engine.items() - items_before) / simulated_seconds / flows;
    seconds_[{name, flows}] = took;
    if (const auto tenth = seconds_.find({name, flows / 10}); tenth != seconds_.end()) {
      state.counters["x_tenth"] = took / tenth->second;
    }
  }

  static void add_idle(std::uint32_t hosts) {
    add("idle/" + std::to_string(hosts),
        [=](benchmark::State& state) {
          for (auto _ : state) {
            const std::size_t before = resident_bytes();
            const double begun = cpu_seconds();
            const IdleHosts network(hosts);
            state.SetIterationTime(cpu_seconds() - begun);
            state.counters["bytes/host"] =
                static_cast<double>(resident_bytes() - before) / static_cast<double>(hosts);
          }
        })
        ->UseManualTime()
        ->Iterations(1);
  }

  static void check(const PacketNetwork& network, benchmark::State& state) {
    try {
      network.check();
    } catch (const std::exception& problem) {
      state.SkipWithError(problem.what());
    }
  }

  Comparison comparison_;
  // Of CPU per simulated second, by engine and flows.
  std::map<std::pair<std::string, std::uint32_t>, double> seconds_;
};

}  // namespace
}  // namespace violin::bench

int main(int argc, char** argv) {
  violin::bench::PacketBenchmarks benchmarks;
  benchmarks.add_all();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) {
    return 2;
  }
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
