#include "models/placement/hub/median_dual.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>
#include <limits>

namespace violin {
namespace {

constexpr double kMemory = 0.3;  // of directions

}  // namespace

MedianDual::MedianDual(const MedianProblem& problem, std::span<const std::size_t> medians)
    : problem_(problem),
      used_(problem.candidates(), 1),
      all_(problem.points()),
      multipliers_(problem.points()),
      direction_(problem.points()) {
  for (std::size_t i = 0; i < problem.points(); ++i) {
    for (std::size_t k = 0; k < problem.candidates(); ++k) {
      all_[i].push_back({problem.distance(i, k), static_cast<std::uint32_t>(k)});
    }
    std::ranges::stable_sort(all_[i], {}, &Near::distance);
    std::vector<Distance> served{kMaxDistance};
    for (const std::size_t k : medians) {
      served.push_back(problem.distance(i, k));
    }
    std::ranges::sort(served);
    const Distance next = medians.size() > 1 ? served[1] : served[0];
    multipliers_[i] = (static_cast<double>(served[0]) + next) / 2;
  }
  near_ = all_;
}

// Mostly there are fewer sites than before.
void MedianDual::use(const std::vector<std::size_t>& sites) {
  std::vector<char> used(problem_.candidates());
  bool fewer = true;
  for (const std::size_t k : sites) {
    used[k] = 1;
    fewer = fewer && used_[k] != 0;
  }
  used_ = std::move(used);
  sites_ = sites;
  for (std::size_t i = 0; i < all_.size(); ++i) {
    const auto in_use = [this](const Near& near) { return used_[near.site] != 0; };
    if (fewer) {
      std::erase_if(near_[i], std::not_fn(in_use));
    } else {
      near_[i].clear();
      std::ranges::copy_if(all_[i], std::back_inserter(near_[i]), in_use);
    }
  }
}

HubSetDual::Relaxed MedianDual::relax() {
  Relaxed relaxed{0, 0, std::vector<double>(problem_.candidates())};
  double magnitude = 0;
  for (std::size_t i = 0; i < near_.size(); ++i) {
    relaxed.base += multipliers_[i];
    magnitude += std::abs(multipliers_[i]);
    for (const Near& near : near_[i]) {
      if (near.distance >= multipliers_[i]) {
        break;
      }
      relaxed.values[near.site] += near.distance - multipliers_[i];
      magnitude += multipliers_[i];
    }
  }
  const auto addends = static_cast<double>(problem_.points() + problem_.candidates() + 16);
  relaxed.rounding = addends * std::numeric_limits<double>::epsilon() * magnitude;
  return relaxed;
}

double MedianDual::turn(const std::vector<double>& open) {
  std::vector<std::size_t> medians;
  std::ranges::copy_if(sites_, std::back_inserter(medians),
                       [&](std::size_t k) { return open[k] > 0; });
  double norm = 0;
  for (std::size_t i = 0; i < near_.size(); ++i) {
    const auto reaching = std::ranges::count_if(
        medians, [&](std::size_t k) { return problem_.distance(i, k) < multipliers_[i]; });
    const double lacking = 1 - static_cast<double>(reaching);
    direction_[i] = kMemory * direction_[i] + (1 - kMemory) * lacking;
    norm += direction_[i] * direction_[i];
  }
  return norm;
}

void MedianDual::move(double step) {
  for (std::size_t i = 0; i < multipliers_.size(); ++i) {
    multipliers_[i] += step * direction_[i];
  }
}

}  // namespace violin
