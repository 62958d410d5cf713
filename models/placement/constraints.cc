#include "models/placement/constraints.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

namespace violin::placement {

namespace {

using Kind = Constraint::Kind;

constexpr double kTight = 0.99;

const OverlayHost& host_of(const Problem& problem, const Constraint& constraint) {
  return problem.substrate.host(HostId{constraint.of});
}

void add_host_limits(const Problem& problem, std::vector<Constraint>& all) {
  const auto add = [&](Kind kind, auto member) {
    for (std::uint32_t h = 0; h < problem.hosts(); ++h) {
      if (problem.substrate.host(HostId{h}).*member) {
        all.push_back({kind, h});
      }
    }
  };
  add(Kind::kMemory, &OverlayHost::memory);
  add(Kind::kCapacity, &OverlayHost::capacity);
  add(Kind::kAccessUp, &OverlayHost::access_up);
  add(Kind::kAccessDown, &OverlayHost::access_down);
}

std::string describe_allowed(const Problem& problem, const Entity& entity) {
  std::vector<std::string> hosts;
  for (const HostId host : entity.allowed) {
    hosts.push_back(problem.substrate.host(host).name);
  }
  return fmt::format("'{}' may only be on {}", entity.name, fmt::join(hosts, ", "));
}

std::string describe_apart(const Problem& problem, const std::vector<EntityId>& group) {
  std::vector<std::string> names;
  for (const EntityId entity : group) {
    names.push_back("'" + problem.entity(entity).name + "'");
  }
  const std::string last = names.empty() ? "" : names.back();
  if (names.size() < 2) {
    return fmt::format("{} is to be apart", last);
  }
  names.pop_back();
  return fmt::format("{} and {} are to be apart", fmt::join(names, ", "), last);
}

bool are_apart(const Assignment& placement, const std::vector<EntityId>& group) {
  std::set<HostId> hosts;
  return std::ranges::all_of(
      group, [&](EntityId id) { return hosts.insert(placement[to_index(id)]).second; });
}

bool is_allowed(const Entity& entity, HostId host) {
  return entity.allowed.empty() || std::ranges::binary_search(entity.allowed, host);
}

std::string limit_of(const Problem& problem, const Constraint& constraint) {
  const OverlayHost& host = host_of(problem, constraint);
  switch (constraint.kind) {
    case Kind::kMemory:
      return fmt::format("has {} B of memory", host.memory->value);
    case Kind::kCapacity:
      return fmt::format("forwards at most {} frames/s", host.capacity->per_second);
    case Kind::kAccessUp:
      return fmt::format("sends at most {} bit/s", host.access_up->bits_per_second());
    default:
      return fmt::format("receives at most {} bit/s", host.access_down->bits_per_second());
  }
}

}  // namespace

std::vector<Constraint> constraints_of(const Problem& problem) {
  std::vector<Constraint> all;
  for (std::uint32_t i = 0; i < problem.entities.size(); ++i) {
    if (!problem.entities[i].allowed.empty()) {
      all.push_back({Kind::kAllowed, i});
    }
  }
  for (std::uint32_t i = 0; i < problem.apart.size(); ++i) {
    all.push_back({Kind::kApart, i});
  }
  for (std::uint32_t d = 0; d < problem.demands.size(); ++d) {
    for (std::uint32_t r = 0; r < problem.demands[d].receivers.size(); ++r) {
      all.push_back({Kind::kWay, d, r});
    }
  }
  add_host_limits(problem, all);
  return all;
}

std::string describe(const Problem& problem, const Constraint& constraint) {
  switch (constraint.kind) {
    case Kind::kAllowed:
      return describe_allowed(problem, problem.entities[constraint.of]);
    case Kind::kApart:
      return describe_apart(problem, problem.apart[constraint.of]);
    case Kind::kWay: {
      const Demand& demand = problem.demands[constraint.of];
      return fmt::format("demand '{}' needs a way to '{}'", demand.name,
                         problem.entity(demand.receivers[constraint.receiver].entity).name);
    }
    default:
      return fmt::format("host '{}' {}", host_of(problem, constraint).name,
                         limit_of(problem, constraint));
  }
}

Usage usage(const Problem& problem, const Evaluation& evaluation, const Constraint& constraint) {
  if (constraint.kind < Kind::kMemory) {
    return {};
  }
  const OverlayHost& host = host_of(problem, constraint);
  const HostUse& use = evaluation.hosts[constraint.of];
  switch (constraint.kind) {
    case Kind::kMemory:
      return {static_cast<double>(use.memory.value), static_cast<double>(host.memory->value)};
    case Kind::kCapacity:
      return {use.frames_per_second, static_cast<double>(host.capacity->per_second)};
    case Kind::kAccessUp:
      return {use.up_bits_per_second, static_cast<double>(host.access_up->bits_per_second())};
    default:
      return {use.down_bits_per_second, static_cast<double>(host.access_down->bits_per_second())};
  }
}

bool keeps(const Problem& problem, const Assignment& placement, const Evaluation& evaluation,
           const Constraint& constraint) {
  switch (constraint.kind) {
    case Kind::kAllowed:
      return is_allowed(problem.entities[constraint.of], placement[constraint.of]);
    case Kind::kApart:
      return are_apart(placement, problem.apart[constraint.of]);
    case Kind::kWay:
      return evaluation.paths[constraint.of][constraint.receiver].reachable;
    default: {
      const Usage of_host = usage(problem, evaluation, constraint);
      return !exceeds(of_host.used, of_host.limit);
    }
  }
}

std::vector<std::string> binding_constraints(const Problem& problem, const Assignment& placement) {
  const Evaluation evaluation = evaluate(problem, placement);
  std::vector<std::string> tight;
  for (const Constraint& constraint : constraints_of(problem)) {
    const Usage of_host = usage(problem, evaluation, constraint);
    if (of_host.used > 0 && of_host.used >= kTight * of_host.limit) {
      tight.push_back(
          fmt::format("{}, {:.0f} are used", describe(problem, constraint), of_host.used));
    }
  }
  return tight;
}

}  // namespace violin::placement
