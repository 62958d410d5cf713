#include "models/placement/search/search.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>
#include <utility>

#include "models/placement/evaluation.h"
#include "models/placement/search/baselines.h"
#include "models/placement/search/incremental.h"
#include "models/placement/search/tree_move.h"

namespace violin::placement {

namespace {

constexpr double kWorthwhile = 1e-9;  // of the cost: less is rounding
constexpr double kRise = 1.05;        // of the price of what exceeds limits, each round
constexpr double kFall = 0.97;

Assignment first_placement(const Problem& problem, const SolveOptions& options) {
  if (!options.start) {
    return baseline("greedy", problem, options.seed).value();
  }
  Assignment placement = *options.start;
  for (std::size_t i = 0; i < placement.size(); ++i) {
    const auto& allowed = problem.entities[i].allowed;
    if (!allowed.empty() && !std::ranges::binary_search(allowed, placement[i])) {
      placement[i] = allowed.front();
    }
  }
  return placement;
}

class Searcher {
 public:
  Searcher(const Problem& problem, const SolveOptions& options, std::uint64_t moves)
      : problem_(problem),
        options_(options),
        moves_left_(moves),
        random_(options.seed, "placement search"),
        state_(problem, first_placement(problem, options)),
        mover_(state_, random_),
        by_host_(problem.hosts()),
        waiting_(problem.entities.size()) {
    for (std::uint32_t i = 0; i < problem.entities.size(); ++i) {
      if (!problem.entities[i].pinned() && problem.hosts() > 1) {
        movable_.push_back(EntityId{i});
      }
    }
    price_ = std::max(1e-3, state_.cost() / static_cast<double>(problem.entities.size() + 1));
    keep_best();
  }

  Answer run() {
    std::ranges::for_each(movable_, [&](EntityId e) { wake(e); });
    descend();
    while (!movable_.empty() && goes_on()) {
      round();
    }
    return {best_, 0, evaluate(problem_, best_).feasible()};
  }

 private:
  bool goes_on() {
    if (moves_left_ == 0 || !options_.keep_going()) {
      return false;
    }
    --moves_left_;
    return true;
  }

  double objective(const Incremental::Change& change) const {
    return change.cost + price_ * change.excess.amount;
  }
  double objective() const { return state_.cost() + price_ * state_.excess().amount; }
  double worthwhile() const { return kWorthwhile * (1 + std::abs(state_.cost())); }

  void keep_best() {
    const auto rank = [](const Excess& excess, double cost) {
      return std::tuple(excess.broken > 0, excess.broken > 0 ? excess.amount : 0, cost);
    };
    if (best_.empty() ||
        rank(state_.excess(), state_.cost()) < rank(best_excess_, best_cost_ - worthwhile())) {
      best_ = state_.placement();
      best_cost_ = state_.cost();
      best_excess_ = state_.excess();
    }
  }

  void wake(EntityId entity) {
    if (!waiting_[to_index(entity)] && !problem_.entity(entity).pinned()) {
      waiting_[to_index(entity)] = true;
      queue_.push_back(entity);
    }
  }
  void wake_around(EntityId entity) {
    for (const Incident& incident : state_.pairs().incidents(entity)) {
      wake(incident.other);
    }
  }
  void move(EntityId entity, HostId to) {
    undo_.emplace_back(entity, state_.host(entity));
    state_.apply(entity, to);
    wake(entity);
    wake_around(entity);
  }

  void take_back(std::size_t down_to) {
    while (undo_.size() > down_to) {
      state_.apply(undo_.back().first, undo_.back().second);
      undo_.pop_back();
    }
  }

  void descend() {
    while (!queue_.empty() && goes_on()) {
      const EntityId entity = queue_.front();
      queue_.pop_front();
      waiting_[to_index(entity)] = false;
      improve(entity);
    }
    keep_best();
  }

