#include "models/placement/hub/multiple_allocation.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <queue>
#include <vector>

#include "models/placement/hub/cheapest_sites.h"
#include "models/placement/hub/hub_cost.h"
#include "models/placement/hub/hub_set_search.h"
#include "models/placement/hub/route_dual.h"
#include "models/placement/hub/step_length.h"

namespace violin {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr std::size_t kPatience = 10;  // descents
constexpr double kMemory = 0.3;        // of directions
constexpr double kProgress = 0.005;    // of the gap
constexpr std::size_t kRootPatience = 10;
constexpr std::size_t kBranchPatience = 4;

struct Branch {
  std::vector<std::size_t> hubs;
  std::vector<std::size_t> free;
  double bound;
};
struct HigherBound {
  bool operator()(const Branch& a, const Branch& b) const { return a.bound > b.bound; }
};

// As multiple_allocation_cost, in fewer steps: the best way from each point to each hub first.
double cost_of(const HubProblem& problem, const std::vector<std::size_t>& hubs) {
  double cost = 0;
  std::vector<double> reach(hubs.size());
  for (const std::size_t hub : hubs) {
    cost += problem.fixed_cost(hub);
  }
  for (std::size_t i = 0; i < problem.points(); ++i) {
    for (std::size_t l = 0; l < hubs.size(); ++l) {
      reach[l] = kInfinity;
      for (const std::size_t k : hubs) {
        reach[l] = std::min(reach[l], problem.collection(i, k) + problem.transfer(k, hubs[l]));
      }
    }
    for (std::size_t j = 0; j < problem.points(); ++j) {
      double least = kInfinity;
      for (std::size_t l = 0; l < hubs.size(); ++l) {
        least = std::min(least, reach[l] + problem.distribution(j, hubs[l]));
      }
      cost += problem.flow(i, j) * least;
    }
  }
  return cost;
}

class Solver {
 public:
  Solver(const HubProblem& problem, const HubOptions& options)
      : problem_(problem),
        options_(options),
        search_(
            problem.candidates(), problem.hubs, options.seed,
            [this](const std::vector<std::size_t>& hubs) { return cost_of(problem_, hubs); },
            [this](double, const std::vector<std::size_t>& hubs) { accept(hubs); }),
        dual_(problem) {}

  HubSolution solve() {
    search_.run(kPatience, options_.keep_going);
    Branch root{{}, {}, 0};
    for (std::size_t k = 0; k < problem_.candidates(); ++k) {
      root.free.push_back(k);
    }
    finish(std::move(root), StepLength(1, kRootPatience));
    while (!branches_.empty() && branches_.top().bound < cutoff() && options_.keep_going()) {
      Branch branch = branches_.top();
      branches_.pop();
      finish(std::move(branch), StepLength(0.4, kBranchPatience));
    }
    const double open = branches_.empty() ? kInfinity : branches_.top().bound;
    best_.bound = std::min({open, ended_, best_.cost});
    return best_;
  }

 private:
  double cutoff() const { return best_.cost * (1 - kSameCost); }

  void accept(std::vector<std::size_t> hubs) {
    std::ranges::sort(hubs);
    const double cost = multiple_allocation_cost(problem_, hubs);
    if (cost < best_.cost) {
      best_.cost = cost;
      best_.hubs = std::move(hubs);
      options_.on_better(cost);
    }
  }

  // False if there are too few or too many hubs; otherwise the last choices are made.
  bool settle_count(Branch& branch) const {
    if (!problem_.hubs) {
      return !branch.hubs.empty() || !branch.free.empty();
    }
    const std::size_t hubs = branch.hubs.size();
    if (hubs > *problem_.hubs || hubs + branch.free.size() < *problem_.hubs) {
      return false;
    }
    if (hubs + branch.free.size() == *problem_.hubs) {
      branch.hubs.insert(branch.hubs.end(), branch.free.begin(), branch.free.end());
      branch.free.clear();
    } else if (hubs == *problem_.hubs) {
      branch.free.clear();
    }
    return true;
  }

