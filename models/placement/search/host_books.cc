#include "models/placement/search/host_books.h"

#include <algorithm>
#include <limits>

namespace violin::placement {

namespace {

constexpr double kNoLimit = std::numeric_limits<double>::infinity();
constexpr double kRounding = 1 + 1e-9;  // a sum of doubles may exceed a limit that it meets

struct Mean {
  double sum = 0;
  double count = 0;
  void add(double value) {
    sum += value;
    count += value > 0 ? 1 : 0;
  }
  double value() const { return count > 0 ? sum / count : 1; }
};

}  // namespace

Excess& Excess::operator+=(const Excess& other) {
  amount += other.amount;
  broken += other.broken;
  return *this;
}

Excess& Excess::operator-=(const Excess& other) {
  amount -= other.amount;
  broken -= other.broken;
  return *this;
}

HostBooks::HostBooks(const Problem& problem, const IncidentCosts& pairs,
                     const Assignment& placement)
    : problem_(problem),
      pairs_(pairs),
      entity_frames_(entity_loads(problem)),
      scales_(mean_loads()),
      shares_(problem.weight(Term::kBusiestHost) > 0 ? problem.hosts() + 1 : 0) {
  for (const OverlayHost& host : problem.substrate.hosts()) {
    limits_.push_back(limits(host));
  }
  for (std::size_t kind = 0; kind < kKinds; ++kind) {
    limited_[kind] =
        std::ranges::any_of(limits_, [&](const Amounts& limit) { return limit[kind] < kNoLimit; });
  }
  limits_.push_back(limits({}));
  reset(placement);
}

void HostBooks::reset(const Assignment& placement) {
  uses_.assign(limits_.size(), {});
  for (std::uint32_t i = 0; i < placement.size(); ++i) {
    add_alone(EntityId{i}, placement);
  }
  room_.fill(std::vector<float>(uses_.size()));
  for (std::uint32_t h = 0; h < uses_.size(); ++h) {
    set_use(HostId{h}, uses_[h]);
  }
}

HostBooks::Amounts HostBooks::amounts(const HostUse& use) {
  return {static_cast<double>(use.memory.value), use.frames_per_second, use.up_bits_per_second,
          use.down_bits_per_second};
}

HostBooks::Amounts HostBooks::limits(const OverlayHost& host) const {
  const auto rate = [](const std::optional<BitRate>& limit) {
    return limit ? static_cast<double>(limit->bits_per_second()) : kNoLimit;
  };
  return {host.memory ? static_cast<double>(host.memory->value) : kNoLimit,
          host.capacity ? static_cast<double>(host.capacity->per_second) : kNoLimit,
          rate(host.access_up), rate(host.access_down)};
}

HostBooks::Amounts HostBooks::mean_loads() const {
  std::array<Mean, 3> means;
  for (std::size_t i = 0; i < problem_.entities.size(); ++i) {
    means[0].add(static_cast<double>(problem_.entities[i].memory.value));
    means[1].add(entity_frames_[i]);
    for (const Incident& incident : pairs_.incidents(EntityId{static_cast<std::uint32_t>(i)})) {
      means[2].add(incident.bits_per_second[0]);
    }
  }
  return {means[0].value(), means[1].value(), means[2].value(), means[2].value()};
}

void HostBooks::add_alone(EntityId entity, const Assignment& placement) {
  const HostId host = placement[to_index(entity)];
  HostUse& use = uses_[violin::to_index(host)];
  ++use.entities;
  use.memory += problem_.entity(entity).memory;
  use.frames_per_second += entity_frames_[to_index(entity)];
  for (const Incident& incident : pairs_.incidents(entity)) {
    if (placement[to_index(incident.other)] != host) {
      use.up_bits_per_second += incident.bits_per_second[0];
      use.down_bits_per_second += incident.bits_per_second[1];
    }
  }
}

HostUse HostBooks::with(HostUse use, EntityId entity, HostId host,
                        const Assignment& placement) const {
  ++use.entities;
  use.memory += problem_.entity(entity).memory;
  use.frames_per_second += entity_frames_[to_index(entity)];
  const Traffic more = traffic(entity, host, placement);
  use.up_bits_per_second += more.up;
  use.down_bits_per_second += more.down;
  return use;
}

HostUse HostBooks::without(HostUse use, EntityId entity, HostId host,
                           const Assignment& placement) const {
  --use.entities;
  use.memory -= problem_.entity(entity).memory;
  use.frames_per_second -= entity_frames_[to_index(entity)];
  const Traffic less = traffic(entity, host, placement);
  use.up_bits_per_second -= less.up;
  use.down_bits_per_second -= less.down;
  return use;
}

HostBooks::Traffic HostBooks::traffic(EntityId entity, HostId host,
                                      const Assignment& placement) const {
  Traffic traffic;
  for (const Incident& incident : pairs_.incidents(entity)) {
    const auto [out, in] = incident.bits_per_second;
    const bool within = placement[to_index(incident.other)] == host;
    traffic.up += within ? -in : out;
    traffic.down += within ? -out : in;
  }
  return traffic;
}

Excess HostBooks::excess_of(HostId host, const HostUse& use) const {
  const Amounts used = amounts(use);
  const Amounts& limits = limits_[violin::to_index(host)];
  Excess excess;
  for (std::size_t kind = 0; kind < kKinds; ++kind) {
    if (used[kind] > limits[kind] * kRounding) {
      excess += {(used[kind] - limits[kind]) / scales_[kind], 1};
    }
  }
  return excess;
}

Excess HostBooks::excess() const {
  Excess sum;
  for (std::uint32_t h = 0; h < uses_.size(); ++h) {
    sum += excess_of(HostId{h}, uses_[h]);
  }
  return sum;
}

double HostBooks::share(HostId host, const HostUse& use) const {
  const double capacity = limits_[violin::to_index(host)][1];
  return use.frames_per_second > 0 ? use.frames_per_second / capacity : 0;
}

void HostBooks::set_use(HostId host, const HostUse& use) {
  const std::size_t h = violin::to_index(host);
  uses_[h] = use;
  const Amounts used = amounts(use);
  for (std::size_t kind = 0; kind < room_.size(); ++kind) {
    room_[kind][h] = static_cast<float>(std::max(0.0, limits_[h][kind] - used[kind]));
  }
  if (problem_.weight(Term::kBusiestHost) > 0) {
    shares_.set(h, share(host, use));
  }
}

HostBooks::Move HostBooks::plan(EntityId entity, HostId to, const Assignment& placement) const {
  const HostId from = placement[to_index(entity)];
  Move move{from,
            to,
            without(use(from), entity, from, placement),
            with(use(to), entity, to, placement),
            {}};
  move.growth += excess_of(from, move.left);
  move.growth += excess_of(to, move.joined);
  move.growth -= excess_of(from, use(from));
  move.growth -= excess_of(to, use(to));
  return move;
}

double HostBooks::busiest_after(const Move& move) {
  shares_.set(violin::to_index(move.from), share(move.from, move.left));
  shares_.set(violin::to_index(move.to), share(move.to, move.joined));
  const double busiest = shares_.max();
  shares_.set(violin::to_index(move.from), share(move.from, use(move.from)));
  shares_.set(violin::to_index(move.to), share(move.to, use(move.to)));
  return busiest;
}

void HostBooks::apply(const Move& move) {
  set_use(move.from, move.left);
  set_use(move.to, move.joined);
}

void HostBooks::add_growth(EntityId entity, HostId own, float price,
                           std::span<float> by_host) const {
  const std::size_t here = violin::to_index(own);
  const std::array needed{static_cast<double>(problem_.entity(entity).memory.value),
                          entity_frames_[to_index(entity)]};
  for (std::size_t kind = 0; kind < room_.size(); ++kind) {
    const auto load = static_cast<float>(needed[kind]);
    if (!limited_[kind] || load == 0) {
      continue;
    }
    const float factor = price / static_cast<float>(scales_[kind]);
    const double over = amounts(uses_[here])[kind] - limits_[here][kind];
    const float at_home =
        by_host[here] + factor * static_cast<float>(std::clamp(over, 0.0, needed[kind]));
    for (std::size_t h = 0; h < by_host.size(); ++h) {
      by_host[h] += factor * std::max(0.0F, load - room_[kind][h]);
    }
    by_host[here] = at_home;
  }
}

}  // namespace violin::placement
