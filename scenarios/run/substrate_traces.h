// What the timeline's events have of series: of hosts' capacity (cpu_trace) and of delay and loss
// between hosts (ping_trace). Each begins when its event is due and goes on to its end; where two
// are about the same, each step is as it comes.
//
// Nothing here reads a clock or draws: whoever has the timer asks when the next step is due.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "models/substrate/substrate_trace.h"
#include "scenarios/load/load.h"

namespace violin {

class SubstrateTraces {
 public:
  // Reads the files: throws LoadError and scenario::ScenarioError for what is wrong with them, such
  // as a host that has no line in its file or no capacity of which something could be left.
  SubstrateTraces(const scenario::LoadedScenario& scenario, const Substrate& substrate);

  // Those of the event, which is due now.
  void begin(int event);
  // Of those that have begun; nullopt: none has a step left.
  std::optional<TimePoint> next_due() const;
  // Applies what is due.
  void apply_due(Substrate& substrate, TimePoint now);

 private:
  std::map<int, std::vector<SubstrateTrace>> waiting_;  // by event
  std::vector<SubstrateTrace> running_;
};

}  // namespace violin
