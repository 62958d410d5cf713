#include "models/placement/hub/median_search.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace violin {
namespace {

constexpr std::size_t kRandomStarts = 2;
constexpr std::size_t kMostChanges = 5;

}  // namespace

MedianSearch::MedianSearch(const MedianProblem& problem, std::uint64_t seed, OnBetter on_better)
    : count_(problem.medians),
      from_(problem.candidates(), problem.points()),
      random_(seed, "median search"),
      on_better_(std::move(on_better)),
      service_(problem.points()),
      losses_(problem.medians),
      least_(std::numeric_limits<std::int64_t>::max()) {
  for (std::size_t i = 0; i < problem.points(); ++i) {
    for (std::size_t k = 0; k < problem.candidates(); ++k) {
      from_(k, i) = problem.distance(i, k);
    }
  }
}

void MedianSearch::run(std::size_t patience, const KeepGoing& keep_going) {
  for (std::size_t idle = 0, start = 0; idle < patience && keep_going(); ++start) {
    const std::int64_t before = least_;
    descend_from(start < kRandomStarts ? random_medians() : changed_medians(), keep_going);
    idle = least_ < before ? 0 : idle + 1;
  }
}

void MedianSearch::descend_from(Medians medians, const KeepGoing& keep_going) {
  serve(medians);
  while (keep_going() && improve(medians, keep_going)) {
  }
  const std::int64_t cost =
      std::accumulate(service_.begin(), service_.end(), std::int64_t{0},
                      [](std::int64_t sum, const Service& s) { return sum + s.first; });
  if (cost < least_) {
    least_ = cost;
    best_ = medians;
    std::ranges::sort(best_);
    on_better_(cost, best_);
  }
}

MedianSearch::Medians MedianSearch::random_medians() {
  Medians sites(from_.rows());
  std::iota(sites.begin(), sites.end(), std::size_t{0});
  for (std::size_t i = 0; i < count_; ++i) {
    std::swap(sites[i], sites[i + random_() % (sites.size() - i)]);
  }
  sites.resize(count_);
  return sites;
}

MedianSearch::Medians MedianSearch::changed_medians() {
  Medians medians = best_;
  for (std::size_t change = 1 + random_() % kMostChanges; change > 0; --change) {
    const std::size_t site = random_() % from_.rows();
    if (std::ranges::find(medians, site) == medians.end()) {
      medians[random_() % medians.size()] = site;
    }
  }
  return medians;
}

void MedianSearch::serve(const Medians& medians) {
  std::ranges::fill(service_, Service{0, kMaxDistance, kMaxDistance});
  for (std::size_t slot = 0; slot < medians.size(); ++slot) {
    const std::span<const Distance> from = from_.row(medians[slot]);
    for (std::size_t i = 0; i < service_.size(); ++i) {
      Service& service = service_[i];
      if (from[i] < service.first || (slot == 0)) {
        service = {slot, from[i], slot == 0 ? kMaxDistance : service.first};
      } else {
        service.second = std::min(service.second, from[i]);
      }
    }
  }
}

// Points nearer to the new median gain; of the others, those of the slot that is given up lose.
MedianSearch::Exchange MedianSearch::best_exchange(std::size_t site) {
  const std::span<const Distance> from = from_.row(site);
  std::ranges::fill(losses_, 0);
  std::int64_t gain = 0;
  for (std::size_t i = 0; i < service_.size(); ++i) {
    const Service& service = service_[i];
    if (from[i] < service.first) {
      gain += service.first - from[i];
    } else {
      losses_[service.slot] += std::min(from[i], service.second) - service.first;
    }
  }
  const auto least = std::ranges::min_element(losses_);
  return {static_cast<std::size_t>(least - losses_.begin()), gain - *least};
}

// Makes each exchange that gains, for each new median in turn.
bool MedianSearch::improve(Medians& medians, const KeepGoing& keep_going) {
  bool improved = false;
  for (std::size_t site = 0; site < from_.rows() && keep_going(); ++site) {
    const Exchange exchange = best_exchange(site);
    if (exchange.gain > 0) {
      medians[exchange.slot] = site;
      serve(medians);
      improved = true;
    }
  }
  return improved;
}

}  // namespace violin
