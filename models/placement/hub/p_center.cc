#include "models/placement/hub/p_center.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <vector>

#include "models/placement/hub/cover.h"
#include "models/placement/hub/cover_proof.h"
#include "models/placement/hub/cover_search.h"

namespace violin {
namespace {

using Medians = std::vector<std::size_t>;

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

// The medians that are missing are any others.
Medians filled_up(Medians medians, const MedianProblem& problem) {
  for (std::size_t k = 0; medians.size() < problem.medians; ++k) {
    if (std::ranges::find(medians, k) == medians.end()) {
      medians.push_back(k);
    }
  }
  return medians;
}

struct Answer {
  std::optional<Medians> medians;  // that reach every point
  bool impossible;                 // nothing does; if neither, nobody knows
};

// How much is tried at each distance: first the search alone, then the relaxation, then branches.
struct Effort {
  std::size_t exchanges = 500;
  bool proves = false;
  std::size_t branches = 0;

  void grow() {
    exchanges *= 4;
    branches = proves ? 4 * branches + 32 : 0;
    proves = true;
  }
};

// `most` candidates that reach every point.
Answer reach_rest(const Cover& rest, std::size_t most, Effort effort, const HubOptions& options) {
  using Verdict = CoverProof::Verdict;
  std::optional<CoverProof> proof;
  if (effort.proves) {
    proof.emplace(rest, most);
    if (proof->root(options.keep_going) == Verdict::kImpossible) {
      return {std::nullopt, true};
    }
  }
  CoverSearch search(rest, most, options.seed);
  if (auto found = search.run(effort.exchanges, options.keep_going)) {
    return {std::move(found), false};
  }
  if (!proof) {
    return {std::nullopt, false};
  }
  const Verdict verdict = proof->run(effort.branches, options.keep_going);
  if (verdict == Verdict::kPossible) {
    return {proof->found(), false};
  }
  return {std::nullopt, verdict == Verdict::kImpossible};
}

Answer reach_all(const MedianProblem& problem, Distance reach, Effort effort,
                 const HubOptions& options) {
  Cover cover(problem, reach);
  cover.reduce();
  const std::size_t taken = cover.taken().size();
  Answer answer{Medians(), false};
  if (cover.impossible() || taken + (cover.points().empty() ? 0 : 1) > problem.medians) {
    return {std::nullopt, true};
  }
  if (!cover.points().empty()) {
    answer = reach_rest(Cover::rest_of(cover), problem.medians - taken, effort, options);
  }
  if (answer.medians) {
    for (std::size_t& k : *answer.medians) {
      k = cover.candidates()[k];
    }
    std::ranges::copy(cover.taken(), std::back_inserter(*answer.medians));
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
    for (Effort effort; best_.bound < best_.cost && options_.keep_going(); effort.grow()) {
      bisect(effort);
    }
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

  // Where nobody knows, it goes on as if nothing reached every point.
  void bisect(Effort effort) {
    Place low = place(best_.bound);
    while (low < place(best_.cost) && options_.keep_going()) {
      const Place middle = low + (place(best_.cost) - low - 1) / 2;
      if (Answer answer = reach_all(problem_, *middle, effort, options_); answer.medians) {
        accept(*std::move(answer.medians));
      } else {
        low = middle + 1;
        best_.bound = answer.impossible ? *low : best_.bound;
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
