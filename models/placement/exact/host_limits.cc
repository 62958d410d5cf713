#include "models/placement/exact/host_limits.h"

#include <algorithm>
#include <limits>
#include <set>

#include "models/placement/exact/cuts.h"

namespace violin::placement {

namespace {

constexpr double kInfinite = std::numeric_limits<double>::infinity();
constexpr double kTolerance = 1e-9;  // of a limit, as evaluate() has it

constexpr std::size_t index(Resource resource) { return static_cast<std::size_t>(resource); }

std::array<std::optional<double>, kResources> limits_of(const OverlayHost& host) {
  const auto rate = [](std::optional<BitRate> bits) {
    return bits ? std::optional(static_cast<double>(bits->bits_per_second())) : std::nullopt;
  };
  std::array<std::optional<double>, kResources> limits;
  limits[index(Resource::kUp)] = rate(host.access_up);
  limits[index(Resource::kDown)] = rate(host.access_down);
  if (host.memory) {
    limits[index(Resource::kMemory)] = static_cast<double>(host.memory->value);
  }
  if (host.capacity) {
    limits[index(Resource::kFrames)] = static_cast<double>(host.capacity->per_second);
  }
  return limits;
}

// What a direction of a link takes of the hosts of its ends, unless they are the same.
void carry(std::size_t from, std::size_t to, double bits, Uses& uses) {
  if (from != to) {
    uses[index(Resource::kUp)][from] += bits;
    uses[index(Resource::kDown)][to] += bits;
  }
}

}  // namespace

HostLimits::HostLimits(const Problem& problem, const PairModel& model) : model_(model) {
  pinned_links_of_.resize(model.variables.size());
  groups_of_.resize(model.variables.size());
  forbidden_.resize(model.variables.size());
  add_rooms(problem);
  add_entities(problem);
  add_links(problem);
  add_groups(problem);
  for (std::size_t r = 0; r < kResources; ++r) {
    for (std::size_t h = 0; h < room_[r].size(); ++h) {
      broken_ = broken_ || room_[r][h] < 0;
    }
  }
  broken_ = broken_ || exceeded_anywhere(problem);
}

// By what crosses the access links of hosts wherever free entities run.
bool HostLimits::exceeded_anywhere(const Problem& problem) {
  const std::vector<Cut> cuts = host_cuts(problem);
  for (std::size_t h = 0; h < cuts.size(); ++h) {
    const auto limits = limits_of(problem.substrate.hosts()[h]);
    const auto exceeds = [&](Resource resource, const Crossing& crossing) {
      return crossing.bits_per_second >
             limits[index(resource)].value_or(kInfinite) * (1 + kTolerance);
    };
    if (exceeds(Resource::kUp, cuts[h].out) || exceeds(Resource::kDown, cuts[h].in)) {
      return true;
    }
  }
  return false;
}

void HostLimits::add_rooms(const Problem& problem) {
  for (const OverlayHost& host : problem.substrate.hosts()) {
    const auto limits = limits_of(host);
    for (std::size_t r = 0; r < kResources; ++r) {
      room_[r].push_back(limits[r] ? *limits[r] * (1 + kTolerance) : kInfinite);
      capacity_[r].push_back(std::max(1.0, limits[r].value_or(1)));
    }
  }
}

void HostLimits::add_entities(const Problem& problem) {
  const auto frames = entity_loads(problem);
  for (std::size_t i = 0; i < problem.entities.size(); ++i) {
    const std::array needs{static_cast<double>(problem.entities[i].memory.value), frames[i]};
    for (std::size_t r = 0; r < needs.size(); ++r) {
      if (model_.variable_of[i]) {
        need_[r].push_back(needs[r]);
      } else {
        room_[r][violin::to_index(model_.pinned[i])] -= needs[r];
      }
    }
  }
}

void HostLimits::add_links(const Problem& problem) {
  const auto loads = link_loads(problem);
  const auto take = [&](std::size_t from, std::size_t to, double bits) {
    if (from != to) {
      room_[index(Resource::kUp)][from] -= bits;
      room_[index(Resource::kDown)][to] -= bits;
    }
  };
  for (std::size_t link = 0; link < loads.size(); ++link) {
    for (const std::size_t d : {0U, 1U}) {  // the free end, if there is one of each
      const auto& ends = problem.links[link].ends;
      const auto variable = model_.variable_of[to_index(ends[d])];
      const auto other = model_.variable_of[to_index(ends[1 - d])];
      const auto host = [&](std::size_t end) {
        return violin::to_index(model_.pinned[to_index(ends[end])]);
      };
      if (!variable && !other) {
        take(host(d), host(1 - d), loads[link][d].bits_per_second);
      } else if (variable && !other) {
        pinned_links_of_[*variable].push_back(static_cast<std::uint32_t>(pinned_links_.size()));
        pinned_links_.push_back(
            {*variable,
             static_cast<std::uint32_t>(host(1 - d)),
             {loads[link][d].bits_per_second, loads[link][1 - d].bits_per_second}});
      }
    }
  }
}

void HostLimits::add_groups(const Problem& problem) {
  for (const auto& members : problem.apart) {
    Group group;
    std::set<std::uint32_t> taken;
    for (const EntityId member : members) {
      if (const auto variable = model_.variable_of[to_index(member)]) {
        broken_ = broken_ || std::ranges::find(group, *variable) != group.end();
        group.push_back(*variable);
      } else {
        const auto host = violin::to_index(model_.pinned[to_index(member)]);
        broken_ = !taken.insert(static_cast<std::uint32_t>(host)).second || broken_;
      }
    }
    for (const std::uint32_t variable : group) {
      groups_of_[variable].push_back(static_cast<std::uint32_t>(groups_.size()));
      forbidden_[variable].insert(forbidden_[variable].end(), taken.begin(), taken.end());
    }
    groups_.push_back(std::move(group));
  }
}

bool HostLimits::limits(Resource resource) const {
  return std::ranges::any_of(room(resource), [](double room) { return room < kInfinite; });
}

bool HostLimits::any() const {
  constexpr std::array kAll{Resource::kMemory, Resource::kFrames, Resource::kUp, Resource::kDown};
  return std::ranges::any_of(groups_, [](const Group& group) { return group.size() > 1; }) ||
         std::ranges::any_of(kAll, [&](Resource r) { return limits(r); });
}

void HostLimits::forbid_full(HostCosts& alone) const {
  for (std::size_t v = 0; v < alone.size(); ++v) {
    for (const std::uint32_t host : forbidden_[v]) {
      alone[v][host] = kFar;
    }
    for (std::size_t r = 0; r < need_.size(); ++r) {
      for (std::size_t h = 0; h < alone[v].size(); ++h) {
        alone[v][h] = need_[r][v] > room_[r][h] ? kFar : alone[v][h];
      }
    }
  }
}

void HostLimits::forbid_beside(std::uint32_t variable, std::uint32_t host, const Uses& uses,
                               std::span<const std::uint32_t> open, HostCosts& alone) const {
  for (const std::uint32_t v : open) {
    bool fits = true;
    for (std::size_t r = 0; r < need_.size(); ++r) {
      fits = fits && need_[r][v] + uses[r][host] <= room_[r][host];
    }
    for (const std::uint32_t group : groups_of_[v]) {
      fits = fits && std::ranges::find(groups_of_[variable], group) == groups_of_[variable].end();
    }
    alone[v][host] = fits ? alone[v][host] : kFar;
  }
}

Uses HostLimits::uses(const Hosts& hosts) const {
  Uses uses;
  uses.fill(std::vector<double>(room_[0].size()));
  for (std::size_t v = 0; v < hosts.size(); ++v) {
    for (std::size_t r = 0; r < need_.size(); ++r) {
      uses[r][hosts[v]] += need_[r][v];
    }
  }
  for (const PairEdge& edge : model_.edges) {
    carry(hosts[edge.ends[0]], hosts[edge.ends[1]], edge.bits[0], uses);
    carry(hosts[edge.ends[1]], hosts[edge.ends[0]], edge.bits[1], uses);
  }
  for (const PinnedLink& link : pinned_links_) {
    carry(hosts[link.variable], link.host, link.bits[0], uses);
    carry(link.host, hosts[link.variable], link.bits[1], uses);
  }
  return uses;
}

void HostLimits::use(const Hosts& hosts, const std::vector<bool>& placed, std::uint32_t variable,
                     double sign, Uses& uses) const {
  const std::uint32_t host = hosts[variable];
  for (std::size_t r = 0; r < need_.size(); ++r) {
    uses[r][host] += sign * need_[r][variable];
  }
  for (const std::uint32_t e : model_.edges_of[variable]) {
    const PairEdge edge = seen_from(model_.edges[e], variable);
    if (placed[edge.ends[1]]) {
      carry(host, hosts[edge.ends[1]], sign * edge.bits[0], uses);
      carry(hosts[edge.ends[1]], host, sign * edge.bits[1], uses);
    }
  }
  for (const std::uint32_t l : pinned_links_of_[variable]) {
    carry(host, pinned_links_[l].host, sign * pinned_links_[l].bits[0], uses);
    carry(pinned_links_[l].host, host, sign * pinned_links_[l].bits[1], uses);
  }
}

double HostLimits::excess_at(std::uint32_t host, const Uses& uses) const {
  double excess = 0;
  for (std::size_t r = 0; r < kResources; ++r) {
    excess += std::max(0.0, uses[r][host] - room_[r][host]) / capacity_[r][host];
  }
  return excess;
}

double HostLimits::clashes(const Hosts& hosts, std::uint32_t variable) const {
  double pairs = 0;
  for (const std::uint32_t group : groups_of_[variable]) {
    for (const std::uint32_t v : groups_[group]) {
      pairs += v != variable && hosts[v] == hosts[variable] ? 1 : 0;
    }
  }
  return pairs;
}

double HostLimits::excess(const Hosts& hosts, const Uses& uses) const {
  double excess = 0;
  for (std::uint32_t h = 0; h < room_[0].size(); ++h) {
    excess += excess_at(h, uses);
  }
  for (std::uint32_t v = 0; v < hosts.size(); ++v) {
    excess += clashes(hosts, v) / 2;
  }
  return excess;
}

}  // namespace violin::placement
