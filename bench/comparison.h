// Figures of one run beside each other: what ran first (peers and floors) is what the later ones
// are told relative to, as a counter that is the ratio of their items per second.
#pragma once

#include <benchmark/benchmark.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bench/engine.h"

namespace violin::bench {

struct Beside {
  std::string counter;   // "x_ns3"
  std::string baseline;  // "chain/ns3"; no counter if that was not measured in this run
};

class Comparison {
 public:
  // Lets `engine`, which is warm, run for `slice` at each iteration; keeps the items per second of
  // CPU time under `name`.
  void measure(benchmark::State& state, Engine& engine, Duration slice, const std::string& name,
               const std::vector<Beside>& beside = {});
  // The latest measurement of that name.
  std::optional<double> items_per_second(const std::string& name) const;

 private:
  std::map<std::string, double> rates_;
};

// Of this process; the machine's other work does not count.
double cpu_seconds();

}  // namespace violin::bench
