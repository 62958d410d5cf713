#include "models/placement/hub/p_center.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "models/placement/hub/cover_reduction.h"
#include "models/placement/hub/hub_set_proof.h"
#include "models/placement/hub/median_dual.h"
#include "models/placement/hub/median_search.h"

namespace violin {
namespace {

using Medians = std::vector<std::size_t>;

constexpr std::size_t kPatience = 60;  // descents
// A bound above 0 that is no rounding: something is out of reach.
constexpr double kOutOfReach = 1e-6;

std::vector<Distance> distinct_distances(const MedianProblem& problem) {
  std::vector<Distance> distances(problem.distance.cells().begin(), problem.distance.cells().end());
  std::ranges::sort(distances);
  distances.erase(std::unique(distances.begin(), distances.end()), distances.end());
  return distances;
}

// No solution is shorter: every point has a nearest candidate.
Distance least_reach(const MedianProblem& problem) {
  Distance longest = 0;
  for (std::size_t i = 0; i < problem.points(); ++i) {
    longest = std::max(longest, *std::ranges::min_element(problem.distance.row(i)));
  }
  return longest;
}

// Distances 0 (reached) or 1 (not), of what matters.
MedianProblem out_of_reach(const MedianProblem& problem, const CoverCore& core, Distance reach) {
  MedianProblem binary;
  binary.distance = Table<Distance>(core.points.size(), core.candidates.size());
  binary.medians = std::min(problem.medians, core.candidates.size());
  for (std::size_t i = 0; i < binary.points(); ++i) {
    for (std::size_t k = 0; k < binary.candidates(); ++k) {
      binary.distance(i, k) = problem.distance(core.points[i], core.candidates[k]) > reach ? 1 : 0;
    }
  }
  return binary;
}

// The medians that are missing are any others.
Medians filled_up(Medians medians, const MedianProblem& problem) {
  for (std::size_t k = 0; medians.size() < problem.medians; ++k) {
    if (std::ranges::find(medians, k) == medians.end()) {
      medians.push_back(k);
    }
  }
  return medians;
}

enum class Effort { kSearch, kProve };
struct Answer {
  std::optional<Medians> medians;  // that reach every point
  bool impossible;                 // nothing does; if neither, nobody knows
};

Answer reach_all(const MedianProblem& problem, Distance reach, Effort effort,
                 const HubOptions& options) {
  const CoverCore core = core_of_cover(problem, reach);
  const MedianProblem binary = out_of_reach(problem, core, reach);
  Answer answer{std::nullopt, false};
  const auto try_set = [&](const Medians& set) {
    const auto missed = static_cast<double>(median_cost(binary, set));
    if (missed <= 0) {
      answer.medians.emplace();
      for (const std::size_t k : set) {
        answer.medians->push_back(core.candidates[k]);
      }
    }
    return missed;
  };
  const KeepGoing unless_found = [&] { return !answer.medians && options.keep_going(); };
  Medians best;
  MedianSearch search(binary, options.seed, [&](std::int64_t, const Medians& set) {
    best = set;
    try_set(set);
  });
  search.run(kPatience, unless_found);
  if (effort == Effort::kProve && unless_found()) {
    MedianDual dual(binary, best);
    HubSetProof proof(
        binary.candidates(), binary.medians, dual,
        {[] { return kOutOfReach; }, try_set,
         [&](const Medians& set) { search.descend_from(set, unless_found); }, unless_found});
    answer.impossible = proof.run() >= kOutOfReach && !answer.medians;
  }
  return answer;
}

class Bisection {
 public:
  Bisection(const MedianProblem& problem, const HubOptions& options)
      : problem_(problem), options_(options), distances_(distinct_distances(problem)) {
    accept({});
    best_.bound = least_reach(problem);
  }

  MedianSolution solve() {
    search();
    prove();
    return best_;
  }

 private:
  using Place = std::vector<Distance>::const_iterator;

  void accept(Medians medians) {
    best_.medians = filled_up(std::move(medians), problem_);
    std::ranges::sort(best_.medians);
    best_.cost = center_cost(problem_, best_.medians);
    options_.on_better(static_cast<double>(best_.cost));
  }
  Place place(std::int64_t distance) const {
    return std::ranges::lower_bound(distances_, distance);
  }

  // For as short a distance as heuristics reach.
  void search() {
    Place low = place(best_.bound);
    while (low < place(best_.cost) && options_.keep_going()) {
      const Place middle = low + (place(best_.cost) - low - 1) / 2;
      if (Answer answer = reach_all(problem_, *middle, Effort::kSearch, options_); answer.medians) {
        accept(*std::move(answer.medians));
      } else {
        low = middle + 1;
      }
    }
  }

  void prove() {
    while (best_.bound < best_.cost && options_.keep_going()) {
      const Place low = place(best_.bound);
      const Place middle = low + (place(best_.cost) - low - 1) / 2;
      Answer answer = reach_all(problem_, *middle, Effort::kProve, options_);
      if (answer.medians) {
        accept(*std::move(answer.medians));
      } else if (answer.impossible) {
        best_.bound = *(middle + 1);
      } else {
        break;
      }
    }
  }

  const MedianProblem& problem_;
  const HubOptions& options_;
  std::vector<Distance> distances_;
  MedianSolution best_;
};

}  // namespace

MedianSolution solve_p_center(const MedianProblem& problem, const HubOptions& options) {
  check(problem);
  return Bisection(problem, options).solve();
}

}  // namespace violin
