#include "models/placement/hub/single_allocation.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <queue>
#include <utility>
#include <vector>

#include "models/placement/hub/allocation_bound.h"
#include "models/placement/hub/allocation_search.h"
#include "models/placement/hub/hub_cost.h"

namespace violin {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
// Starts of the search without success before the proof begins.
std::size_t patience(std::size_t sites) { return 100 + 3 * sites; }
// More, each time that the bound of the root suggests hubs.
std::size_t more_patience(std::size_t sites) { return 10 + sites / 4; }

struct HigherBound {
  bool operator()(const AllocationBranch& a, const AllocationBranch& b) const {
    return a.bound > b.bound;
  }
};

class Solver {
 public:
  Solver(const HubProblem& problem, const HubOptions& options)
      : problem_(problem),
        options_(options),
        full_(problem),
        search_(full_, options.seed, [this](const SiteAllocation& found) { accept(found); }),
        bound_(
            problem, [this] { return cutoff(); },
            [this](std::vector<std::size_t> hubs) {
              search_.descend_from(std::move(hubs));
              search_.run(more_patience(full_.sites()), options_.keep_going);
            },
            options.keep_going) {}

  HubSolution solve() {
    search_.run(patience(full_.sites()), options_.keep_going);
    if (best_.found()) {
      bound_.start_from(best_.hubs, best_.allocation);
    }
    AllocationBranch root = bound_.root();
    if (root.domain.propagate(bound_.model())) {
      bound_.raise(root, true);
      finish(std::move(root));
    }
    while (!branches_.empty() && branches_.top().bound < cutoff() && options_.keep_going()) {
      AllocationBranch branch = branches_.top();
      branches_.pop();
      search_.run(1, options_.keep_going);
      bound_.raise(branch, false);
      finish(std::move(branch));
    }
    const double open = branches_.empty() ? kInfinity : branches_.top().bound;
    best_.bound = std::min({open, ended_, best_.cost});
    return best_;
  }

 private:
  double cutoff() const { return best_.cost * (1 - kSameCost); }

  void accept(const SiteAllocation& found) {
    if (!feasible(problem_, found.hubs, found.allocation)) {
      return;
    }
    const double cost = single_allocation_cost(problem_, found.hubs, found.allocation);
    if (cost < best_.cost) {
      best_.cost = cost;
      best_.hubs = found.hubs;
      best_.allocation = found.allocation;
      options_.on_better(cost);
    }
  }

  void finish(AllocationBranch branch) {
    if (branch.bound < cutoff() && branch.domain.settled()) {
      settle(branch);
    } else if (branch.bound < cutoff() && options_.keep_going()) {
      split(branch);
    } else if (branch.bound < cutoff()) {
      branches_.push(std::move(branch));
    } else {
      ended_ = std::min(ended_, branch.bound);
    }
  }

  // The branch holds one solution, or none.
  void settle(const AllocationBranch& branch) {
    const AllocationModel& model = bound_.model();
    SiteAllocation only{0, {}, {}};
    for (std::size_t k = 0; k < model.sites(); ++k) {
      if (branch.domain.site(k) == AllocationDomain::Site::kHub) {
        only.hubs.push_back(model.candidates[k]);
      }
    }
    for (std::size_t i = 0; i < model.points(); ++i) {
      only.allocation.push_back(model.candidates[branch.domain.allowed(i).front()]);
    }
    accept(only);
    if (feasible(problem_, only.hubs, only.allocation)) {
      ended_ = std::min(ended_, single_allocation_cost(problem_, only.hubs, only.allocation));
    }
  }

  void split(const AllocationBranch& branch) {
    AllocationBranch with = branch;
    AllocationBranch without = branch;
    if (const std::optional<std::size_t> site = undecided_site(branch.domain)) {
      with.domain.make_hub(*site);
      without.domain.close(*site);
    } else {
      const auto [point, at] = undecided_point(branch.domain);
      with.domain.put(point, at);
      without.domain.forbid(point, at);
    }
    for (AllocationBranch* half : {&with, &without}) {
      if (half->domain.propagate(bound_.model())) {
        branches_.push(std::move(*half));
      }
    }
  }

  // The free site of which the relaxation is least sure.
  std::optional<std::size_t> undecided_site(const AllocationDomain& domain) const {
    std::optional<std::size_t> best;
    double nearest = kInfinity;
    for (std::size_t k = 0; k < bound_.model().sites(); ++k) {
      const double away = std::abs(bound_.open()[k] - 0.5);
      if (domain.site(k) == AllocationDomain::Site::kFree && away < nearest) {
        nearest = away;
        best = k;
      }
    }
    return best;
  }

  // Likewise, a point with a choice, and the site where it is most often.
  std::pair<std::size_t, std::size_t> undecided_point(const AllocationDomain& domain) const {
    std::pair<std::size_t, std::size_t> best;
    double least = kInfinity;
    for (std::size_t i = 0; i < bound_.model().points(); ++i) {
      const std::vector<std::size_t>& allowed = domain.allowed(i);
      const auto most = std::ranges::max_element(
          allowed, {}, [&](std::size_t k) { return bound_.shares()(i, k); });
      if (allowed.size() > 1 && bound_.shares()(i, *most) < least) {
        least = bound_.shares()(i, *most);
        best = {i, *most};
      }
    }
    return best;
  }

  const HubProblem& problem_;
  const HubOptions& options_;
  AllocationModel full_;
  HubSolution best_;
  AllocationSearch search_;
  AllocationBound bound_;
  std::priority_queue<AllocationBranch, std::vector<AllocationBranch>, HigherBound> branches_;
  std::optional<AllocationBranch> next_;
  double ended_ = kInfinity;  // the lowest bound of a branch that is done with
};

}  // namespace

HubSolution solve_single_allocation(const HubProblem& problem, const HubOptions& options) {
  check(problem);
  return Solver(problem, options).solve();
}

}  // namespace violin
