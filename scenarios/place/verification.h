// Whether a simulation agrees with what a placement's model predicts.
//
// The plan is run with each demand as a constant-rate UDP flow, and compared are:
//   flows     median one-way delay, and stretch
//   links     frames that a virtual link carries, per second and direction
//   hosts     frames that reach a host's entities, per second
//
// Loads are taken after a warm-up, in which neighbours find each other: the same run is made twice,
// up to its end and up to the end of the warm-up.
//
// Predicted delays are sums over the hops of propagation, serialisation and forwarding. Frames may
// wait for those of other flows, at each stage at most one of each: that is how much longer a delay
// may be. Frames may be fewer by what links and paths lose, within five standard deviations, and
// more by ARP. Not compared, and told: flows over links whose delay has no simple median, and what
// passes links or hosts that are offered more than they carry.
#pragma once

#include <string>
#include <vector>

#include "scenarios/place/planning.h"
#include "scenarios/run/run_result.h"

namespace violin {

struct Comparison {
  std::string kind;  // "flow", "link" or "host"
  std::string name;
  std::string quantity;  // "delay", "stretch" or "load"
  std::string unit;      // "s", "" or "frames/s"
  double predicted = 0;
  double least = 0;  // that agrees with the prediction
  double most = 0;
  double measured = 0;

  bool agrees() const { return least <= measured && measured <= most; }
};

struct Verification {
  std::vector<Comparison> comparisons;
  std::vector<std::string> left_out;  // what was not compared, and why
  RunResult run;

  bool agrees() const;
};

// Of the scenario whose problem this is. Throws as run() does.
Verification verify(const scenario::LoadedScenario& scenario, const Planning& planning,
                    const placement::Assignment& placement, std::uint64_t seed);

}  // namespace violin
