// Which alternatives are best, and which of them cannot be told from the best.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "analysis/sweep/outcome.h"
#include "analysis/sweep/statistics.h"

namespace violin::sweep {

enum class RankBy : std::uint8_t { kCost, kGoodput, kP99, kLoss };

// Of an outcome, one value a replication; a single one for the cost. Empty if it has none.
std::vector<double> values_of(const Outcome& outcome, RankBy by);
// nullopt if there are none.
std::optional<Interval> interval_of(const Outcome& outcome, RankBy by);

struct Ranking {
  std::vector<std::size_t> order;  // positions of outcomes, the best first
  // By position: whether it cannot be told from the best one: by paired differences at
  // kConfidence, or because both cost the same. nullopt where that is not known: of single
  // simulations, and of what is not to be compared with the best.
  std::vector<std::optional<bool>> tied;
};

// The largest goodput, else the least. Those that keep all constraints go first, those without a
// value last, equal ones by number.
Ranking rank(const std::vector<Outcome>& outcomes, RankBy by);

}  // namespace violin::sweep
