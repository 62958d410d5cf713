#include "models/placement/search/placing.h"

#include <algorithm>
#include <optional>

namespace violin::placement {

Placing::Placing(const Problem& problem)
    : problem_(problem),
      pairs_(problem, problem.weights),
      apart_(partners_apart(problem)),
      placement_(problem.entities.size(), HostBooks::nowhere(problem)),
      books_(problem, pairs_, placement_),
      loads_(entity_loads(problem)),
      pull_(problem.entities.size()) {
  for (std::uint32_t i = 0; i < placement_.size(); ++i) {
    if (const auto pinned = problem.entities[i].pinned()) {
      place(EntityId{i}, *pinned);
    }
  }
}

void Placing::place(EntityId entity, HostId host) {
  books_.apply(books_.plan(entity, host, placement_));
  placement_[to_index(entity)] = host;
  for (const Incident& incident : pairs_.incidents(entity)) {
    pull_[to_index(incident.other)] += incident.bits_per_second[0] + incident.bits_per_second[1];
  }
}

void Placing::add_neighbours(EntityId entity, std::span<float> by_host) const {
  for (const Incident& incident : pairs_.incidents(entity)) {
    if (placed(incident.other)) {
      pairs_.add(incident, host(incident.other), by_host);
    }
  }
}

std::optional<EntityId> Placing::next() const {
  std::optional<EntityId> best;
  const auto rank = [&](EntityId e) { return std::pair(pull_[to_index(e)], loads_[to_index(e)]); };
  for (std::uint32_t i = 0; i < placement_.size(); ++i) {
    if (!placed(EntityId{i}) && (!best || rank(EntityId{i}) > rank(*best))) {
      best = EntityId{i};
    }
  }
  return best;
}

bool Placing::fits(EntityId entity, HostId own) const {
  return std::ranges::none_of(apart_[to_index(entity)],
                              [&](EntityId partner) { return host(partner) == own; }) &&
         books_.plan(entity, own, placement_).growth.broken <= 0;
}

HostId Placing::best_host(EntityId entity, std::span<const float> by_host) const {
  std::optional<HostId> best;
  std::optional<HostId> best_fitting;
  const auto cheaper = [&](HostId h, const std::optional<HostId>& than) {
    return !than || by_host[violin::to_index(h)] < by_host[violin::to_index(*than)];
  };
  const auto consider = [&](HostId h) {
    if (cheaper(h, best)) {
      best = h;
    }
    if (cheaper(h, best_fitting) && fits(entity, h)) {
      best_fitting = h;
    }
  };
  const auto& allowed = problem_.entity(entity).allowed;
  std::ranges::for_each(allowed, consider);
  for (std::uint32_t h = 0; allowed.empty() && h < problem_.hosts(); ++h) {
    consider(HostId{h});
  }
  return best_fitting.value_or(*best);
}

Assignment Placing::place_all(const Preference& preference) {
  std::vector<float> by_host(problem_.hosts());
  while (const auto entity = next()) {
    std::ranges::fill(by_host, 0.0F);
    preference(*entity, by_host);
    place(*entity, best_host(*entity, by_host));
  }
  return placement_;
}

}  // namespace violin::placement
