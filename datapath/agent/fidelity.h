// Is what a simulation says what happens? One scenario, run in virtual time and live with its
// underlay emulated, flow by flow.
//
// Either the same host models run the same applications in both runs, and what differs is who tells
// the time and what carries frames between hosts: the kernel's wall clock, UDP sockets and segment
// tunnels. Or the live hosts are guests, with Linux's own protocols and programs (guest_flows.h).
// Then both runs have only the flows that guests have programs for, and what programs do not tell
// is measured in both runs at the vNICs of the flows' ends (flow_meter.h): one-way delays of
// constant rates and TCP, the segments that TCP lost, and TCP's goodput, over as many bytes as
// both runs carried (iperf3 ends when it has handed over its bytes, not when they have arrived).
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "datapath/agent/flow_meter.h"
#include "datapath/agent/live_network.h"
#include "datapath/agent/punctuality.h"
#include "datapath/agent/stations.h"
#include "scenarios/load/load.h"
#include "scenarios/run/run_result.h"

namespace violin {

// What a scenario's flows may differ by.
struct FidelityBounds {
  Duration median_delay = std::chrono::microseconds(500);  // one way; round trips: of half
  double goodput = 0.1;                                    // share of the simulated, for TCP
};

struct FlowFidelity {
  FlowResult simulated;
  FlowResult live;
  std::optional<FlowMeasure> simulated_at_ports;  // with guests, of constant rates and TCP
  std::optional<FlowMeasure> live_at_ports;
  bool round_trip = false;
  // Live less simulated, in seconds; none where there is no delay in both. Round trips are halved.
  // Quantiles are known to 1 % (Histogram), means exactly.
  // TCP's are held to no bound: they are those of the queue that it fills itself.
  std::optional<double> median_difference;
  std::optional<double> mean_difference;
  // With measures at the ports medians are exact. By how much they may differ by chance: the gap
  // between their 95 % confidence intervals (order statistics; Conover 1999 section 3.2) is what is
  // held against the bound.
  double median_gap = 0;
  // The largest over the quantiles 1 % to 99 %, and the quantile at which it is.
  std::optional<double> largest_difference;
  double largest_at = 0;
  // Half the width of the 95 % confidence interval of the difference of the two shares lost
  // (Agresti and Caffo 2000), and that difference.
  double loss_difference = 0;
  double loss_interval = 0;
  std::vector<std::string> broken;  // bounds
};

struct Fidelity {
  RunResult simulated;
  RunResult live;
  Punctuality punctuality;
  std::vector<FlowFidelity> flows;
  std::vector<std::string> warnings;

  bool within_bounds() const;
  // The machine kept the time well enough for the comparison to mean something: departures late by
  // at most half the bound on the median delay at the 99th percentile.
  bool believable(const FidelityBounds& bounds) const {
    return punctuality.p99 <= bounds.median_delay / 2;
  }
};

// With guests in the live run, whose remains `violin down` finds under that run directory. Throws
// as Stations do, too.
Fidelity compare_guests_with_simulated(const scenario::LoadedScenario& scenario,
                                       const LiveOptions& options, const StationOptions& stations,
                                       const FidelityBounds& bounds,
                                       const std::function<void(const std::string&)>& tell);

// Takes as long as the scenario. `progress` is told the share done of the live run; it ends early
// once that returns false. Throws as run() and LiveNetwork do.
Fidelity compare_live_with_simulated(const scenario::LoadedScenario& scenario,
                                     const LiveOptions& options, const FidelityBounds& bounds,
                                     const std::function<bool(double)>& progress);

}  // namespace violin
