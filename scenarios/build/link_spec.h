// What the scenario says of a cable, as parameters of its two pipes.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "scenarios/build/network.h"
#include "scenarios/load/load.h"

namespace violin {

// Before a link's transmitter, where the scenario does not say otherwise.
inline constexpr std::uint32_t kDefaultQueueFrames = 100;

// One direction. Everything that `link` leaves out is as in `defaults`. Throws
// scenario::ScenarioError for a trace that cannot be read.
PipeParameters pipe_parameters(const scenario::Link& link,
                               const scenario::LoadedScenario& scenario);

// `base` with what `over` says put over it.
scenario::Link merged(scenario::Link base, const scenario::Link& over);

// Makes each distinct specification once, however many cables share it.
class LinkSpecs {
 public:
  explicit LinkSpecs(const scenario::LoadedScenario& scenario) : scenario_(scenario) {}

  std::shared_ptr<const LinkSpec> both_ways(const scenario::Link& link) { return make(link, link); }
  std::shared_ptr<const LinkSpec> make(const scenario::Link& a_to_b, const scenario::Link& b_to_a);
  // One that was made here, the other way round.
  std::shared_ptr<const LinkSpec> reversed(const LinkSpec& spec);
  // One that was made here, with what `change` says put over both directions.
  std::shared_ptr<const LinkSpec> changed(const LinkSpec& spec, const scenario::Link& change);

 private:
  struct Told {
    scenario::Link a_to_b;
    scenario::Link b_to_a;
  };
  const scenario::LoadedScenario& scenario_;
  std::map<std::string, std::shared_ptr<const LinkSpec>> known_;  // by their serialised text
  std::map<const LinkSpec*, Told> told_;
};

}  // namespace violin
