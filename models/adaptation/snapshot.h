// What placements cost at one time, as values: a placement problem without its substrate, so that
// several times can be kept side by side.
//
// Counted are the terms of the objective that are sums over virtual links (see
// models/placement/pairwise.h). Those that are a largest value (worst delay and stretch, busiest
// host and link) do not steer when and what to move.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "models/placement/pairwise.h"
#include "models/placement/problem.h"

namespace violin::adaptation {

using placement::Assignment;
using placement::EntityId;

// Of a host, or asked of it: frames per second, bytes of memory, bits per second up and down.
enum Resource : std::size_t { kFrames, kMemory, kUp, kDown };
inline constexpr std::size_t kResources = 4;
using Resources = std::array<double, kResources>;

struct Snapshot {
  // Throws std::invalid_argument if the problem is not as it should be.
  explicit Snapshot(const placement::Problem& problem);

  struct Link {
    std::array<std::size_t, 2> ends{};  // entities, two different ones
    placement::PairWeights weights{};
    std::array<double, 2> bits_per_second{};
  };
  struct Entity {
    std::vector<HostId> allowed;  // as in the problem
    Bytes memory{};
    double frames_per_second = 0;    // that reach it
    std::vector<std::size_t> links;  // of `links`
    std::vector<std::size_t> apart;  // entities that may not be on its host
  };
  struct Host {
    Resources limits{};  // infinite where there is none
    bool up = true;
  };

  std::vector<Entity> entities;
  std::vector<Link> links;
  std::vector<Host> hosts;
  DelayMatrix delays;
  std::vector<float> losses;  // -ln(1 - loss), row-major; empty if they do not count
  double per_megabit_ms = 0;  // weight of network cost

  // Per second, of a link with its ends on these hosts.
  double cost(const Link& link, std::size_t first, std::size_t second) const;
  bool movable(std::size_t entity) const { return entities[entity].allowed.size() != 1; }
  // The same for these entities, in ascending order, and the links between them alone.
  Snapshot only(const std::vector<std::size_t>& kept) const;
  // Whether the entity may be on the host, which must also be up.
  bool allows(std::size_t entity, std::size_t host) const;
};

}  // namespace violin::adaptation
