// A scenario's traffic as programs in guests: ping, traceroute and iperf3 where a simulation has
// models of them. What those programs print becomes flow results like a simulation's.
//
//   ping -> ping; traceroute -> traceroute; bulk -> iperf3 over TCP; cbr -> iperf3 over UDP
//
// Other kinds of traffic have no such program and are left out. iperf3 tells no one-way delay,
// which is measured at the guests' vNICs instead (flow_meter.h).
#pragma once

#include <string>
#include <vector>

#include "datapath/agent/live_network.h"
#include "datapath/agent/stations.h"
#include "scenarios/run/run_result.h"
#include "scenarios/scenario.pb.h"

namespace violin {

// One flow between two vHosts, which a program in a guest can run.
struct GuestFlow {
  scenario::Flow message;
  std::string name;
  std::string from;  // full names
  std::string to;
  std::vector<Ipv4Address> sources;  // the sender's addresses
  Ipv4Address address;               // the receiver's
  int port = 0;
  Duration start{};
  Duration stop{};

  bool has_datagrams() const { return message.has_cbr(); }
  bool has_stream() const { return message.has_bulk(); }
};

// Of a flow with pairs, several. On the kernel's thread.
std::vector<GuestFlow> flows_for_guests(const scenario::Scenario& scenario,
                                        const ScenarioBuilder& builder);
bool runs_in_guests(const scenario::Flow& flow);

struct GuestTraffic {
  std::vector<FlowResult> flows;
  std::vector<PathResult> paths;
  std::vector<std::string> warnings;  // flows that were left out or failed, and why
};

// Runs every flow at its time, counted from now, each in a thread of its own; returns when all have
// ended, at the scenario's end at the latest.
GuestTraffic run_in_guests(const std::vector<GuestFlow>& flows, LiveNetwork& live,
                           Stations& stations);
// Gives the guests the TCP buffers of a model's TcpConfig, as far as Linux counts alike: by default
// they follow from a guest's memory, which is small.
void give_buffers(const std::vector<GuestFlow>& flows, Stations& stations);

// What the programs print. Throw std::runtime_error on anything else.
FlowResult parse_ping(const std::string& output);
PathResult parse_traceroute(const std::string& output);
FlowResult parse_iperf3(const std::string& json);

}  // namespace violin
