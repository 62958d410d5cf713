// A substrate and demands that change, and what placements that change with them cost.
#pragma once

#include <cstddef>
#include <vector>

#include "models/adaptation/policy.h"
#include "models/substrate/substrate_trace.h"

namespace violin::adaptation {

// A time in which nothing changes.
struct Epoch {
  TimePoint from{};
  Duration length{};
  Snapshot snapshot;

  double seconds() const { return to_seconds(length); }
};
using Epochs = std::vector<Epoch>;  // each begins where the one before ends

// What is measured every `period` until `end`: `trace` is applied to `substrate`, which the problem
// is on, and each epoch is as the substrate is when it begins.
Epochs observe(placement::Problem problem, Substrate& substrate, SubstrateTrace trace,
               Duration period, TimePoint end);

// Of each epoch.
using Plan = std::vector<Assignment>;

struct Outcome {
  double operating = 0;  // integral of the running cost, breaches included
  double moving = 0;
  std::size_t moves = 0;
  Duration breached{};  // for which some constraint was broken
  double total() const { return operating + moving; }
};

// The plan costs what it runs at and the moves at the beginning of each epoch, the first ones from
// `start`. Throws std::logic_error unless there is a placement per epoch.
Outcome judge(const Epochs& epochs, const Assignment& start, const Plan& plan,
              const Prices& prices);

// What a policy does that is asked at the beginning of each epoch and obeyed at once.
Plan replay(const Epochs& epochs, const Assignment& start, Policy& policy);
inline Plan never_move(const Epochs& epochs, const Assignment& start) {
  return Plan(epochs.size(), start);
}

}  // namespace violin::adaptation
