#include "models/placement/problem.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <set>
#include <stdexcept>

namespace violin::placement {

namespace {

constexpr std::array<std::string_view, kTerms> kNames{
    "network",     "delay",         "stretch",      "loss",
    "worst_delay", "worst_stretch", "busiest_host", "busiest_link"};

void refuse(bool bad, const std::string& what) {
  if (bad) {
    throw std::invalid_argument(what);
  }
}

bool is_quantity(double value) { return std::isfinite(value) && value >= 0; }

void check(const Problem& problem, const Entity& entity) {
  const auto& allowed = entity.allowed;
  refuse(!std::ranges::is_sorted(allowed, std::ranges::less_equal{}) &&
             std::ranges::adjacent_find(allowed, std::ranges::greater_equal{}) != allowed.end(),
         "entity '" + entity.name + "': its allowed hosts are not in order");
  refuse(!allowed.empty() && violin::to_index(allowed.back()) >= problem.hosts(),
         "entity '" + entity.name + "': an allowed host does not exist");
}

void check(const Problem& problem, const Demand& demand, const Receiver& receiver) {
  EntityId here = demand.source;
  for (const Hop& hop : receiver.path) {
    refuse(hop.link >= problem.links.size() || hop.direction > 1 ||
               problem.links[hop.link].ends[hop.direction] != here,
           "demand '" + demand.name + "': a path is broken");
    here = problem.links[hop.link].ends[1 - hop.direction];
  }
  refuse(here != receiver.entity,
         "demand '" + demand.name + "': a path does not lead to its receiver");
}

}  // namespace

std::string_view to_string(Term term) { return kNames[static_cast<std::size_t>(term)]; }

std::optional<Term> parse_term(std::string_view name) {
  const auto found = std::ranges::find(kNames, name);
  if (found == kNames.end()) {
    return std::nullopt;
  }
  return static_cast<Term>(found - kNames.begin());
}

Problem::Problem(const Substrate& on) : substrate(on), delays(on.delays()) {
  refuse(on.size() == 0, "a substrate without hosts can hold nothing");
}

void check(const Problem& problem) {
  const auto exists = [&](EntityId id) { return to_index(id) < problem.entities.size(); };
  for (const Entity& entity : problem.entities) {
    check(problem, entity);
  }
  for (const VirtualLink& link : problem.links) {
    refuse(!exists(link.ends[0]) || !exists(link.ends[1]),
           "link '" + link.name + "': an end does not exist");
  }
  for (const Demand& demand : problem.demands) {
    refuse(!exists(demand.source), "demand '" + demand.name + "': its source does not exist");
    refuse(!is_quantity(demand.bits_per_second) || !is_quantity(demand.frames_per_second),
           "demand '" + demand.name + "': a rate is negative or not finite");
    for (const Receiver& receiver : demand.receivers) {
      check(problem, demand, receiver);
    }
  }
  for (const auto& group : problem.apart) {
    refuse(!std::ranges::all_of(group, exists), "an entity to be kept apart does not exist");
  }
  refuse(!std::ranges::all_of(problem.weights, is_quantity), "a weight is negative or not finite");
}

std::vector<std::array<Load, 2>> link_loads(const Problem& problem) {
  std::vector<std::array<Load, 2>> loads(problem.links.size());
  std::set<std::pair<std::uint32_t, std::uint32_t>> used;
  for (const Demand& demand : problem.demands) {
    used.clear();
    for (const Receiver& receiver : demand.receivers) {
      for (const Hop& hop : receiver.path) {
        used.emplace(hop.link, hop.direction);
      }
    }
    for (const auto& [link, direction] : used) {
      loads[link][direction].bits_per_second += demand.bits_per_second;
      loads[link][direction].frames_per_second += demand.frames_per_second;
    }
  }
  return loads;
}

std::vector<double> entity_loads(const Problem& problem) {
  const auto loads = link_loads(problem);
  std::vector<double> frames(problem.entities.size());
  for (std::size_t link = 0; link < loads.size(); ++link) {
    for (const std::size_t direction : {0U, 1U}) {
      frames[to_index(problem.links[link].ends[1 - direction])] +=
          loads[link][direction].frames_per_second;
    }
  }
  return frames;
}

std::vector<std::vector<EntityId>> partners_apart(const Problem& problem) {
  std::vector<std::vector<EntityId>> partners(problem.entities.size());
  for (const auto& group : problem.apart) {
    for (const EntityId a : group) {
      std::ranges::copy_if(group, std::back_inserter(partners[to_index(a)]),
                           [&](EntityId b) { return a != b; });
    }
  }
  return partners;
}

}  // namespace violin::placement
