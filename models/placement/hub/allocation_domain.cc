#include "models/placement/hub/allocation_domain.h"

#include <algorithm>
#include <numeric>

namespace violin {

AllocationDomain::AllocationDomain(const AllocationModel& model)
    : sites_(model.sites(), Site::kFree), allowed_(model.points()) {
  std::vector<std::size_t> all(model.sites());
  std::iota(all.begin(), all.end(), std::size_t{0});
  std::ranges::fill(allowed_, all);
}

bool AllocationDomain::allows(std::size_t point, std::size_t site) const {
  return std::ranges::binary_search(allowed_[point], site);
}

bool AllocationDomain::settled() const {
  return std::ranges::all_of(allowed_, [](const auto& sites) { return sites.size() == 1; });
}

void AllocationDomain::forbid(std::size_t point, std::size_t site) {
  std::erase(allowed_[point], site);
}

bool AllocationDomain::propagate(const AllocationModel& model) {
  do {
    changed_ = false;
    if (!restrict_points(model) || !count_hubs(model) || !fill_hubs(model)) {
      return false;
    }
  } while (changed_);
  return true;
}

bool AllocationDomain::decide(std::size_t k, Site what) {
  if (sites_[k] == Site::kFree) {
    sites_[k] = what;
    changed_ = true;
  }
  return sites_[k] == what;
}

bool AllocationDomain::restrict_points(const AllocationModel& model) {
  for (std::size_t i = 0; i < allowed_.size(); ++i) {
    std::vector<std::size_t>& sites = allowed_[i];
    const std::optional<std::size_t> home = model.homes[i];
    if (home && sites_[*home] == Site::kHub) {
      std::erase_if(sites, [home](std::size_t k) { return k != *home; });
    }
    std::erase_if(sites, [this](std::size_t k) { return sites_[k] == Site::kClosed; });
    if (sites.empty() || (sites.size() == 1 && !decide(sites.front(), Site::kHub)) ||
        (home && !allows(i, *home) && !decide(*home, Site::kClosed))) {
      return false;
    }
  }
  return true;
}

bool AllocationDomain::count_hubs(const AllocationModel& model) {
  const auto hubs = static_cast<std::size_t>(std::ranges::count(sites_, Site::kHub));
  const auto free = static_cast<std::size_t>(std::ranges::count(sites_, Site::kFree));
  if (!model.hubs) {
    return hubs + free > 0;
  }
  if (hubs > *model.hubs || hubs + free < *model.hubs) {
    return false;
  }
  if (free > 0 && (hubs == *model.hubs || hubs + free == *model.hubs)) {
    std::ranges::replace(sites_, Site::kFree, hubs == *model.hubs ? Site::kClosed : Site::kHub);
    changed_ = true;
  }
  return true;
}

bool AllocationDomain::fill_hubs(const AllocationModel& model) {
  if (model.capacities.empty()) {
    return true;
  }
  std::vector<double> room = model.capacities;
  for (std::size_t i = 0; i < allowed_.size(); ++i) {
    if (allowed_[i].size() == 1) {
      room[allowed_[i].front()] -= model.sent[i];
    }
  }
  for (std::size_t i = 0; i < allowed_.size(); ++i) {
    if (allowed_[i].size() > 1) {
      changed_ |= std::erase_if(allowed_[i], [&](std::size_t k) {
                    return model.sent[i] > room[k] + kSameCost * model.capacities[k];
                  }) > 0;
    }
  }
  return std::ranges::all_of(open_or_free(), [&](std::size_t k) {
    return sites_[k] == Site::kFree || room[k] >= -kSameCost * model.capacities[k];
  });
}

std::vector<std::size_t> AllocationDomain::open_or_free() const {
  std::vector<std::size_t> left;
  for (std::size_t k = 0; k < sites_.size(); ++k) {
    if (sites_[k] != Site::kClosed) {
      left.push_back(k);
    }
  }
  return left;
}

void AllocationDomain::keep(std::span<const std::size_t> sites) {
  std::vector<Site> kept;
  std::vector<std::size_t> renumbered(sites_.size());
  for (const std::size_t k : sites) {
    renumbered[k] = kept.size();
    kept.push_back(sites_[k]);
  }
  sites_ = std::move(kept);
  for (std::vector<std::size_t>& allowed : allowed_) {
    std::erase_if(allowed, [&](std::size_t k) { return !std::ranges::binary_search(sites, k); });
    std::ranges::transform(allowed, allowed.begin(), [&](std::size_t k) { return renumbered[k]; });
  }
}

}  // namespace violin
