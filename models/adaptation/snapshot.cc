#include "models/adaptation/snapshot.h"

#include <algorithm>
#include <limits>

namespace violin::adaptation {

namespace {

constexpr double kNoLimit = std::numeric_limits<double>::infinity();

// At least 1, so that shares of it are finite.
double limit(std::optional<std::uint64_t> value) {
  return value ? std::max(1.0, static_cast<double>(*value)) : kNoLimit;
}

std::optional<std::uint64_t> bits(std::optional<BitRate> rate) {
  return rate ? std::optional(rate->bits_per_second()) : std::nullopt;
}

Snapshot::Host limits_of(const OverlayHost& host, bool up) {
  const auto frames = host.capacity ? std::optional(host.capacity->per_second) : std::nullopt;
  const auto memory = host.memory ? std::optional(host.memory->value) : std::nullopt;
  return {
      {limit(frames), limit(memory), limit(bits(host.access_up)), limit(bits(host.access_down))},
      up};
}

}  // namespace

Snapshot::Snapshot(const placement::Problem& problem)
    : delays(problem.delays),
      losses(placement::log_losses(problem)),
      per_megabit_ms(problem.weight(placement::Term::kNetwork)) {
  placement::check(problem);
  const auto frames = placement::entity_loads(problem);
  for (std::size_t e = 0; e < problem.entities.size(); ++e) {
    entities.push_back(
        {problem.entities[e].allowed, problem.entities[e].memory, frames[e], {}, {}});
  }
  const auto weights = placement::pair_weights(problem);
  const auto loads = placement::link_loads(problem);
  for (std::size_t l = 0; l < weights.size(); ++l) {
    const auto& ends = problem.links[l].ends;
    if (ends[0] != ends[1]) {
      for (const EntityId end : ends) {
        entities[to_index(end)].links.push_back(links.size());
      }
      links.push_back({{to_index(ends[0]), to_index(ends[1])},
                       weights[l],
                       {loads[l][0].bits_per_second, loads[l][1].bits_per_second}});
    }
  }
  for (const auto& group : problem.apart) {
    for (const EntityId one : group) {
      for (const EntityId other : group) {
        if (one != other) {
          entities[to_index(one)].apart.push_back(to_index(other));
        }
      }
    }
  }
  for (std::uint32_t h = 0; h < problem.hosts(); ++h) {
    const HostId id{h};
    hosts.push_back(limits_of(problem.substrate.host(id), problem.substrate.host_up(id)));
  }
}

Snapshot Snapshot::only(const std::vector<std::size_t>& kept) const {
  constexpr std::size_t kGone = std::numeric_limits<std::size_t>::max();
  std::vector<std::size_t> number(entities.size(), kGone);
  Snapshot part = *this;
  part.entities.clear();
  part.links.clear();
  for (const std::size_t e : kept) {
    number[e] = part.entities.size();
    const Entity& entity = entities[e];
    part.entities.push_back({entity.allowed, entity.memory, entity.frames_per_second, {}, {}});
  }
  for (const std::size_t e : kept) {
    for (const std::size_t other : entities[e].apart) {
      if (number[other] != kGone) {
        part.entities[number[e]].apart.push_back(number[other]);
      }
    }
  }
  for (Link link : links) {
    link.ends = {number[link.ends[0]], number[link.ends[1]]};
    if (link.ends[0] != kGone && link.ends[1] != kGone) {
      part.entities[link.ends[0]].links.push_back(part.links.size());
      part.entities[link.ends[1]].links.push_back(part.links.size());
      part.links.push_back(link);
    }
  }
  return part;
}

double Snapshot::cost(const Link& link, std::size_t first, std::size_t second) const {
  const std::size_t n = delays.size();
  const auto cells = delays.cells();
  const std::size_t there = first * n + second;
  const std::size_t back = second * n + first;
  const double delay = link.weights.delay[0] * cells[there] + link.weights.delay[1] * cells[back];
  return losses.empty() ? delay
                        : delay + link.weights.loss[0] * static_cast<double>(losses[there]) +
                              link.weights.loss[1] * static_cast<double>(losses[back]);
}

bool Snapshot::allows(std::size_t entity, std::size_t host) const {
  const auto& allowed = entities[entity].allowed;
  const HostId id{static_cast<std::uint32_t>(host)};
  return hosts[host].up && (allowed.empty() || std::ranges::binary_search(allowed, id));
}

}  // namespace violin::adaptation
