// What `violin status` tells of a live network, as JSON.
#pragma once

#include <nlohmann/json.hpp>

#include "datapath/agent/jetways.h"
#include "datapath/agent/live_network.h"
#include "datapath/agent/run_directory.h"
#include "datapath/agent/stations.h"

namespace violin {

// How punctual a live run is (promise 5): by how much timed departures were late, against bounds
// on the median and the 99th percentile.
struct Punctuality {
  std::uint64_t departures = 0;
  Duration p50{};
  Duration p99{};
  Duration worst{};

  static constexpr Duration kValidP99 = std::chrono::milliseconds(1);
  static constexpr Duration kDegradedP99 = std::chrono::milliseconds(10);
  // "valid", "degraded" or "invalid".
  const char* verdict() const;
};
Punctuality punctuality_of(const Histogram& lateness);
nlohmann::json to_json(const Punctuality& punctuality);

// Of any thread.
nlohmann::json status_of(const RunDirectory& directory, LiveNetwork& live, Stations* stations,
                         Jetways& jetways);

}  // namespace violin
