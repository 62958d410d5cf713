#include "models/placement/hub/allocation_master.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "models/placement/hub/site_values.h"

namespace violin {
namespace {

// Steps of climb(): the prices take far longer to compute than these.
constexpr std::size_t kSteps = 8;
constexpr double kStepLength = 0.7;

}  // namespace

AllocationMaster::AllocationMaster(const AllocationModel& model)
    : multipliers_(model.points()), direction_(model.points()) {
  for (std::size_t i = 0; i < model.points(); ++i) {
    std::vector<double> costs(model.linear.row(i).begin(), model.linear.row(i).end());
    const auto third = costs.begin() + static_cast<std::ptrdiff_t>(costs.size() / 3);
    std::nth_element(costs.begin(), third, costs.end());
    multipliers_[i] = *third;
  }
}

void AllocationMaster::start_from(const Table<double>& prices, std::span<const std::size_t> hubs) {
  for (std::size_t i = 0; i < prices.rows(); ++i) {
    std::vector<double> costs;
    for (const std::size_t k : hubs) {
      costs.push_back(prices(i, k));
    }
    std::ranges::sort(costs);
    multipliers_[i] = (costs.front() + costs[std::min<std::size_t>(1, costs.size() - 1)]) / 2;
  }
}

AllocationMaster::Answer AllocationMaster::climb(const AllocationModel& model,
                                                 const AllocationDomain& domain,
                                                 const Table<double>& prices, double target) {
  Answer best{-std::numeric_limits<double>::infinity(), 0,
              Table<double>(model.points(), model.sites()), std::vector<double>(model.sites())};
  std::vector<double> at = multipliers_;
  for (std::size_t step = 0; step < kSteps; ++step) {
    const SiteValues values(model, domain, prices, at);
    if (values.bound() > best.bound) {
      best.bound = values.bound();
      best.magnitude = values.magnitude();
      multipliers_ = at;
    }
    std::vector<double> lacking(model.points(), 1.0);
    double norm = 0;
    for (std::size_t i = 0; i < model.points(); ++i) {
      for (const std::size_t k : domain.allowed(i)) {
        const double share = values.share(i, k);
        best.shares(i, k) += share / kSteps;
        lacking[i] -= share;
      }
      norm += model.spread(i) * lacking[i] * lacking[i];
    }
    for (std::size_t k = 0; k < model.sites(); ++k) {
      best.open[k] += values.hub(k) ? 1.0 / kSteps : 0;
    }
    if (norm > 0 && std::isfinite(values.bound())) {
      const double length = kStepLength * std::max(0.0, target - values.bound()) / norm;
      for (std::size_t i = 0; i < model.points(); ++i) {
        at[i] += length * model.spread(i) * lacking[i];
      }
    }
  }
  return best;
}

double AllocationMaster::turn(const AllocationModel& model, const Table<double>& shares,
                              double memory) {
  double norm = 0;
  for (std::size_t i = 0; i < model.points(); ++i) {
    double lacking = 1;
    for (const double share : shares.row(i)) {
      lacking -= share;
    }
    direction_[i] = memory * direction_[i] + (1 - memory) * lacking;
    norm += model.spread(i) * direction_[i] * direction_[i];
  }
  return norm;
}

void AllocationMaster::move(const AllocationModel& model, double step) {
  for (std::size_t i = 0; i < model.points(); ++i) {
    multipliers_[i] += step * model.spread(i) * direction_[i];
  }
}

void AllocationMaster::reduce(const AllocationModel& model, AllocationDomain& domain,
                              const Table<double>& prices, double cutoff) const {
  AllocationDomain reduced = domain;
  const SiteValues values(model, domain, prices, multipliers_);
  for (std::size_t k = 0; k < model.sites(); ++k) {
    if (domain.site(k) == AllocationDomain::Site::kFree) {
      if (values.bound_with(k) > cutoff) {
        reduced.close(k);
      } else if (values.bound_without(k) > cutoff) {
        reduced.make_hub(k);
      }
    }
  }
  for (std::size_t i = 0; i < model.points(); ++i) {
    const std::vector<double> bounds = values.bounds_of(i);
    for (std::size_t at = 0; at < bounds.size(); ++at) {
      if (bounds[at] > cutoff) {
        reduced.forbid(i, domain.allowed(i)[at]);
      }
    }
  }
  domain = std::move(reduced);
}

}  // namespace violin
