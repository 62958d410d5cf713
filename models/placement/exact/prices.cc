#include "models/placement/exact/prices.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace violin::placement {

namespace {

constexpr std::size_t kUp = static_cast<std::size_t>(Resource::kUp);
constexpr std::size_t kDown = static_cast<std::size_t>(Resource::kDown);

}  // namespace

Prices::Prices(const HostLimits& limits)
    : limits_(&limits),
      one_(limits.room(Resource::kMemory).size(), 1),
      prices_(kResources + limits.groups().size(), std::vector<double>(one_.size())) {}

const std::vector<double>& Prices::room(std::size_t row) const {
  return row < kResources ? limits_->room(static_cast<Resource>(row)) : one_;
}

double Prices::unit(std::size_t row, std::size_t host) const {
  return row < kResources ? limits_->capacity(static_cast<Resource>(row))[host] : 1;
}

HostCosts Prices::charged(HostCosts alone) const {
  for (const Resource resource : {Resource::kMemory, Resource::kFrames}) {
    const auto row = static_cast<std::size_t>(resource);
    for (std::uint32_t v = 0; v < alone.size(); ++v) {
      for (std::size_t h = 0; h < one_.size(); ++h) {
        alone[v][h] += limits_->need(resource, v) * prices_[row][h] / unit(row, h);
      }
    }
  }
  for (std::size_t g = 0; g < limits_->groups().size(); ++g) {
    for (const std::uint32_t v : limits_->groups()[g]) {
      for (std::size_t h = 0; h < one_.size(); ++h) {
        alone[v][h] += prices_[kResources + g][h];
      }
    }
  }
  if (!access_.up.empty()) {
    charge_pinned_links(alone);
  }
  return alone;
}

void Prices::charge_pinned_links(HostCosts& alone) const {
  for (const auto& link : limits_->pinned_links()) {
    const auto& [out, back] = link.bits;
    const double there = out * access_.down[link.host] + back * access_.up[link.host];
    for (std::size_t h = 0; h < one_.size(); ++h) {
      alone[link.variable][h] +=
          h == link.host ? 0 : there + out * access_.up[h] + back * access_.down[h];
    }
  }
}

double Prices::refund() const {
  double sum = 0;
  for (std::size_t row = 0; row < prices_.size(); ++row) {
    for (std::size_t h = 0; h < one_.size(); ++h) {
      sum += prices_[row][h] > 0 ? prices_[row][h] * room(row)[h] / unit(row, h) : 0;
    }
  }
  return sum;
}

std::vector<std::vector<double>> Prices::slope(const Hosts& hosts) const {
  const Uses uses = limits_->uses(hosts);
  std::vector<std::vector<double>> slope{uses.begin(), uses.end()};
  for (const auto& group : limits_->groups()) {
    auto& on = slope.emplace_back(one_.size());
    for (const std::uint32_t v : group) {
      ++on[hosts[v]];
    }
  }
  for (std::size_t row = 0; row < slope.size(); ++row) {
    for (std::size_t h = 0; h < one_.size(); ++h) {
      const double over = (slope[row][h] - room(row)[h]) / unit(row, h);
      const bool matters = over > 0 || (prices_[row][h] > 0 && std::isfinite(over));
      slope[row][h] = matters ? over : 0;
    }
  }
  return slope;
}

bool Prices::climb(const Hosts& hosts, double rise) {
  const auto along = slope(hosts);
  double square = 0;
  for (const auto& row : along) {
    for (const double over : row) {
      square += over * over;
    }
  }
  if (square == 0) {
    return false;
  }
  for (std::size_t row = 0; row < along.size(); ++row) {
    for (std::size_t h = 0; h < one_.size(); ++h) {
      prices_[row][h] = std::max(0.0, prices_[row][h] + rise / square * along[row][h]);
    }
  }
  set_access();
  return true;
}

void Prices::set_access() {
  const auto priced = [&](std::size_t row) {
    return std::ranges::any_of(prices_[row], [](double price) { return price > 0; });
  };
  if (priced(kUp) || priced(kDown) || !access_.up.empty()) {
    access_.up = prices_[kUp];
    access_.down = prices_[kDown];
    for (std::size_t h = 0; h < one_.size(); ++h) {
      access_.up[h] /= unit(kUp, h);
      access_.down[h] /= unit(kDown, h);
    }
  }
}

}  // namespace violin::placement