  HostId best_host(EntityId entity, double price) {
    std::ranges::fill(by_host_, 0.0F);
    state_.add_links(entity, by_host_);
    if (price > 0 && state_.constrained()) {
      state_.add_growth(entity, static_cast<float>(price), by_host_);
    }
    const auto& allowed = problem_.entity(entity).allowed;
    if (allowed.empty()) {
      return HostId{
          static_cast<std::uint32_t>(std::ranges::min_element(by_host_) - by_host_.begin())};
    }
    return *std::ranges::min_element(allowed, {},
                                     [&](HostId h) { return by_host_[violin::to_index(h)]; });
  }

  void improve(EntityId entity) {
    const HostId to = best_host(entity, price_);
    if (objective(state_.move_cost(entity, to)) < -worthwhile()) {
      move(entity, to);
    } else if (state_.constrained()) {
      exchange(entity, best_host(entity, 0));
    }
  }

  bool may_be(EntityId entity, HostId host) const {
    const auto& allowed = problem_.entity(entity).allowed;
    return allowed.empty() || std::ranges::binary_search(allowed, host);
  }

  // With one of those on a host that would be best if it had room.
  void exchange(EntityId entity, HostId with) {
    const HostId home = state_.host(entity);
    const auto other = std::ranges::find_if(movable_, [&](EntityId e) {
      return state_.host(e) == with && with != home && may_be(e, home) &&
             objective(state_.swap_cost(entity, e)) < -worthwhile();
    });
    if (other != movable_.end()) {
      move(entity, with);
      move(*other, home);
    }
  }

  void move_tree(EntityId around, std::size_t size) {
    mover_.move(around, size, static_cast<float>(price_),
                [&](EntityId entity, HostId to) { move(entity, to); });
  }

  std::size_t any_size() {
    const double most = std::log2(static_cast<double>(movable_.size()));
    return static_cast<std::size_t>(std::exp2(std::pow(random_.uniform(), 2) * most)) + 1;
  }

  void round() {
    undo_.clear();
    const double before = objective();
    const EntityId around = movable_[random_() % movable_.size()];
    if (random_.chance(0.5)) {
      kick(around);
      descend();
    }
    move_tree(around, any_size());
    descend();
    if (objective() > before + worthwhile()) {
      take_back(0);
      while (!queue_.empty()) {
        waiting_[to_index(queue_.front())] = false;
        queue_.pop_front();
      }
    }
    keep_best();
    price_ *= state_.feasible() ? kFall : kRise;
  }

  void kick(EntityId around) {
    std::vector<EntityId> loose{around};
    const std::size_t size = 1 + random_() % 6;
    for (std::size_t i = 0; i < loose.size() && loose.size() < size; ++i) {
      for (const Incident& incident : state_.pairs().incidents(loose[i])) {
        if (!problem_.entity(incident.other).pinned() && loose.size() < size) {
          loose.push_back(incident.other);
        }
      }
    }
    for (const EntityId entity : loose) {
      move(entity, any_host(entity));
    }
  }

  HostId any_host(EntityId entity) {
    const auto& allowed = problem_.entity(entity).allowed;
    return allowed.empty() ? HostId{static_cast<std::uint32_t>(random_() % problem_.hosts())}
                           : allowed[random_() % allowed.size()];
  }

  const Problem& problem_;
  const SolveOptions& options_;
  std::uint64_t moves_left_;
  RandomStream random_;
  Incremental state_;
  TreeMover mover_;
  std::vector<float> by_host_;
  std::vector<EntityId> movable_;
  double price_ = 1;

  std::deque<EntityId> queue_;                     // entities whose best host may have changed
  std::vector<bool> waiting_;                      // by entity: whether it is in the queue
  std::vector<std::pair<EntityId, HostId>> undo_;  // where moved entities were, in order

  Assignment best_;
  double best_cost_ = 0;
  Excess best_excess_;
};

}  // namespace

std::optional<Answer> Search::solve(const Problem& problem, const SolveOptions& options) const {
  return Searcher(problem, options, moves_).run();
}

}  // namespace violin::placement
