// The part of a placement's cost that is a sum over virtual links, each by the hosts of its two
// ends: all of network, delay, loss, and stretch as far as its receivers' ends are pinned. What
// exact solvers minimise, and a lower bound of the whole cost, since every other term is >= 0.
#pragma once

#include <array>
#include <vector>

#include "models/placement/problem.h"

namespace violin::placement {

// Of one link, by direction: cost per unit of delay (DelayMatrix::kUnit) and of -ln(1 - loss).
struct PairWeights {
  std::array<double, 2> delay{};
  std::array<double, 2> loss{};
};

// By link; a link that no demand uses has zeros.
std::vector<PairWeights> pair_weights(const Problem& problem);
// With these weights of the terms instead of the problem's.
std::vector<PairWeights> pair_weights(const Problem& problem, const Terms& weights);

// -ln(1 - loss) of the way between two hosts; kHopeless if it loses all. In single precision, so
// that a matrix of them is exact.
float log_loss(double probability);
inline constexpr float kHopeless = 100;
// From each host to each other, row-major; empty if no path loses anything or no weight makes it
// count.
std::vector<float> log_losses(const Problem& problem);

// The sum for a whole placement. Hosts without a way between them count as DelayMatrix says for an
// unreachable pair, 536 s.
double pairwise_cost(const Problem& problem, const Assignment& placement);

}  // namespace violin::placement
