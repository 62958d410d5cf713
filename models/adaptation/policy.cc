#include "models/adaptation/policy.h"

#include "core/require.h"

namespace violin::adaptation {

AdaptivePolicy::AdaptivePolicy(const PolicyOptions& options)
    : options_(options), smoother_(options_.smoothing) {
  require(options_.horizon >= Duration::zero() && options_.threshold >= 0,
          "a horizon and a threshold are not negative");
}

// How many moves may be made now.
std::size_t AdaptivePolicy::room(TimePoint at) {
  while (!recent_.empty() && at - recent_.front() >= options_.window) {
    recent_.pop_front();
  }
  return options_.most_moves - recent_.size();
}

std::vector<Move> AdaptivePolicy::decide(const Snapshot& now, const Assignment& current,
                                         TimePoint at) {
  if (estimate_ && estimate_->entities.size() != current.size()) {
    estimate_.reset();
    debts_ = {};
  }
  if (estimate_ && options_.count_debts) {
    debts_.accrue(*estimate_, PlacedCost(*estimate_, current, options_.prices.breach), at - last_);
  }
  estimate_ = smoother_.smooth(now, at);
  last_ = at;
  const Appraisal appraisal{options_.prices, options_.horizon, options_.threshold, debts_};
  auto moves = worthwhile_moves(*estimate_, current, appraisal, room(at));
  recent_.insert(recent_.end(), moves.size(), at);
  return moves;
}

std::vector<Move> FollowPolicy::decide(const Snapshot& now, const Assignment& current, TimePoint) {
  return worthwhile_moves(now, current, follow_, current.size());
}

}  // namespace violin::adaptation
