#include "models/placement/hub/hub_set_proof.h"

#include <algorithm>
#include <numeric>

namespace violin {
namespace {

constexpr double kProgress = 0.005;  // of the gap
constexpr std::size_t kRootPatience = 10;
constexpr std::size_t kBranchPatience = 8;
constexpr double kBranchLength = 1.2;      // multipliers are those of another branch
constexpr std::size_t kSuggestEvery = 16;  // steps

}  // namespace

HubSetProof::HubSetProof(std::size_t sites, std::optional<std::size_t> hubs, HubSetDual& dual,
                         Search search)
    : sites_(sites), count_(hubs), dual_(dual), search_(std::move(search)) {}

double HubSetProof::run() {
  Branch root{{}, Hubs(sites_), 0};
  std::iota(root.free.begin(), root.free.end(), std::size_t{0});
  finish(std::move(root), StepLength(1, kRootPatience), true);
  while (!branches_.empty() && branches_.top().bound < search_.cutoff() && search_.keep_going()) {
    Branch branch = branches_.top();
    branches_.pop();
    finish(std::move(branch), StepLength(kBranchLength, kBranchPatience), false);
  }
  return branches_.empty() ? ended_ : std::min(ended_, branches_.top().bound);
}

// False if there are too few or too many hubs; otherwise the last choices are made.
bool HubSetProof::settle_count(Branch& branch) const {
  const std::size_t hubs = branch.hubs.size();
  if (!count_) {
    return hubs + branch.free.size() > 0;
  }
  if (hubs > *count_ || hubs + branch.free.size() < *count_) {
    return false;
  }
  if (hubs + branch.free.size() == *count_) {
    branch.hubs.insert(branch.hubs.end(), branch.free.begin(), branch.free.end());
    branch.free.clear();
  } else if (hubs == *count_) {
    branch.free.clear();
  }
  return true;
}

void HubSetProof::finish(Branch branch, StepLength length, bool root) {
  if (!settle_count(branch)) {
    return;
  }
  if (!branch.free.empty() && !raise(branch, length, root)) {
    ended_ = std::min(ended_, branch.bound);
  } else if (branch.free.empty()) {
    ended_ = std::min(ended_, search_.try_set(branch.hubs));
  } else if (search_.keep_going()) {
    split(std::move(branch));
  } else {
    branches_.push(std::move(branch));
  }
}

// Until the branch is done with (false), or all is decided, or the steps are spent.
bool HubSetProof::raise(Branch& branch, StepLength length, bool root) {
  std::size_t sites = 0;
  for (std::size_t step = 1; !length.spent() && !branch.free.empty() && search_.keep_going();
       ++step) {
    if (sites != branch.hubs.size() + branch.free.size()) {
      sites = use(branch);
    }
    HubSetDual::Relaxed relaxed = dual_.relax();
    values_ = std::move(relaxed.values);
    const CheapestSites choice(branch.hubs, branch.free, count_, values_);
    const double bound = relaxed.base + choice.sum() - relaxed.rounding;
    if (root && step % kSuggestEvery == 0) {
      search_.suggest(chosen(choice));
    }
    length.count(bound > branch.bound + kProgress * (search_.cutoff() - branch.bound));
    branch.bound = std::max(branch.bound, bound);
    if (branch.bound >= search_.cutoff() || !decide(branch, choice, bound)) {
      branch.bound = std::max(branch.bound, search_.cutoff());
      return false;
    }
    std::vector<double> open(sites_);
    for (const std::size_t k : used_) {
      open[k] = choice.takes(k) ? 1 : 0;
    }
    const double norm = dual_.turn(open);
    if (norm <= 0) {
      break;
    }
    dual_.move(*length * (search_.cutoff() - bound) / norm);
  }
  return true;
}

HubSetProof::Hubs HubSetProof::chosen(const CheapestSites& choice) const {
  Hubs hubs;
  std::ranges::copy_if(used_, std::back_inserter(hubs),
                       [&](std::size_t k) { return choice.takes(k); });
  return hubs;
}

std::size_t HubSetProof::use(const Branch& branch) {
  used_ = branch.hubs;
  used_.insert(used_.end(), branch.free.begin(), branch.free.end());
  std::ranges::sort(used_);
  dual_.use(used_);
  return used_.size();
}

// By reduced costs. False if nothing is left.
bool HubSetProof::decide(Branch& branch, const CheapestSites& choice, double bound) const {
  Hubs free;
  for (const std::size_t k : branch.free) {
    if (bound + choice.with(k) >= search_.cutoff()) {
      continue;
    }
    (bound + choice.without(k) >= search_.cutoff() ? branch.hubs : free).push_back(k);
  }
  branch.free = std::move(free);
  return settle_count(branch);
}

// On the free site of the best value.
void HubSetProof::split(Branch branch) {
  const auto best =
      std::ranges::min_element(branch.free, {}, [this](std::size_t k) { return values_[k]; });
  const std::size_t site = *best;
  branch.free.erase(best);
  branches_.push(branch);
  branch.hubs.push_back(site);
  branches_.push(std::move(branch));
}

}  // namespace violin
