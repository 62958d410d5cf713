#include "models/placement/hub/site_values.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace violin {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

}  // namespace

SiteValues::SiteValues(const AllocationModel& model, const AllocationDomain& domain,
                       const Table<double>& prices, std::span<const double> multipliers)
    : model_(model),
      domain_(domain),
      prices_(prices),
      multipliers_(multipliers),
      limits_(model.sites()),
      values_(model.fixed_costs) {
  for (std::size_t k = 0; k < model.sites(); ++k) {
    if (domain.site(k) != AllocationDomain::Site::kClosed) {
      (domain.site(k) == AllocationDomain::Site::kHub ? fixed_ : free_).push_back(k);
    }
  }
  for (const double multiplier : multipliers) {
    base_ += multiplier;
    magnitude_ += std::abs(multiplier);
  }
  value_sites();
  if (!model.capacities.empty() && !model.hubs) {
    value_total_capacity();
  }
  choice_.emplace(fixed_, free_, model.hubs, values_);
}

void SiteValues::value_sites() {
  if (!model_.capacities.empty()) {
    for (const std::vector<std::size_t>* sites : {&fixed_, &free_}) {
      std::ranges::for_each(*sites, [this](std::size_t k) { limit(k); });
    }
  }
  for (std::size_t i = 0; i < model_.points(); ++i) {
    for (const std::size_t k : domain_.allowed(i)) {
      values_[k] += contribution(i, k);
    }
  }
  for (const double value : values_) {
    magnitude_ += std::isfinite(value) ? std::abs(value) : 0;
  }
}

// The best price is that at which the points that like to be there most, per unit, fill it.
void SiteValues::limit(std::size_t site) {
  Limit& limit = limits_[site];
  double room = model_.capacities[site];
  std::vector<std::pair<double, std::size_t>> eager;
  for (std::size_t i = 0; i < model_.points(); ++i) {
    if (model_.sent[i] <= 0 || !domain_.allows(i, site)) {
      continue;
    }
    if (bound_to(i, site)) {
      room -= model_.sent[i];
    } else if (gain(i, site) < 0) {
      eager.emplace_back(gain(i, site) / model_.sent[i], i);
    }
  }
  if (room < 0) {
    values_[site] = kInfinity;
    return;
  }
  std::ranges::sort(eager);
  for (const auto& [liking, i] : eager) {
    if (model_.sent[i] > room) {
      limit = {-liking, i, room / model_.sent[i]};
      break;
    }
    room -= model_.sent[i];
  }
  values_[site] -= limit.price * model_.capacities[site];
}

// Hubs have to hold all flows together: at the price of the fractional covering knapsack.
void SiteValues::value_total_capacity() {
  double lacking = std::accumulate(model_.sent.begin(), model_.sent.end(), 0.0);
  const double total = lacking;
  for (const std::size_t k : fixed_) {
    lacking -= model_.capacities[k];
  }
  std::vector<std::pair<double, std::size_t>> offers;
  for (const std::size_t k : free_) {
    if (model_.capacities[k] > 0 && std::isfinite(values_[k])) {
      offers.emplace_back(values_[k] / model_.capacities[k], k);
    }
  }
  std::ranges::sort(offers);
  double price = 0;
  for (auto offer = offers.begin(); offer != offers.end() && lacking > 0; ++offer) {
    price = std::max(0.0, offer->first);
    lacking -= model_.capacities[offer->second];
  }
  if (lacking > total * kSameCost) {
    base_ = kInfinity;
    return;
  }
  base_ += price * total;
  for (std::size_t k = 0; k < values_.size(); ++k) {
    values_[k] -= price * model_.capacities[k];
  }
}

double SiteValues::share(std::size_t point, std::size_t site) const {
  if (!hub(site)) {
    return 0;
  }
  if (bound_to(point, site)) {
    return 1;
  }
  const Limit& limit = limits_[site];
  if (limit.part < 1 && limit.last == point) {
    return limit.part;
  }
  return gain(point, site) < 0 ? 1 : 0;
}

std::vector<double> SiteValues::bounds_of(std::size_t point) const {
  const std::vector<std::size_t>& allowed = domain_.allowed(point);
  std::vector<double> values = values_;
  for (const std::size_t k : allowed) {
    values[k] -= contribution(point, k);
  }
  const std::optional<std::size_t> home = model_.homes[point];
  std::vector<std::size_t> away = free_;  // elsewhere than at home, which then is no hub
  std::erase_if(away, [home](std::size_t k) { return home == k; });
  const CheapestSites choice(fixed_, std::move(away), model_.hubs, values);
  std::vector<double> bounds;
  for (const std::size_t k : allowed) {
    bounds.push_back(home == k ? bound_with(k)
                               : base_ + choice.sum() + choice.with(k) + gain(point, k));
  }
  return bounds;
}

}  // namespace violin
