// A virtual topology that does not exist yet: what is asked of it, and what it could be.
//
// vHosts are where they are. Between them are switching entities: each vHost is plugged into one,
// and trunks join these. As vSwitches they are one vLAN, whose trunks are a tree; as vRouters, the
// trunks may be a mesh, in which traffic takes the shortest way. A link that leads to members of a
// group carries what is sent to it once.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "models/placement/problem.h"

namespace violin::placement {

// vHosts by index. Rates as those of Demand.
struct UnicastFlow {
  std::size_t from;
  std::size_t to;
  double bits_per_second = 0;
  double frames_per_second = 0;
};

struct MulticastGroup {
  std::size_t source;
  std::vector<std::size_t> members;
  double bits_per_second = 0;
  double frames_per_second = 0;
};

struct TopologyRequest {
  enum class Kind : std::uint8_t { kVSwitches, kVRouters };

  std::vector<HostId> vhosts{};
  std::vector<UnicastFlow> flows{};
  std::vector<MulticastGroup> groups{};
  Kind kind = Kind::kVRouters;
  std::size_t budget = 1;      // switching entities at most, 1 to 64
  double cost_per_entity = 0;  // in units of the network term, Mbit/s x ms
  // Of each trunk beyond those of a tree, likewise: as many as pay. Without: a tree.
  std::optional<double> cost_per_trunk{};
};

// Throws std::invalid_argument: no vHosts, one that does not exist, a flow to its own source, a
// rate or cost that is negative or not finite, a budget out of range, a mesh of vSwitches.
void check(const TopologyRequest& request, const Substrate& substrate);

// Who receives what is sent to a group: its members without the source, in order.
std::vector<std::size_t> receivers(const MulticastGroup& group);

struct TopologyPlan {
  std::vector<HostId> hubs;                        // of the switching entities
  std::vector<std::array<std::size_t, 2>> trunks;  // between them, by index
  std::vector<std::size_t> hub_of;                 // each vHost's
  double cost = 0;   // the network term, sum of load x delay, and the entities and trunks
  double bound = 0;  // none within the budget costs less
};

// Without one of its entities: `kept`, which a trunk joins to it, takes over its vHosts and trunks.
TopologyPlan without_hub(TopologyPlan plan, std::size_t dropped, std::size_t kept);

// The planned topology with its demands: vHosts first, pinned, then the switching entities, free.
Problem as_problem(const Substrate& substrate, const TopologyRequest& request,
                   const TopologyPlan& plan);
// Where the plan has the entities of that problem.
Assignment planned_placement(const TopologyRequest& request, const TopologyPlan& plan);

}  // namespace violin::placement
