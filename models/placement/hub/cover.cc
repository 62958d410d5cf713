#include "models/placement/hub/cover.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace violin {
namespace {

// The first of the numbers with the least size; `visit_all` tells them.
template <typename VisitAll>
std::size_t rarest(VisitAll visit_all, const std::vector<std::size_t>& sizes) {
  std::size_t best = 0;
  std::size_t least = std::numeric_limits<std::size_t>::max();
  visit_all([&](std::size_t number) {
    if (sizes[number] < least) {
      least = sizes[number];
      best = number;
    }
  });
  return best;
}

}  // namespace

Cover::Cover(std::size_t points, std::size_t candidates)
    : points_(points),
      candidates_(candidates),
      reached_(candidates, points),
      reaching_(points, candidates),
      choices_(points),
      reach_(candidates),
      dropped_(points),
      excluded_(candidates) {
  std::iota(points_.begin(), points_.end(), std::size_t{0});
  std::iota(candidates_.begin(), candidates_.end(), std::size_t{0});
}

Cover::Cover(const MedianProblem& problem, Distance reach)
    : Cover(problem.points(), problem.candidates()) {
  for (std::size_t i = 0; i < problem.points(); ++i) {
    for (std::size_t k = 0; k < problem.candidates(); ++k) {
      if (problem.distance(i, k) <= reach) {
        relate(i, k);
      }
    }
    impossible_ |= choices_[i] == 0;
  }
}

Cover Cover::rest_of(const Cover& other) {
  Cover rest(other.points_.size(), other.candidates_.size());
  Numbers places(other.excluded_.size());
  for (std::size_t k = 0; k < other.candidates_.size(); ++k) {
    places[other.candidates_[k]] = k;
  }
  for (std::size_t i = 0; i < other.points_.size(); ++i) {
    other.for_each_candidate(other.points_[i], [&](std::size_t k) { rest.relate(i, places[k]); });
  }
  rest.impossible_ = other.impossible_;
  return rest;
}

void Cover::relate(std::size_t point, std::size_t candidate) {
  reached_.add(candidate, point);
  reaching_.add(point, candidate);
  ++choices_[point];
  ++reach_[candidate];
}

void Cover::take(std::span<const std::size_t> candidates) {
  for (const std::size_t k : candidates) {
    take_one(k);
  }
  forget_dropped();
}

void Cover::exclude(std::span<const std::size_t> candidates) {
  for (const std::size_t k : candidates) {
    exclude_one(k);
  }
  forget_dropped();
}

void Cover::reduce() {
  bool more = !impossible_;
  while (more) {
    more = exclude_needless_candidates();
    more |= drop_needless_points();
    more |= take_needed_candidates();
    forget_dropped();
  }
}

void Cover::take_one(std::size_t candidate) {
  taken_.push_back(candidate);
  reached_.for_each(candidate, [this](std::size_t i) { drop_point(i); });
  excluded_[candidate] = 1;
}

void Cover::exclude_one(std::size_t candidate) {
  reached_.for_each(candidate, [&](std::size_t i) {
    reaching_.remove(i, candidate);
    impossible_ |= --choices_[i] == 0;
  });
  excluded_[candidate] = 1;
}

void Cover::drop_point(std::size_t point) {
  reaching_.for_each(point, [&](std::size_t k) {
    reached_.remove(k, point);
    --reach_[k];
  });
  dropped_[point] = 1;
}

void Cover::forget_dropped() {
  std::erase_if(points_, [this](std::size_t i) { return dropped_[i] != 0; });
  std::erase_if(candidates_, [this](std::size_t k) { return excluded_[k] != 0; });
}

// Only those that reach its rarest point can reach all of its points.
bool Cover::is_needless(std::size_t candidate) const {
  if (reach_[candidate] == 0) {
    return true;
  }
  const std::size_t point =
      rarest([&](auto visit) { reached_.for_each(candidate, visit); }, choices_);
  bool needless = false;
  reaching_.for_each(point, [&](std::size_t k) {
    const bool first_of_equals = reach_[k] == reach_[candidate] && candidate < k;
    needless |= !needless && k != candidate && reach_[k] >= reach_[candidate] && !first_of_equals &&
                reached_.subset(candidate, k);
  });
  return needless;
}

bool Cover::exclude_needless_candidates() {
  bool any = false;
  for (const std::size_t k : candidates_) {
    if (excluded_[k] == 0 && is_needless(k)) {
      exclude_one(k);
      any = true;
    }
  }
  return any;
}

// Those that are reached whenever i is are reached by i's rarest candidate.
bool Cover::drop_needless_points() {
  bool any = false;
  for (const std::size_t i : points_) {
    if (dropped_[i] != 0) {
      continue;
    }
    const std::size_t candidate = rarest([&](auto visit) { reaching_.for_each(i, visit); }, reach_);
    reached_.for_each(candidate, [&](std::size_t other) {
      const bool first_of_equals = choices_[other] == choices_[i] && other < i;
      if (other != i && choices_[other] >= choices_[i] && !first_of_equals &&
          reaching_.subset(i, other)) {
        drop_point(other);
        any = true;
      }
    });
  }
  return any;
}

bool Cover::take_needed_candidates() {
  bool any = false;
  for (const std::size_t i : points_) {
    if (dropped_[i] == 0 && choices_[i] == 1) {
      reaching_.for_each(i, [this](std::size_t k) { take_one(k); });
      any = true;
    }
  }
  return any;
}

}  // namespace violin
