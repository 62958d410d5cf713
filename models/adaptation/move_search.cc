#include "models/adaptation/move_search.h"

#include <cmath>

namespace violin::adaptation {

namespace {

class Search {
 public:
  Search(const Snapshot& snapshot, const Assignment& start, const Appraisal& appraisal,
         std::size_t most)
      : snapshot_(snapshot),
        start_(start),
        appraisal_(appraisal),
        most_(most),
        placed_(snapshot, start, appraisal.prices.breach),
        start_rate_(placed_.rate()),
        least_(1e-9 * std::abs(start_rate_) * to_seconds(appraisal.horizon) + 1e-12) {}

  std::vector<Move> run() {
    while (improve_one() || improve_two()) {
    }
    return placed_.rate() < start_rate_ ? moves() : std::vector<Move>{};
  }

 private:
  struct Place {
    std::size_t entity = 0;
    std::size_t host = 0;
    double worth = 0;  // more than what is
  };

  std::size_t start(std::size_t entity) const { return violin::to_index(start_[entity]); }
  bool moved(std::size_t entity) const { return placed_.host(entity) != start(entity); }
  std::size_t moved() const {
    std::size_t count = 0;
    for (std::size_t e = 0; e < start_.size(); ++e) {
      count += moved(e) ? 1 : 0;
    }
    return count;
  }
  // Whether the entity may leave its start when so many may be away.
  bool room(std::size_t entity) const { return moved(entity) || moved() < most_; }

  // Apart from the rate: the debts less what the move costs.
  double standing(std::size_t entity, std::size_t host) const {
    const Move move{EntityId{static_cast<std::uint32_t>(entity)}, start_[entity],
                    HostId{static_cast<std::uint32_t>(host)}};
    return host == start(entity)
               ? 0
               : appraisal_.debts.at(entity, host) -
                     appraisal_.threshold * cost(snapshot_, appraisal_.prices, move);
  }

  // Where the entity is worth most, given where all others are.
  Place best(std::size_t entity) const {
    Place best{entity, placed_.host(entity)};
    const std::vector<double> rates = placed_.rates(entity);
    const double now = standing(entity, best.host);
    const bool free = room(entity);
    for (std::size_t h = 0; h < rates.size(); ++h) {
      const double worth =
          (placed_.rate() - rates[h]) * to_seconds(appraisal_.horizon) + standing(entity, h) - now;
      if (worth > best.worth && (free || h == start(entity))) {
        best.host = h;
        best.worth = worth;
      }
    }
    return best;
  }

  bool improve_one() {
    Place best_place;
    for (std::size_t e = 0; e < start_.size(); ++e) {
      if (snapshot_.movable(e)) {
        const Place place = best(e);
        best_place = place.worth > best_place.worth ? place : best_place;
      }
    }
    if (best_place.worth <= least_) {
      return false;
    }
    placed_.move(best_place.entity, best_place.host);
    return true;
  }

  struct Pair {
    Place one;
    Place other;
    double worth() const { return one.worth + other.worth; }
  };

  // The best that `other` can do for each place of `entity`.
  void try_both(std::size_t entity, std::size_t other, Pair& best_pair) {
    const std::size_t home = placed_.host(entity);
    const std::vector<double> rates = placed_.rates(entity);
    const double rate = placed_.rate();
    for (std::size_t h = 0; h < rates.size(); ++h) {
      if (h != home && (room(entity) || h == start(entity))) {
        const Place one{entity, h,
                        (rate - rates[h]) * to_seconds(appraisal_.horizon) + standing(entity, h) -
                            standing(entity, home)};
        placed_.move(entity, h);
        const Pair pair{one, best(other)};
        best_pair = pair.worth() > best_pair.worth() ? pair : best_pair;
        placed_.move(entity, home);
      }
    }
  }

  bool improve_two() {
    Pair best_pair;
    for (const Snapshot::Link& link : snapshot_.links) {
      const auto [one, other] = link.ends;
      if (most_ >= 2 && snapshot_.movable(one) && snapshot_.movable(other)) {
        try_both(one, other, best_pair);
      }
    }
    if (best_pair.worth() <= least_) {
      return false;
    }
    placed_.move(best_pair.one.entity, best_pair.one.host);
    placed_.move(best_pair.other.entity, best_pair.other.host);
    return true;
  }

  std::vector<Move> moves() const {
    std::vector<Move> moves;
    for (std::size_t e = 0; e < start_.size(); ++e) {
      if (moved(e)) {
        moves.push_back(
            {EntityId{static_cast<std::uint32_t>(e)}, start_[e], placed_.placement()[e]});
      }
    }
    return moves;
  }

  const Snapshot& snapshot_;
  const Assignment& start_;
  const Appraisal& appraisal_;
  std::size_t most_;
  PlacedCost placed_;
  double start_rate_;
  double least_;
};

}  // namespace

std::vector<Move> worthwhile_moves(const Snapshot& snapshot, const Assignment& placement,
                                   const Appraisal& appraisal, std::size_t most) {
  return Search(snapshot, placement, appraisal, most).run();
}

}  // namespace violin::adaptation
