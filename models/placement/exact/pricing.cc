#include "models/placement/exact/pricing.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "models/placement/exact/repair.h"

namespace violin::placement {

namespace {

constexpr std::size_t kPatience = 8;     // rounds without a better bound, before steps are halved
constexpr std::size_t kRepairEvery = 4;  // rounds
constexpr double kShortest = 1e-3;       // the last step, relative to the first
constexpr double kNoCost = 1e-100;       // more than what pair_model.h adds to links without weight
constexpr double kStalled = 1e-7;        // relative rise that counts

// How far a bound may rise, for all that is known.
double hope(double bound, const Incumbent& incumbent) {
  constexpr double kBlind = 0.05;  // of the bound, as long as there is no feasible placement
  return incumbent.hosts() ? incumbent.pairwise() - bound : kBlind * std::abs(bound) + 1e-9;
}

}  // namespace

double Pricing::bound(const Relaxed& relaxed, const Prices& prices) const {
  if (relaxed.bound >= kFar / 2) {
    return std::numeric_limits<double>::infinity();
  }
  const double refund = prices.refund();
  return relaxed.bound - refund - kSlack * (relaxed.scale + refund) - kNoCost;
}

void Pricing::offer(const Hosts& hosts, Incumbent& incumbent) const {
  if (const auto repaired = repair(model_, costs_, limits_, hosts)) {
    incumbent.offer(*repaired, cost(model_, costs_, *repaired));
  }
}

Priced Pricing::run(const Relaxation& relaxation, const PricingOptions& options,
                    Incumbent& incumbent, const KeepGoing& keep_going) const {
  Prices prices(limits_);
  Priced best{-std::numeric_limits<double>::infinity(), prices};
  double step = 1;
  std::size_t idle = 0;
  Hosts last;  // not offered yet
  for (std::size_t round = 0; round < options.rounds && step > kShortest; ++round) {
    if (round > 0 && !keep_going()) {
      break;
    }
    const Relaxed relaxed = relaxation(prices.charged(model_.alone), prices.access());
    const double reached = bound(relaxed, prices);
    idle = reached > best.bound + kStalled * std::abs(best.bound) ? 0 : idle + 1;
    if (reached > best.bound) {
      best = {reached, prices};
    }
    if (std::isinf(best.bound)) {
      break;
    }
    if (round % kRepairEvery == 0) {
      offer(relaxed.hosts, incumbent);
    }
    last = round % kRepairEvery == 0 ? Hosts{} : relaxed.hosts;
    if (incumbent.proven(best.bound + options.offset)) {
      break;
    }
    const double rise = step * std::max(hope(reached, incumbent), 0.0);
    if (!prices.climb(relaxed.hosts, rise) && (options.exact || idle == kPatience)) {
      break;
    }
    if (idle == kPatience) {
      step /= 2;
      idle = 0;
      prices = best.prices;
    }
  }
  if (!last.empty() && std::isfinite(best.bound) &&
      !incumbent.proven(best.bound + options.offset)) {
    offer(last, incumbent);
  }
  return best;
}

}  // namespace violin::placement
