// Adapts a running network to what changes: tells a policy what is there, and does what it says.
#pragma once

#include "models/adaptation/policy.h"
#include "scenarios/build/builder.h"
#include "scenarios/run/timeline.h"

namespace violin {

class Adapter {
 public:
  // By the scenario's planning.adaptation, which there is. What is referred to outlives this.
  // Throws scenario::ScenarioError for what is wrong with the planning section.
  Adapter(ScenarioBuilder& builder, Timeline& timeline);

 private:
  void on_timer();

  ScenarioBuilder& builder_;
  Timeline& timeline_;
  Duration interval_;
  adaptation::PolicyOptions options_;
  adaptation::AdaptivePolicy policy_;
  EventOrigin origin_;
  Timer timer_;
};

}  // namespace violin
