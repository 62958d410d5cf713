#include "models/adaptation/smoother.h"

#include <cmath>
#include <utility>

#include "core/require.h"

namespace violin::adaptation {

double Smoother::weight(TimePoint at) const {
  if (!last_ || time_constant_ <= Duration::zero()) {
    return 1;
  }
  require(at >= *last_, "time does not run backwards");
  return -std::expm1(-to_seconds(at - *last_) / to_seconds(time_constant_));
}

Snapshot Smoother::smooth(Snapshot sample, TimePoint at) {
  const auto told = sample.delays.cells();
  if (cells_.size() != told.size()) {
    last_.reset();
    cells_.assign(told.begin(), told.end());
  }
  const double weight = this->weight(at);
  last_ = at;
  std::vector<DelayMatrix::Cell> rounded(told.begin(), told.end());
  for (std::size_t i = 0; i < rounded.size(); ++i) {
    const bool known =
        told[i] != DelayMatrix::kUnreachable && cells_[i] < DelayMatrix::kUnreachable;
    cells_[i] += (known ? weight : 1) * (static_cast<double>(told[i]) - cells_[i]);
    rounded[i] = static_cast<DelayMatrix::Cell>(std::llround(cells_[i]));
  }
  sample.delays = DelayMatrix::from_cells(sample.delays.size(), std::move(rounded));
  if (losses_.size() != sample.losses.size()) {
    losses_ = sample.losses;
  }
  for (std::size_t i = 0; i < losses_.size(); ++i) {
    losses_[i] += static_cast<float>(weight) * (sample.losses[i] - losses_[i]);
  }
  sample.losses = losses_;
  return sample;
}

}  // namespace violin::adaptation
