#include "models/placement/hub/allocation_bound.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "models/placement/hub/step_length.h"

namespace violin {
namespace {

constexpr double kMemory = 0.3;             // of directions
constexpr double kFading = 0.8;             // of the relaxation's solutions
constexpr std::size_t kReduceEvery = 8;     // steps
constexpr std::size_t kPatience = 10;       // steps without progress before they become shorter
constexpr std::size_t kBranchPatience = 3;  // likewise below the root
constexpr double kProgress = 0.005;         // of the gap

// How far the steps aim above the bound where no solution is known.
constexpr double kOptimism = 1.05;

}  // namespace

AllocationBound::AllocationBound(const HubProblem& problem, Cutoff cutoff, OnHubs on_hubs,
                                 KeepGoing keep_going)
    : model_(problem),
      dual_(model_),
      master_(model_),
      cutoff_(std::move(cutoff)),
      on_hubs_(std::move(on_hubs)),
      keep_going_(std::move(keep_going)) {
  for (std::size_t i = 0; i < model_.points(); ++i) {
    const auto row = model_.linear.row(i);
    largest_linear_ += *std::ranges::max_element(row);
  }
  forget();
}

void AllocationBound::start_from(std::span<const std::size_t> hubs,
                                 std::span<const std::size_t> allocation) {
  dual_.start_from(model_, allocation);
  master_.start_from(dual_.prices(model_, AllocationDomain(model_)), hubs);
}

void AllocationBound::raise(AllocationBranch& branch, bool forever) {
  StepLength length = forever ? StepLength(1.0, kPatience) : StepLength(0.4, kBranchPatience);
  for (std::size_t step = 1; !length.spent() && keep_going_(); ++step) {
    const Table<double> prices = dual_.prices(model_, branch.domain);
    const double aim = std::isfinite(cutoff_()) ? cutoff_() : branch.bound * kOptimism;
    const AllocationMaster::Answer answer = master_.climb(model_, branch.domain, prices, aim);
    const double slack = rounding(answer.magnitude + dual_.magnitude());
    const double bound = answer.bound - slack;
    length.count(bound > branch.bound + kProgress * (aim - branch.bound));
    branch.bound = std::max(branch.bound, bound);
    if (branch.bound >= cutoff_() || std::isinf(branch.bound)) {
      return;
    }
    remember(answer);
    if (step % kReduceEvery == 0) {
      if (forever) {
        suggest_hubs();
      }
      const Reduced reduced = reduce(branch, prices, slack, forever);
      if (reduced == Reduced::kDone) {
        return;
      }
      if (reduced == Reduced::kYes) {
        continue;
      }
    }
    const double norm = dual_.turn(model_, branch.domain, answer.shares, kMemory) +
                        master_.turn(model_, answer.shares, kMemory);
    if (norm <= 0) {
      return;
    }
    const double size = *length * std::max(0.0, aim - answer.bound) / norm;
    dual_.move(size);
    master_.move(model_, size);
  }
}

AllocationBound::Reduced AllocationBound::reduce(AllocationBranch& branch,
                                                 const Table<double>& prices, double slack,
                                                 bool forever) {
  const AllocationDomain before = branch.domain;
  master_.reduce(model_, branch.domain, prices, cutoff_() + slack);
  if (!branch.domain.propagate(model_)) {
    branch.bound = cutoff_();
    return Reduced::kDone;
  }
  if (branch.domain.settled()) {
    return Reduced::kDone;
  }
  if (forever && branch.domain.open_or_free().size() < model_.sites()) {
    keep(branch.domain);
    return Reduced::kYes;
  }
  return branch.domain == before ? Reduced::kNo : Reduced::kYes;
}

void AllocationBound::keep(AllocationDomain& domain) {
  const std::vector<std::size_t> sites = domain.open_or_free();
  model_.keep(sites);
  dual_.keep(sites);
  domain.keep(sites);
  forget();
}

void AllocationBound::forget() {
  open_.assign(model_.sites(), 0);
  shares_ = Table<double>(model_.points(), model_.sites());
}

void AllocationBound::remember(const AllocationMaster::Answer& answer) {
  for (std::size_t k = 0; k < model_.sites(); ++k) {
    open_[k] = kFading * open_[k] + (1 - kFading) * answer.open[k];
    for (std::size_t i = 0; i < model_.points(); ++i) {
      shares_(i, k) = kFading * shares_(i, k) + (1 - kFading) * answer.shares(i, k);
    }
  }
}

// Those that were hubs most often.
void AllocationBound::suggest_hubs() {
  std::vector<std::size_t> sites(model_.sites());
  std::iota(sites.begin(), sites.end(), std::size_t{0});
  std::ranges::stable_sort(sites,
                           [this](std::size_t a, std::size_t b) { return open_[a] > open_[b]; });
  const auto often = static_cast<std::size_t>(
      std::ranges::count_if(open_, [](double share) { return share > 0.5; }));
  sites.resize(model_.hubs.value_or(std::max<std::size_t>(1, often)));
  std::vector<std::size_t> hubs;
  for (const std::size_t site : sites) {
    hubs.push_back(model_.candidates[site]);
  }
  std::ranges::sort(hubs);
  on_hubs_(std::move(hubs));
}

// No sum has more addends than that one after the other, and each addition errs by half a unit in
// the last place at most.
double AllocationBound::rounding(double magnitude) const {
  const auto addends = static_cast<double>(2 * model_.points() + model_.sites() + 16);
  return addends * std::numeric_limits<double>::epsilon() * (magnitude + largest_linear_);
}

}  // namespace violin
