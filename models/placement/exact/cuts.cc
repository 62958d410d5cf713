#include "models/placement/exact/cuts.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <set>

namespace violin::placement {

namespace {

using Parts = std::vector<std::size_t>;

// Where an entity may be, ascending; empty: everywhere.
Parts parts_of(const Entity& entity, std::span<const std::size_t> part_of) {
  std::set<std::size_t> parts;
  for (const HostId host : entity.allowed) {
    parts.insert(part_of[violin::to_index(host)]);
  }
  return {parts.begin(), parts.end()};
}

class Crossings {
 public:
  Crossings(const Problem& problem, std::span<const std::size_t> part_of) : problem_(problem) {
    for (const Entity& entity : problem.entities) {
      parts_.push_back(parts_of(entity, part_of));
    }
  }

  void add(const Demand& demand, std::vector<Cut>& cuts) {
    std::set<std::size_t> left;
    std::set<std::size_t> entered;
    for (const Receiver& receiver : demand.receivers) {
      const std::vector<EntityId> way = entities_on(demand, receiver);
      for (std::size_t i = 0; i < way.size(); ++i) {
        const Parts& only = parts_[to_index(way[i])];
        if (only.size() == 1) {
          const auto away = [&](EntityId e) { return cannot_be_in(e, only.front()); };
          const auto here = way.begin() + static_cast<std::ptrdiff_t>(i);
          if (std::any_of(here, way.end(), away)) {
            left.insert(only.front());
          }
          if (std::any_of(way.begin(), here, away)) {
            entered.insert(only.front());
          }
        }
      }
    }
    count(demand, left, &Cut::out, cuts);
    count(demand, entered, &Cut::in, cuts);
  }

 private:
  std::vector<EntityId> entities_on(const Demand& demand, const Receiver& receiver) const {
    std::vector<EntityId> way{demand.source};
    for (const Hop& hop : receiver.path) {
      way.push_back(problem_.links[hop.link].ends[1 - hop.direction]);
    }
    return way;
  }

  bool cannot_be_in(EntityId entity, std::size_t part) const {
    const Parts& parts = parts_[to_index(entity)];
    return !parts.empty() && !std::ranges::binary_search(parts, part);
  }

  static void count(const Demand& demand, const std::set<std::size_t>& parts, Crossing Cut::*way,
                    std::vector<Cut>& cuts) {
    for (const std::size_t part : parts) {
      Crossing& crossing = cuts[part].*way;
      crossing.bits_per_second += demand.bits_per_second;
      crossing.largest = std::max(crossing.largest, demand.bits_per_second);
    }
  }

  const Problem& problem_;
  std::vector<Parts> parts_;  // by entity
};

}  // namespace

std::vector<Cut> cuts(const Problem& problem, std::span<const std::size_t> part_of) {
  std::vector<Cut> cuts(1 + *std::ranges::max_element(part_of));
  Crossings crossings(problem, part_of);
  for (const Demand& demand : problem.demands) {
    crossings.add(demand, cuts);
  }
  return cuts;
}

std::vector<Cut> host_cuts(const Problem& problem) {
  std::vector<std::size_t> alone(problem.hosts());
  std::iota(alone.begin(), alone.end(), std::size_t{0});
  return cuts(problem, alone);
}

}  // namespace violin::placement
