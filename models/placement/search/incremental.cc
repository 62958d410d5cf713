#include "models/placement/search/incremental.h"

#include <algorithm>
#include <utility>

#include "core/require.h"

namespace violin::placement {

namespace {

bool has_free_stretch(const Problem& problem) {
  const auto is_free = [&](EntityId id) { return !problem.entity(id).pinned(); };
  return problem.weight(Term::kStretch) > 0 &&
         std::ranges::any_of(problem.demands, [&](const Demand& demand) {
           return std::ranges::any_of(demand.receivers, [&](const Receiver& receiver) {
             return is_free(demand.source) || is_free(receiver.entity);
           });
         });
}

Terms pairwise_terms(const Problem& problem, bool free_stretch) {
  Terms weights = problem.weights;
  if (free_stretch) {
    at(weights, Term::kStretch) = 0;
  }
  return weights;
}

Assignment checked(const Problem& problem, Assignment placement) {
  require(placement.size() == problem.entities.size() &&
              std::ranges::all_of(placement,
                                  [&](HostId h) { return violin::to_index(h) < problem.hosts(); }),
          "a placement names an existing host for each entity");
  return placement;
}

}  // namespace

Incremental::Incremental(const Problem& problem, Assignment placement)
    : problem_(problem),
      free_stretch_(has_free_stretch(problem)),
      pairs_(problem, pairwise_terms(problem, free_stretch_)),
      apart_(partners_apart(problem)),
      placement_(checked(problem, std::move(placement))),
      hosts_(problem, pairs_, placement_) {
  count_afresh();
}

void Incremental::reset(Assignment placement) {
  placement_ = checked(problem_, std::move(placement));
  hosts_.reset(placement_);
  count_afresh();
}

void Incremental::count_afresh() {
  if (free_stretch_ || problem_.weight(Term::kWorstDelay) > 0 ||
      problem_.weight(Term::kWorstStretch) > 0) {
    paths_.emplace(problem_, placement_);
  }
  if (problem_.weight(Term::kBusiestLink) > 0) {
    links_.emplace(problem_, pairs_, placement_);
  }
  cost_ = other_terms(hosts_.busiest());
  excess_ = hosts_.excess();
  std::int64_t met_twice = 0;  // by both of two entities
  for (std::uint32_t i = 0; i < placement_.size(); ++i) {
    for (const Incident& incident : pairs_.incidents(EntityId{i})) {
      const HostId other = placement_[to_index(incident.other)];
      cost_ += pairs_.cost(incident, placement_[i], other) / 2;
      met_twice += pairs_.cut(incident, placement_[i], other);
    }
    met_twice += std::ranges::count(apart_[i], placement_[i], [&](EntityId e) { return host(e); });
    const std::int64_t forbidden = forbidden_on(EntityId{i}, placement_[i]);
    excess_ += {static_cast<double>(forbidden), forbidden};
  }
  excess_ += {static_cast<double>(met_twice) / 2, met_twice / 2};
}

double Incremental::other_terms(double busiest_host) const {
  double cost = problem_.weight(Term::kBusiestHost) * busiest_host;
  if (paths_) {
    cost += problem_.weight(Term::kWorstDelay) * paths_->worst_delay() +
            problem_.weight(Term::kWorstStretch) * paths_->worst_stretch() +
            (free_stretch_ ? problem_.weight(Term::kStretch) * paths_->mean_stretch() : 0);
  }
  if (links_) {
    cost += problem_.weight(Term::kBusiestLink) * links_->busiest();
  }
  return cost;
}

std::int64_t Incremental::forbidden_on(EntityId entity, HostId host) const {
  const auto& allowed = problem_.entity(entity).allowed;
  return allowed.empty() || std::ranges::binary_search(allowed, host) ? 0 : 1;
}

std::int64_t Incremental::misplaced(EntityId entity, HostId own) const {
  return forbidden_on(entity, own) +
         std::ranges::count(apart_[to_index(entity)], own, [&](EntityId e) { return host(e); });
}

Incremental::Change Incremental::pairwise_change(EntityId entity, HostId to) const {
  const HostId from = host(entity);
  Change change;
  std::int64_t broken = misplaced(entity, to) - misplaced(entity, from);
  for (const Incident& incident : pairs_.incidents(entity)) {
    const HostId other = host(incident.other);
    change.cost += pairs_.cost(incident, to, other) - pairs_.cost(incident, from, other);
    broken += pairs_.cut(incident, to, other);
    broken -= pairs_.cut(incident, from, other);
  }
  change.excess = {static_cast<double>(broken), broken};
  return change;
}

Incremental::Change Incremental::advance(EntityId entity, const HostBooks::Move& move) {
  Change change = pairwise_change(entity, move.to);
  change.excess += move.growth;
  const bool busiest_counts = problem_.weight(Term::kBusiestHost) > 0;
  if (paths_ || links_ || busiest_counts) {
    change.cost -= other_terms(hosts_.busiest());
    if (paths_) {
      paths_->move(entity, move.to, placement_);
    }
    if (links_) {
      links_->move(entity, move.to, placement_);
    }
    change.cost += other_terms(busiest_counts ? hosts_.busiest_after(move) : 0);
  }
  return change;
}

Incremental::Change Incremental::move_cost(EntityId entity, HostId to) {
  if (to == host(entity)) {
    return {};
  }
  const Change change = advance(entity, hosts_.plan(entity, to, placement_));
  if (paths_) {
    paths_->undo();
  }
  if (links_) {
    links_->undo();
  }
  return change;
}

void Incremental::apply(EntityId entity, HostId to) {
  if (to == host(entity)) {
    return;
  }
  const HostBooks::Move move = hosts_.plan(entity, to, placement_);
  const Change change = advance(entity, move);
  hosts_.apply(move);
  placement_[to_index(entity)] = to;
  cost_ += change.cost;
  excess_ += change.excess;
  if (excess_.broken == 0) {
    excess_.amount = 0;  // but for rounding
  }
}

Incremental::Change Incremental::swap_cost(EntityId a, EntityId b) {
  const HostId host_a = host(a);
  const HostId host_b = host(b);
  const double cost = cost_;
  const Excess excess = excess_;
  apply(a, host_b);
  Change change = move_cost(b, host_a);
  change.cost += cost_ - cost;
  change.excess += excess_;
  change.excess -= excess;
  apply(a, host_a);
  cost_ = cost;
  excess_ = excess;
  return change;
}

void Incremental::add_links(EntityId entity, std::span<float> by_host) const {
  for (const Incident& incident : pairs_.incidents(entity)) {
    pairs_.add(incident, host(incident.other), by_host);
  }
}

void Incremental::add_growth(EntityId entity, float price, std::span<float> by_host) const {
  hosts_.add_growth(entity, host(entity), price, by_host);
  for (const EntityId partner : apart_[to_index(entity)]) {
    by_host[violin::to_index(host(partner))] += price;
  }
}

}  // namespace violin::placement
