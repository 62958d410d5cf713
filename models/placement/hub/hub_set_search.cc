#include "models/placement/hub/hub_set_search.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace violin {
namespace {

constexpr std::size_t kRandomStarts = 3;
constexpr std::size_t kChanges = 2;
// Of a step, as a share of the cost: less may be rounding.
constexpr double kLeastGain = 1e-12;

}  // namespace

HubSetSearch::HubSetSearch(std::size_t sites, std::optional<std::size_t> hubs, std::uint64_t seed,
                           Cost cost, std::function<void(double, const Hubs&)> on_better)
    : sites_(sites),
      count_(hubs),
      random_(seed, "hub set search"),
      cost_(std::move(cost)),
      on_better_(std::move(on_better)),
      least_(std::numeric_limits<double>::infinity()) {}

void HubSetSearch::run(std::size_t patience, const KeepGoing& keep_going) {
  for (std::size_t idle = 0, start = 0; idle < patience && keep_going(); ++start) {
    const double before = least_;
    descend_from(start < kRandomStarts ? random_set() : changed_set(), keep_going);
    idle = least_ < before ? 0 : idle + 1;
  }
}

void HubSetSearch::descend_from(Hubs hubs, const KeepGoing& keep_going) {
  double cost = cost_(hubs);
  while (keep_going() && improve(hubs, cost, keep_going)) {
  }
  if (cost < least_ * (1 - kLeastGain)) {
    least_ = cost;
    best_ = hubs;
    std::ranges::sort(best_);
    on_better_(cost, best_);
  }
}

HubSetSearch::Hubs HubSetSearch::random_set() {
  Hubs sites(sites_);
  std::iota(sites.begin(), sites.end(), std::size_t{0});
  const std::size_t count = count_.value_or(1 + random_() % sites_);
  for (std::size_t i = 0; i < count; ++i) {
    std::swap(sites[i], sites[i + random_() % (sites_ - i)]);
  }
  sites.resize(count);
  return sites;
}

HubSetSearch::Hubs HubSetSearch::changed_set() {
  Hubs hubs = best_;
  for (std::size_t change = 0; change < kChanges; ++change) {
    const std::size_t site = random_() % sites_;
    if (std::ranges::find(hubs, site) == hubs.end()) {
      hubs[random_() % hubs.size()] = site;
    }
  }
  return hubs;
}

// Sets that differ by that site.
std::vector<HubSetSearch::Hubs> HubSetSearch::neighbours(const Hubs& hubs, std::size_t site) const {
  std::vector<Hubs> sets;
  if (std::ranges::find(hubs, site) != hubs.end()) {
    if (!count_ && hubs.size() > 1) {
      sets.push_back(hubs);
      std::erase(sets.back(), site);
    }
    return sets;
  }
  for (std::size_t slot = 0; slot < hubs.size(); ++slot) {
    sets.push_back(hubs);
    sets.back()[slot] = site;
  }
  if (!count_) {
    sets.push_back(hubs);
    sets.back().push_back(site);
  }
  return sets;
}

// Goes to the best set that differs by one site, for each site in turn.
bool HubSetSearch::improve(Hubs& hubs, double& cost, const KeepGoing& keep_going) const {
  bool improved = false;
  for (std::size_t site = 0; site < sites_ && keep_going(); ++site) {
    for (Hubs& set : neighbours(hubs, site)) {
      const double changed = cost_(set);
      if (changed < cost * (1 - kLeastGain)) {
        cost = changed;
        hubs = std::move(set);
        improved = true;
        break;
      }
    }
  }
  return improved;
}

}  // namespace violin
