#include "models/placement/exact/branching.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <numeric>

namespace violin::placement {

namespace {

double below(double cost, double share) {
  return std::isinf(cost) ? cost : cost - share * std::abs(cost);
}

class Branching {
 public:
  Branching(const PairModel& model, const PairCosts& costs, const HostLimits& limits,
            const Prices& prices, const BranchingOptions& options, Incumbent& incumbent,
            const KeepGoing& keep_going)
      : model_(model),
        costs_(costs),
        limits_(limits),
        prices_(prices),
        pricing_(model, costs, limits),
        options_(options),
        incumbent_(incumbent),
        keep_going_(keep_going),
        programs_(model.variables.size()),
        hosts_(programs_.size()),
        placed_(programs_.size()) {
    const auto n = static_cast<double>(costs.hosts());
    work_per_node_ = n * n * static_cast<double>(1 + model.edges.size());
    work_per_leaf_ = 100 * n;
    uses_.fill(std::vector<double>(costs.hosts()));
    for (std::uint32_t v = 0; v < programs_.size(); ++v) {
      order_.push_back(v);
    }
    std::ranges::stable_sort(order_, std::ranges::greater{},
                             [&](std::uint32_t v) { return model.edges_of[v].size(); });
  }

  // The least bound of what was not tried; infinite if all was.
  double run() {
    if (order_.empty()) {
      offer({});
    } else {
      visit(0, model_.alone);
    }
    return open_;
  }

 private:
  double limit() const { return below(incumbent_.cost(), kSlack); }

  const DynamicProgram& program(std::uint32_t last) {
    if (!programs_[last]) {
      programs_[last] = std::make_unique<DynamicProgram>(model_, costs_, last);
    }
    return *programs_[last];
  }

  void visit(std::size_t depth, const HostCosts& alone) {
    const std::uint32_t variable = order_[depth];
    const auto found = program(variable).minimise(prices_.charged(alone), prices_.access());
    if (found.cost < kFar / 2) {
      offer(found.hosts);
    }
    std::vector<double> bounds;
    for (const double least : found.by_last) {
      bounds.push_back(pricing_.bound({least, std::abs(least), {}}, prices_) + options_.offset);
    }
    std::vector<std::uint32_t> hosts(bounds.size());
    std::iota(hosts.begin(), hosts.end(), 0U);
    std::ranges::stable_sort(hosts, {}, [&](std::uint32_t h) { return bounds[h]; });
    for (const std::uint32_t host : hosts) {
      if (std::isinf(bounds[host]) || bounds[host] >= limit()) {
        return;
      }
      if (work_ > options_.work || !keep_going_()) {
        open_ = std::min(open_, bounds[host]);
        return;
      }
      descend(depth, host, alone);
    }
  }

  // Without the program where a placement of some of the entities exceeds limits already.
  void descend(std::size_t depth, std::uint32_t host, const HostCosts& alone) {
    const std::uint32_t variable = order_[depth];
    const Uses before = uses_;
    hosts_[variable] = host;
    placed_[variable] = true;
    limits_.use(hosts_, placed_, variable, 1, uses_);
    work_ += work_per_leaf_;
    if (fits()) {
      if (depth + 1 == order_.size()) {
        offer(hosts_);
      } else {
        HostCosts next = alone;
        std::ranges::fill(next[variable], kFar);
        next[variable][host] = alone[variable][host];
        limits_.forbid_beside(variable, host, uses_, std::span(order_).subspan(depth + 1), next);
        work_ += work_per_node_;
        visit(depth + 1, next);
      }
    }
    placed_[variable] = false;
    uses_ = before;
  }

  bool fits() const {
    for (std::uint32_t h = 0; h < costs_.hosts(); ++h) {
      if (limits_.excess_at(h, uses_) > 0) {
        return false;
      }
    }
    return true;
  }

  void offer(const Hosts& hosts) {
    const double pairwise = cost(model_, costs_, hosts);
    if (pairwise < incumbent_.cost() && limits_.excess(hosts, limits_.uses(hosts)) == 0) {
      incumbent_.offer(hosts, pairwise);
    }
  }

  const PairModel& model_;
  const PairCosts& costs_;
  const HostLimits& limits_;
  const Prices& prices_;
  Pricing pricing_;
  BranchingOptions options_;
  Incumbent& incumbent_;
  const KeepGoing& keep_going_;
  std::vector<std::unique_ptr<DynamicProgram>> programs_;
  std::vector<std::uint32_t> order_;
  Hosts hosts_;  // of the variables that are placed
  std::vector<bool> placed_;
  Uses uses_;  // of these
  double work_per_node_;
  double work_per_leaf_;
  double work_ = 0;
  double open_ = std::numeric_limits<double>::infinity();
};

}  // namespace

double branch(const PairModel& model, const PairCosts& costs, const HostLimits& limits,
              const Priced& priced, const BranchingOptions& options, Incumbent& incumbent,
              const KeepGoing& keep_going) {
  Branching branching(model, costs, limits, priced.prices, options, incumbent, keep_going);
  const double open = branching.run();
  return std::max(priced.bound + options.offset,
                  std::min(open, below(incumbent.cost(), 2 * kSlack)));
}

}  // namespace violin::placement
