// What is found out about one alternative, as plain values and as one line of JSON.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/placement/problem.h"

namespace violin::sweep {

// While a host is down.
struct HostFailure {
  std::string host;
  std::size_t entities = 0;  // that run there
  double cut_bps = 0;        // of demands whose way is broken; a group counts by its receivers
  double cut_share = 0;      // of all that is demanded
  double gone_bps = 0;       // that cannot come back elsewhere: their ends may not leave
  std::optional<double>
      cost;  // of the rest, once all that may move is placed anew without the host
};

// One simulation of the scenario's own traffic; traceroutes do not count.
struct Replication {
  std::uint64_t seed = 0;
  double goodput_bps = 0;             // of all flows together
  std::optional<double> delay_p99_s;  // of the flow for which it is largest
  double loss = 0;                    // lost over sent, of all flows together
};

struct Costs {
  placement::Terms terms{};
  double cost = 0;
};

struct Outcome {
  std::uint64_t alternative = 0;
  std::optional<Costs> costs;              // none if there is no placement
  std::size_t violations = 0;              // of constraints
  std::string violation{};                 // the first of them
  std::optional<double> bound{};           // no placement costs less; of what was placed anew
  std::vector<std::uint32_t> placement{};  // host of each entity
  std::vector<HostFailure> failures{};
  std::vector<Replication> replications{};

  bool feasible() const { return costs && violations == 0; }
  // The failure that cuts most, the first of several; nullptr if none was asked for.
  const HostFailure* worst_failure() const;
};

// Without a line break. Numbers are written so that from_line() gives the same.
std::string to_line(const Outcome& outcome);
// nullopt: the line is not whole.
std::optional<Outcome> from_line(std::string_view line);

}  // namespace violin::sweep
