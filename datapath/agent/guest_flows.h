// A scenario's traffic as programs in guests: ping, traceroute and iperf3 where a simulation has
// models of them. What those programs print becomes flow results like a simulation's.
//
//   ping -> ping; traceroute -> traceroute; bulk -> iperf3 over TCP; cbr -> iperf3 over UDP
//
// Other kinds of traffic have no such program and are left out. iperf3 tells no one-way delay.
#pragma once

#include <string>
#include <vector>

#include "datapath/agent/live_network.h"
#include "datapath/agent/stations.h"
#include "scenarios/run/run_result.h"
#include "scenarios/scenario.pb.h"

namespace violin {

struct GuestTraffic {
  std::vector<FlowResult> flows;
  std::vector<PathResult> paths;
  std::vector<std::string> warnings;  // flows that were left out or failed, and why
};

// Runs every flow at its time, counted from now, each in a thread of its own; returns when all have
// ended, at the scenario's end at the latest.
GuestTraffic run_in_guests(const scenario::Scenario& scenario, LiveNetwork& live,
                           Stations& stations);

// What the programs print. Throw std::runtime_error on anything else.
FlowResult parse_ping(const std::string& output);
PathResult parse_traceroute(const std::string& output);
FlowResult parse_iperf3(const std::string& json);

}  // namespace violin
