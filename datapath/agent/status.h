// What `violin status` tells of a live network, as JSON.
#pragma once

#include <nlohmann/json.hpp>

#include "datapath/agent/jetways.h"
#include "datapath/agent/live_network.h"
#include "datapath/agent/run_directory.h"
#include "datapath/agent/stations.h"

namespace violin {

// Of any thread, while nothing changes the stations.
nlohmann::json status_of(const RunDirectory& directory, LiveNetwork& live, Stations* stations,
                         Jetways& jetways);

}  // namespace violin
