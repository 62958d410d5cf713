#include "models/adaptation/replay.h"

#include <algorithm>
#include <utility>

#include "core/require.h"

namespace violin::adaptation {

Epochs observe(placement::Problem problem, Substrate& substrate, SubstrateTrace trace,
               Duration period, TimePoint end) {
  require(period > Duration::zero(), "a period takes time");
  require(&problem.substrate == &substrate, "the problem is on the substrate that changes");
  Epochs epochs;
  for (TimePoint at = kRunStart; at < end; at += period) {
    if (trace.apply_due(substrate, at) > 0) {
      problem.delays = substrate.delays();
    }
    epochs.push_back({at, std::min(period, end - at), Snapshot(problem)});
  }
  return epochs;
}

Outcome judge(const Epochs& epochs, const Assignment& start, const Plan& plan,
              const Prices& prices) {
  require(plan.size() == epochs.size(), "a plan has a placement for each epoch");
  Outcome outcome;
  const Assignment* before = &start;
  for (std::size_t t = 0; t < epochs.size(); ++t) {
    const auto& [from, length, snapshot] = epochs[t];
    const PlacedCost placed(snapshot, plan[t], prices.breach);
    outcome.operating += placed.rate() * epochs[t].seconds();
    outcome.breached += placed.breach() > 0 ? length : Duration::zero();
    for (std::uint32_t e = 0; e < start.size(); ++e) {
      const Move move{EntityId{e}, (*before)[e], plan[t][e]};
      outcome.moving += cost(snapshot, prices, move);
      outcome.moves += move.from != move.to ? 1 : 0;
    }
    before = &plan[t];
  }
  return outcome;
}

Plan replay(const Epochs& epochs, const Assignment& start, Policy& policy) {
  Plan plan;
  Assignment placement = start;
  for (const Epoch& epoch : epochs) {
    for (const Move& move : policy.decide(epoch.snapshot, placement, epoch.from)) {
      Assignment::reference host = placement.at(to_index(move.entity));
      require(host == move.from, "a policy moves entities from where they are");
      host = move.to;
    }
    plan.push_back(placement);
  }
  return plan;
}

}  // namespace violin::adaptation
