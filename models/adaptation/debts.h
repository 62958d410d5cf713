// What staying has cost so far: for each entity and host, what would have been saved by moving it
// there at the best moment since it last moved. Never negative.
//
// This is the counter of the work function algorithm for two states: moving when it has reached
// twice the cost of the move never costs more than three times the best plan (Borodin, Linial,
// Saks, "An optimal on-line algorithm for metrical task systems", JACM 39(4), 1992).
#pragma once

#include <cstddef>
#include <vector>

#include "core/time.h"
#include "models/adaptation/placed_cost.h"

namespace violin::adaptation {

class Debts {
 public:
  double at(std::size_t entity, std::size_t host) const {
    return saved_.empty() ? 0 : saved_[entity][host];
  }
  // `placed` has been what it is for so long. Forgets entities that are not where they were.
  void accrue(const Snapshot& snapshot, const PlacedCost& placed, Duration elapsed);

 private:
  Assignment placement_;
  std::vector<std::vector<double>> saved_;  // by entity and host
};

}  // namespace violin::adaptation
