#include "models/placement/exact/incumbent.h"

#include <algorithm>
#include <cmath>

#include "models/placement/evaluation.h"
#include "models/placement/pairwise.h"

namespace violin::placement {

bool Incumbent::offer(const Hosts& hosts, double pairwise) {
  if (pairwise >= cost_) {
    return false;  // the other terms do not make it cheaper
  }
  const Evaluation evaluation = evaluate(problem_, model_.placement(hosts));
  if (!evaluation.feasible()) {
    return false;
  }
  pairwise_ = std::min(pairwise_, pairwise);
  if (evaluation.cost >= cost_) {
    return false;
  }
  cost_ = evaluation.cost;
  hosts_ = hosts;
  return true;
}

bool Incumbent::offer(const Assignment& placement) {
  Hosts hosts;
  for (const EntityId entity : model_.variables) {
    hosts.push_back(static_cast<std::uint32_t>(placement[to_index(entity)]));
  }
  return offer(hosts, pairwise_cost(problem_, model_.placement(hosts)));
}

bool Incumbent::proven(double bound) const {
  constexpr double kRounding = 1e-8;
  return hosts_ && cost_ <= bound + kRounding * std::abs(cost_);
}

}  // namespace violin::placement
