#include "analysis/sweep/ranking.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>

namespace violin::sweep {

namespace {

constexpr double kSameCost = 1e-9;  // relative: sums of doubles in other orders

struct Standing {
  bool feasible;
  bool measured;
  double badness;

  auto key() const { return std::tuple(!feasible, !measured, badness); }
};

Standing standing_of(const Outcome& outcome, RankBy by) {
  const auto interval = interval_of(outcome, by);
  const double sign = by == RankBy::kGoodput ? -1 : 1;
  return {outcome.feasible(), interval.has_value(), interval ? sign * interval->mean : 0};
}

std::optional<bool> tied_with(const Outcome& best, const Outcome& other, RankBy by) {
  const std::vector<double> a = values_of(best, by);
  const std::vector<double> b = values_of(other, by);
  if (a.empty() || a.size() != b.size() || best.feasible() != other.feasible()) {
    return std::nullopt;
  }
  if (by == RankBy::kCost) {
    return std::abs(a[0] - b[0]) <= kSameCost * std::max(std::abs(a[0]), std::abs(b[0]));
  }
  return cannot_be_told_apart(a, b);
}

}  // namespace

std::vector<double> values_of(const Outcome& outcome, RankBy by) {
  std::vector<double> values;
  if (by == RankBy::kCost) {
    return outcome.costs ? std::vector{outcome.costs->cost} : values;
  }
  for (const Replication& r : outcome.replications) {
    if (by == RankBy::kP99 && !r.delay_p99_s) {
      return {};
    }
    values.push_back(by == RankBy::kGoodput ? r.goodput_bps
                     : by == RankBy::kP99   ? *r.delay_p99_s
                                            : r.loss);
  }
  return values;
}

std::optional<Interval> interval_of(const Outcome& outcome, RankBy by) {
  const std::vector<double> values = values_of(outcome, by);
  return values.empty() ? std::nullopt : std::optional(confidence_interval(values));
}

Ranking rank(const std::vector<Outcome>& outcomes, RankBy by) {
  std::vector<Standing> standings;
  for (const Outcome& outcome : outcomes) {
    standings.push_back(standing_of(outcome, by));
  }
  Ranking ranking{std::vector<std::size_t>(outcomes.size()), {}};
  std::iota(ranking.order.begin(), ranking.order.end(), std::size_t{0});
  std::ranges::stable_sort(ranking.order, {}, [&](std::size_t i) { return standings[i].key(); });
  for (const Outcome& outcome : outcomes) {
    ranking.tied.push_back(tied_with(outcomes[ranking.order.front()], outcome, by));
  }
  return ranking;
}

}  // namespace violin::sweep
