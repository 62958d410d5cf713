// Brings a live network up in a process of its own, the daemon, which outlives the command that
// asked for it, and takes one down.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "datapath/agent/live_network.h"
#include "datapath/agent/run_directory.h"
#include "datapath/agent/stations.h"
#include "scenarios/load/load.h"

namespace violin {

struct UpOptions {
  LiveOptions live;
  StationOptions stations;
  bool models = false;  // hosts are models, with the scenario's applications
};

using Tell = std::function<void(const std::string&)>;

// What it was like when it was reached, as `violin status` tells it. Throws what LiveNetwork and
// Stations throw, as std::runtime_error, and then nothing is left of it. Called before this process
// has threads. `interrupted` is asked now and then: if it says so, the network goes on coming up
// and nullopt is returned.
std::optional<nlohmann::json> bring_up(const scenario::LoadedScenario& scenario,
                                       const RunDirectory& directory, const UpOptions& options,
                                       const Tell& tell, const std::function<bool()>& interrupted);

struct Down {
  nlohmann::json last;               // as `violin status` told at the end; null if nobody answered
  std::vector<std::string> remains;  // what had to be removed in its place
};
// Throws std::runtime_error if there is no such network, or something of it cannot be removed.
Down take_down(const RunDirectory& directory, const Tell& tell);

}  // namespace violin
