#include "models/placement/topology/trunk_routes.h"

#include <algorithm>
#include <limits>

namespace violin::placement {

TrunkRoutes::TrunkRoutes(const DelayMatrix& delays, const TopologyPlan& plan)
    : plan_(plan),
      ways_(plan.hubs.size() * plan.hubs.size(), Way{std::numeric_limits<double>::infinity()}) {
  const std::size_t hubs = plan.hubs.size();
  for (std::size_t h = 0; h < hubs; ++h) {
    at(h, h).distance = 0;
  }
  for (std::uint32_t t = 0; t < plan.trunks.size(); ++t) {
    for (const std::uint32_t d : {0U, 1U}) {
      const std::size_t from = plan.trunks[t][d];
      const std::size_t to = plan.trunks[t][1 - d];
      const double delay =
          delays.row(violin::to_index(plan.hubs[from]))[violin::to_index(plan.hubs[to])];
      if (delay < at(from, to).distance) {
        at(from, to) = {delay, t, d};
      }
    }
  }
  for (std::size_t via = 0; via < hubs; ++via) {
    for (std::size_t a = 0; a < hubs; ++a) {
      for (std::size_t b = 0; b < hubs; ++b) {
        const double detour = distance(a, via) + distance(via, b);
        if (detour < distance(a, b)) {
          at(a, b) = at(a, via);
          at(a, b).distance = detour;
        }
      }
    }
  }
}

bool TrunkRoutes::joins_all() const {
  return std::ranges::all_of(
      ways_, [](const Way& way) { return way.distance < std::numeric_limits<double>::infinity(); });
}

}  // namespace violin::placement
