#include "models/substrate/substrate_trace.h"

#include <algorithm>

#include "core/require.h"

namespace violin {
namespace {

struct Apply {
  Substrate& substrate;

  void operator()(const PairChange& change) const {
    if (change.delay) {
      substrate.set_delay(change.from, change.to, change.delay);
    }
    if (change.loss) {
      substrate.set_loss(change.from, change.to, change.loss);
    }
    if (change.bandwidth) {
      substrate.set_bandwidth(change.from, change.to, change.bandwidth);
    }
  }
  void operator()(const CapacityChange& change) const {
    substrate.set_host_capacity(change.host, change.capacity);
  }
  void operator()(const DelaysChange& change) const {
    substrate.set_paths(MeasuredPaths(change.delays));
  }
};

}  // namespace

void apply_change(const SubstrateChange& change, Substrate& substrate) {
  std::visit(Apply{substrate}, change);
}

void SubstrateTrace::add(TimePoint due, SubstrateChange change) {
  const auto after =
      std::upper_bound(steps_.begin(), steps_.end(), due,
                       [](TimePoint time, const Step& step) { return time < step.due; });
  require(static_cast<std::size_t>(after - steps_.begin()) >= applied_,
          "a step is added after those that were applied");
  steps_.insert(after, {due, std::move(change)});
}

void SubstrateTrace::add(SubstrateTrace other) {
  require(applied_ == 0, "traces are merged before they are applied");
  const auto middle = static_cast<std::ptrdiff_t>(steps_.size());
  std::move(other.steps_.begin(), other.steps_.end(), std::back_inserter(steps_));
  std::inplace_merge(steps_.begin(), steps_.begin() + middle, steps_.end(),
                     [](const Step& a, const Step& b) { return a.due < b.due; });
}

std::optional<TimePoint> SubstrateTrace::next_due() const {
  return applied_ < steps_.size() ? std::optional(steps_[applied_].due) : std::nullopt;
}

std::size_t SubstrateTrace::apply_due(Substrate& substrate, TimePoint now) {
  const std::size_t before = applied_;
  while (applied_ < steps_.size() && steps_[applied_].due <= now) {
    apply_change(steps_[applied_++].change, substrate);
  }
  return applied_ - before;
}

}  // namespace violin
