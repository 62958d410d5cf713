#include "models/adaptation/placed_cost.h"

#include <utility>

#include "core/require.h"

namespace violin::adaptation {

namespace {

// What `entity` sends over the link, and what it gets.
std::pair<double, double> out_and_in(const Snapshot::Link& link, std::size_t entity) {
  const std::size_t side = link.ends[0] == entity ? 0 : 1;
  return {link.bits_per_second[side], link.bits_per_second[1 - side]};
}

}  // namespace

PlacedCost::PlacedCost(const Snapshot& snapshot, Assignment placement, double breach_price)
    : snapshot_(snapshot),
      placement_(std::move(placement)),
      breach_price_(breach_price),
      uses_(snapshot.hosts.size()) {
  require(placement_.size() == snapshot.entities.size(), "a placement has a host for each entity");
  for (std::size_t e = 0; e < placement_.size(); ++e) {
    Resources& used = uses_.at(host(e));
    used[kFrames] += snapshot_.entities[e].frames_per_second;
    used[kMemory] += static_cast<double>(snapshot_.entities[e].memory.value);
    const double allowed = snapshot_.allows(e, host(e)) ? 0 : 1;
    broken_ += allowed + (broken(e, host(e)) - allowed) / 2;  // of two, each is asked
  }
  for (const Snapshot::Link& link : snapshot_.links) {
    const std::size_t from = host(link.ends[0]);
    const std::size_t to = host(link.ends[1]);
    cost_ += snapshot_.cost(link, from, to);
    if (from != to) {
      uses_[from][kUp] += link.bits_per_second[0];
      uses_[to][kDown] += link.bits_per_second[0];
      uses_[to][kUp] += link.bits_per_second[1];
      uses_[from][kDown] += link.bits_per_second[1];
    }
  }
  excess_ = total_excess(uses_);
}

double PlacedCost::excess(std::size_t host, const Resources& used) const {
  constexpr double kRounding = 1e-9;  // a sum of doubles may exceed a limit that it meets exactly
  double sum = 0;
  for (std::size_t r = 0; r < kResources; ++r) {
    const double share = used[r] / snapshot_.hosts[host].limits[r];
    sum += share > 1 + kRounding ? share - 1 : 0;
  }
  return sum;
}

double PlacedCost::total_excess(const Uses& uses) const {
  double sum = 0;
  for (std::size_t h = 0; h < uses.size(); ++h) {
    sum += excess(h, uses[h]);
  }
  return sum;
}

double PlacedCost::broken(std::size_t entity, std::size_t on) const {
  double sum = snapshot_.allows(entity, on) ? 0 : 1;
  for (const std::size_t other : snapshot_.entities[entity].apart) {
    sum += host(other) == on ? 1 : 0;
  }
  return sum;
}

double PlacedCost::link_cost(std::size_t entity, std::size_t on) const {
  double sum = 0;
  for (const std::size_t l : snapshot_.entities[entity].links) {
    const Snapshot::Link& link = snapshot_.links[l];
    const std::size_t far = other(link, entity);
    sum += link.ends[0] == entity ? snapshot_.cost(link, on, far) : snapshot_.cost(link, far, on);
  }
  return sum;
}

// Adds (1) or takes back (-1) what the entity and its links ask of hosts.
void PlacedCost::use(std::size_t entity, double sign) {
  const Snapshot::Entity& who = snapshot_.entities[entity];
  Resources& here = uses_[host(entity)];
  here[kFrames] += sign * who.frames_per_second;
  here[kMemory] += sign * static_cast<double>(who.memory.value);
  for (const std::size_t l : who.links) {
    const std::size_t far = other(snapshot_.links[l], entity);
    if (far != host(entity)) {
      const auto [out, in] = out_and_in(snapshot_.links[l], entity);
      here[kUp] += sign * out;
      here[kDown] += sign * in;
      uses_[far][kUp] += sign * in;
      uses_[far][kDown] += sign * out;
    }
  }
}

void PlacedCost::move(std::size_t entity, std::size_t to) {
  cost_ += link_cost(entity, to) - link_cost(entity, host(entity));
  broken_ += broken(entity, to) - broken(entity, host(entity));
  use(entity, -1);
  placement_[entity] = HostId{static_cast<std::uint32_t>(to)};
  use(entity, 1);
  excess_ = total_excess(uses_);
}

// The hosts as if the entity were on none of them, its links leading away.
struct PlacedCost::Away {
  Uses uses;
  Resources own{};             // what it asks of its own host then
  std::vector<double> inside;  // bit/s up, and as many down, that a host is spared as its own
};

PlacedCost::Away PlacedCost::without(std::size_t entity) const {
  PlacedCost rest = *this;
  rest.use(entity, -1);
  const Snapshot::Entity& who = snapshot_.entities[entity];
  Away away{std::move(rest.uses_),
            {who.frames_per_second, static_cast<double>(who.memory.value), 0, 0},
            std::vector<double>(snapshot_.hosts.size())};
  for (const std::size_t l : who.links) {
    const std::size_t far = other(snapshot_.links[l], entity);
    const auto [out, in] = out_and_in(snapshot_.links[l], entity);
    away.own[kUp] += out;
    away.own[kDown] += in;
    away.uses[far][kUp] += in;
    away.uses[far][kDown] += out;
    away.inside[far] += out + in;
  }
  return away;
}

std::vector<double> PlacedCost::rates(std::size_t entity) const {
  const Away away = without(entity);
  const double excess_away = total_excess(away.uses);
  const double other_cost = cost_ - link_cost(entity, host(entity));
  const double other_broken = broken_ - broken(entity, host(entity));
  std::vector<double> rates(uses_.size());
  for (std::size_t h = 0; h < rates.size(); ++h) {
    Resources used = away.uses[h];
    for (std::size_t r = 0; r < kResources; ++r) {
      used[r] += away.own[r];
    }
    used[kUp] -= away.inside[h];
    used[kDown] -= away.inside[h];
    const double exceeded = excess_away - excess(h, away.uses[h]) + excess(h, used);
    rates[h] = other_cost + link_cost(entity, h) +
               breach_price_ * (exceeded + other_broken + broken(entity, h));
  }
  return rates;
}

}  // namespace violin::adaptation
