// The pairwise cost as a graph. Its nodes are the free entities ("variables"); links between two
// of them are its edges, links to pinned entities become costs of single hosts. Links that no
// demand uses are no part of it, parallel ones are merged.
//
// A host costs kFar where an entity may not be, or from where a demand would have no way to a
// pinned one: what the model minimises over are placements that keep these constraints.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "models/placement/exact/min_plus.h"
#include "models/placement/problem.h"

namespace violin::placement {

// By variable, and in it by host.
using HostCosts = std::vector<std::vector<double>>;
// Host of each variable.
using Hosts = std::vector<std::uint32_t>;

struct PairEdge {
  std::array<std::uint32_t, 2> ends;  // variables, ascending
  PairWeights weights;                // direction 0 leads from ends[0]
  std::array<double, 2> bits{};       // per second and direction

  std::uint32_t other(std::uint32_t variable) const { return ends[ends[0] == variable ? 1 : 0]; }
};
// Seen so that `variable` is ends[0].
PairEdge seen_from(const PairEdge& edge, std::uint32_t variable);

struct PairModel {
  std::vector<EntityId> variables;
  std::vector<std::optional<std::uint32_t>> variable_of;  // by entity; nullopt: pinned
  HostCosts alone;
  std::vector<PairEdge> edges;
  std::vector<std::vector<std::uint32_t>> edges_of;  // by variable
  double fixed = 0;                                  // links between pinned entities
  Assignment pinned;                                 // free entities are on the first host

  Assignment placement(const Hosts& hosts) const;
};

// `costs` are those of the problem's delays and losses.
PairModel make_pair_model(const Problem& problem, const PairCosts& costs);

// The model's cost of a placement; kFar or more if it breaks what the model keeps.
double cost(const PairModel& model, const PairCosts& costs, const Hosts& hosts);
// What each host would cost `variable`, its edges included, while the others stay.
std::vector<double> move_costs(const PairModel& model, const PairCosts& costs, const Hosts& hosts,
                               std::uint32_t variable);

}  // namespace violin::placement