  void finish(Branch branch, StepLength length) {
    if (!settle_count(branch)) {
      return;
    }
    if (!branch.free.empty() && !raise(branch, length)) {
      ended_ = std::min(ended_, branch.bound);
    } else if (branch.free.empty()) {
      accept(branch.hubs);
      ended_ = std::min(ended_, multiple_allocation_cost(problem_, branch.hubs));
    } else if (options_.keep_going()) {
      split(std::move(branch));
    } else {
      branches_.push(std::move(branch));
    }
  }

  // Until the branch is done with (false) or the steps are spent.
  bool raise(Branch& branch, StepLength length) {
    std::size_t sites = 0;
    while (!length.spent() && !branch.free.empty() && options_.keep_going()) {
      if (sites != branch.hubs.size() + branch.free.size()) {
        sites = use(branch);
      }
      const double routes = dual_.route();
      std::vector<double> values = dual_.earnings();
      double magnitude = routes;
      for (std::size_t k = 0; k < values.size(); ++k) {
        magnitude += values[k] + problem_.fixed_cost(k);
        values[k] = problem_.fixed_cost(k) - values[k];
      }
      const CheapestSites choice(branch.hubs, branch.free, problem_.hubs, values);
      const double bound = routes + choice.sum() - rounding(magnitude);
      length.count(bound > branch.bound + kProgress * (cutoff() - branch.bound));
      branch.bound = std::max(branch.bound, bound);
      if (branch.bound >= cutoff() || !decide(branch, choice, bound)) {
        branch.bound = std::max(branch.bound, cutoff());
        return false;
      }
      open_.assign(values.size(), 0);
      for (const std::size_t k : dual_sites_) {
        open_[k] = choice.takes(k) ? 1 : 0;
      }
      const double norm = dual_.turn(open_, kMemory);
      if (norm <= 0) {
        break;
      }
      dual_.move(*length * (cutoff() - bound) / norm);
    }
    return true;
  }

  std::size_t use(const Branch& branch) {
    dual_sites_ = branch.hubs;
    dual_sites_.insert(dual_sites_.end(), branch.free.begin(), branch.free.end());
    std::ranges::sort(dual_sites_);
    dual_.use(dual_sites_);
    return dual_sites_.size();
  }

  // By reduced costs. False if nothing is left.
  bool decide(Branch& branch, const CheapestSites& choice, double bound) const {
    std::vector<std::size_t> free;
    for (const std::size_t k : branch.free) {
      if (bound + choice.with(k) >= cutoff()) {
        continue;
      }
      (bound + choice.without(k) >= cutoff() ? branch.hubs : free).push_back(k);
    }
    branch.free = std::move(free);
    return settle_count(branch);
  }

  // On the free site that earns most.
  void split(Branch branch) {
    const auto most = std::ranges::max_element(branch.free, {}, [this](std::size_t k) {
      return dual_.earnings()[k] - problem_.fixed_cost(k);
    });
    const std::size_t site = *most;
    branch.free.erase(most);
    branches_.push(branch);
    branch.hubs.push_back(site);
    branches_.push(std::move(branch));
  }

  // One sum has as many addends as there are flows, others as there are sites.
  double rounding(double magnitude) const {
    const auto addends =
        static_cast<double>(problem_.points() * problem_.points() + problem_.candidates() + 16);
    return addends * std::numeric_limits<double>::epsilon() * magnitude;
  }

  const HubProblem& problem_;
  const HubOptions& options_;
  HubSolution best_;
  HubSetSearch search_;
  RouteDual dual_;
  std::vector<std::size_t> dual_sites_;
  std::vector<double> open_;
  std::priority_queue<Branch, std::vector<Branch>, HigherBound> branches_;
  double ended_ = kInfinity;  // the lowest bound of a branch that is done with
};

}  // namespace

HubSolution solve_multiple_allocation(const HubProblem& problem, const HubOptions& options) {
  check(problem);
  return Solver(problem, options).solve();
}

}  // namespace violin
