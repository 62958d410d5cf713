#include "models/placement/hub/p_median.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "models/placement/hub/hub_set_proof.h"
#include "models/placement/hub/median_dual.h"
#include "models/placement/hub/median_search.h"

namespace violin {
namespace {

constexpr std::size_t kPatience = 10;  // descents
// What remains of a whole number when rounding is over.
constexpr double kWhole = 1e-6;

}  // namespace

MedianSolution solve_p_median(const MedianProblem& problem, const HubOptions& options) {
  check(problem);
  using Medians = std::vector<std::size_t>;
  MedianSolution best;
  best.cost = std::numeric_limits<std::int64_t>::max();
  const auto try_set = [&](Medians medians) {
    std::ranges::sort(medians);
    const std::int64_t cost = median_cost(problem, medians);
    if (cost < best.cost) {
      best.cost = cost;
      best.medians = std::move(medians);
      options.on_better(static_cast<double>(cost));
    }
    return static_cast<double>(cost);
  };
  MedianSearch search(problem, options.seed,
                      [&](std::int64_t, const Medians& medians) { try_set(medians); });
  search.run(kPatience, options.keep_going);
  if (best.medians.empty()) {
    Medians first(problem.medians);
    for (std::size_t k = 0; k < first.size(); ++k) {
      first[k] = k;
    }
    try_set(first);
  }
  MedianDual dual(problem, best.medians);
  HubSetProof proof(
      problem.candidates(), problem.medians, dual,
      {[&] { return static_cast<double>(best.cost) - 1 + kWhole; }, try_set,
       [&](const Medians& medians) { search.descend_from(medians, options.keep_going); },
       options.keep_going});
  const double bound = proof.run();  // which may find better medians
  best.bound = static_cast<std::int64_t>(
      std::ceil(std::min(bound, static_cast<double>(best.cost)) - kWhole / 2));
  return best;
}

}  // namespace violin
