#include "models/placement/relays.h"

#include "models/placement/pairwise.h"

namespace violin::placement {

namespace {

double cost(const Problem& problem, const PairWeights& weights, HostId a, HostId b) {
  const auto cells = [&](HostId from, HostId to) {
    return static_cast<double>(problem.delays.row(violin::to_index(from))[violin::to_index(to)]);
  };
  double sum = weights.delay[0] * cells(a, b) + weights.delay[1] * cells(b, a);
  if (weights.loss[0] + weights.loss[1] > 0) {
    sum += weights.loss[0] * log_loss(problem.substrate.loss(a, b)) +
           weights.loss[1] * log_loss(problem.substrate.loss(b, a));
  }
  return sum;
}

}  // namespace

std::vector<Relay> worthwhile_relays(const Problem& problem, const Assignment& placement,
                                     double share) {
  std::vector<Relay> relays;
  const auto weights = pair_weights(problem);
  for (std::uint32_t link = 0; link < problem.links.size(); ++link) {
    const HostId a = placement[to_index(problem.links[link].ends[0])];
    const HostId b = placement[to_index(problem.links[link].ends[1])];
    const double direct = cost(problem, weights[link], a, b);
    Relay best{link, a, 0};
    for (std::uint32_t over = 0; over < problem.hosts(); ++over) {
      const double saved = direct - cost(problem, weights[link], a, HostId{over}) -
                           cost(problem, weights[link], HostId{over}, b);
      if (saved > best.saved) {
        best = {link, HostId{over}, saved};
      }
    }
    if (best.saved > 0 && best.saved >= share * direct) {
      relays.push_back(best);
    }
  }
  return relays;
}

}  // namespace violin::placement
