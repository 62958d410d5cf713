#include "models/link/codel.h"

#include <cmath>
#include <stdexcept>

namespace violin {

void validate(const CodelParameters& parameters) {
  if (parameters.target <= Duration{} || parameters.target >= parameters.interval) {
    throw std::invalid_argument("codel: the target is positive and less than the interval");
  }
  if (parameters.interval > std::chrono::hours(1)) {
    throw std::invalid_argument("codel: the interval is at most an hour");
  }
}

// The Linux variant, as in the RFC: where the queue went above target close to when it last went
// below, the drop rate of the last cycle is the starting point of this one.
void CodelState::enter_drop_state(TimePoint now) {
  dropping_ = true;
  const std::uint32_t delta = count_ - last_count_;
  count_ = 1;
  if (delta > 1 && now - drop_next_ < 16 * parameters_.interval) {
    count_ = delta;
  }
  drop_next_ = control_law(now);
  last_count_ = count_;
}

TimePoint CodelState::control_law(TimePoint t) const {
  const double interval = static_cast<double>(parameters_.interval.count());
  return t + Duration(static_cast<std::int64_t>(interval / std::sqrt(count_)));
}

}  // namespace violin
