#include "models/placement/hub/cover_search.h"

#include <algorithm>
#include <tuple>

namespace violin {

CoverSearch::CoverSearch(const Cover& cover, std::size_t count, std::uint64_t seed)
    : random_(seed, "cover search") {
  for (const std::size_t k : cover.candidates()) {
    candidates_.resize(k + 1);
  }
  for (const std::size_t i : cover.points()) {
    points_.resize(i + 1);
    places_.resize(i + 1);
    cover.for_each_candidate(i, [&](std::size_t k) {
      points_[i].candidates.push_back(k);
      candidates_[k].points.push_back(i);
      ++candidates_[k].score;
    });
    places_[i] = missed_.size();
    missed_.push_back(i);
  }
  while (taken_.size() < std::min(count, cover.candidates().size())) {
    take(best_to_take(cover.candidates()));
  }
}

std::optional<CoverSearch::Numbers> CoverSearch::run(std::size_t exchanges,
                                                     const KeepGoing& keep_going) {
  for (; !missed_.empty() && exchanges > 0 && keep_going(); --exchanges) {
    exchange();
  }
  return missed_.empty() ? std::optional(taken_) : std::nullopt;
}

void CoverSearch::exchange() {
  ++exchanges_;
  give_up(best_to_give_up());
  const std::size_t point = missed_[random_() % missed_.size()];
  take(best_to_take(points_[point].candidates));
  weigh_missed();
}

// The one whose points count most that is not taken and was not given up just now; of equals, the
// one that has been out for longest.
std::size_t CoverSearch::best_to_take(const Numbers& candidates) const {
  const auto rank = [this](std::size_t k) {
    const Candidate& candidate = candidates_[k];
    const bool just_now = exchanges_ > 0 && candidate.changed == exchanges_;
    return std::tuple(!candidate.taken, !just_now, candidate.score,
                      -static_cast<std::int64_t>(candidate.changed));
  };
  return *std::ranges::max_element(candidates, {}, rank);
}

// The one that is missed least and was not taken in the last exchange.
std::size_t CoverSearch::best_to_give_up() const {
  const auto rank = [this](std::size_t k) {
    const Candidate& candidate = candidates_[k];
    const bool last_time = exchanges_ > 1 && candidate.changed + 1 == exchanges_;
    return std::tuple(last_time, candidate.score, candidate.changed);
  };
  return *std::ranges::min_element(taken_, {}, rank);
}

// Its own score stays what it is: the points that it gains are those that it would be missed at.
void CoverSearch::take(std::size_t candidate) {
  for (const std::size_t i : candidates_[candidate].points) {
    Point& point = points_[i];
    if (point.reached == 0) {
      places_[missed_.back()] = places_[i];
      missed_[places_[i]] = missed_.back();
      missed_.pop_back();
      add_to_others(point, candidate, -point.weight);
    } else if (point.reached == 1) {
      candidates_[point.sum].score -= point.weight;
    }
    ++point.reached;
    point.sum += candidate;
  }
  candidates_[candidate].taken = true;
  candidates_[candidate].changed = exchanges_;
  taken_.push_back(candidate);
}

void CoverSearch::give_up(std::size_t candidate) {
  for (const std::size_t i : candidates_[candidate].points) {
    Point& point = points_[i];
    --point.reached;
    point.sum -= candidate;
    if (point.reached == 0) {
      places_[i] = missed_.size();
      missed_.push_back(i);
      add_to_others(point, candidate, point.weight);
    } else if (point.reached == 1) {
      candidates_[point.sum].score += point.weight;
    }
  }
  candidates_[candidate].taken = false;
  candidates_[candidate].changed = exchanges_;
  std::erase(taken_, candidate);
}

void CoverSearch::add_to_others(const Point& point, std::size_t than, std::int64_t weight) {
  for (const std::size_t k : point.candidates) {
    candidates_[k].score += k == than ? 0 : weight;
  }
}

// Which count more from now on.
void CoverSearch::weigh_missed() {
  for (const std::size_t i : missed_) {
    ++points_[i].weight;
    for (const std::size_t k : points_[i].candidates) {
      ++candidates_[k].score;
    }
  }
}

}  // namespace violin
