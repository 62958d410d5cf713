// Simple placements to compare answers with. By name:
//
//   random       free entities on hosts drawn uniformly: one draw, told by the seed
//   single-host  all free entities on the host where together they cost least
//   centroid     each at the host nearest to the middle (on the sphere) of its neighbours, each
//                weighted with the traffic between them; needs the coordinates of every host
//   greedy       each at the host that costs least beside its neighbours (pairwise.h)
//
// Entities are placed one after the other: after the pinned ones, each time the one with the most
// traffic to those that have a host, which are its "neighbours" above. It takes the best host on
// which it breaks no constraint, and if there is none the best that is allowed.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "models/placement/problem.h"

namespace violin::placement {

inline constexpr std::array<std::string_view, 4> kBaselines{"random", "single-host", "centroid",
                                                            "greedy"};

// nullopt: the substrate does not have what it needs. Throws std::invalid_argument for a name that
// is not in the list.
std::optional<Assignment> baseline(std::string_view name, const Problem& problem,
                                   std::uint64_t seed);

}  // namespace violin::placement
