// Measured delays and losses as they are likely to stay: exponentially weighted means, so that
// noise moves nothing.
#pragma once

#include <optional>
#include <vector>

#include "core/time.h"
#include "models/adaptation/snapshot.h"

namespace violin::adaptation {

// A sample that comes `d` after the one before weighs 1 - exp(-d / time_constant), whatever the
// rhythm of the samples; with 0, the last one is all that counts. All else is as last told. A pair
// that has lost its way or found one is believed at once.
class Smoother {
 public:
  explicit Smoother(Duration time_constant) : time_constant_(time_constant) {}

  // Of the same hosts each time, else it begins anew; `at` never decreases.
  Snapshot smooth(Snapshot sample, TimePoint at);

 private:
  double weight(TimePoint at) const;

  Duration time_constant_;
  std::optional<TimePoint> last_;
  std::vector<double> cells_;  // with the parts of a cell that the snapshots leave out
  std::vector<float> losses_;
};

}  // namespace violin::adaptation
