#include "models/placement/topology/shortest_ways.h"

#include <algorithm>
#include <utility>

namespace violin::placement {

std::vector<double> shortest_ways(const DelayMatrix& delays, std::size_t from) {
  const auto direct = delays.row(from);
  std::vector<double> distance(direct.begin(), direct.end());
  std::vector<bool> done(distance.size());
  for (std::size_t round = 0; round < distance.size(); ++round) {
    std::size_t next = distance.size();
    for (std::size_t h = 0; h < distance.size(); ++h) {
      if (!done[h] && (next == distance.size() || distance[h] < distance[next])) {
        next = h;
      }
    }
    done[next] = true;
    const auto onward = delays.row(next);
    for (std::size_t h = 0; h < distance.size(); ++h) {
      distance[h] = std::min(distance[h], distance[next] + onward[h]);
    }
  }
  return distance;
}

DelayMatrix shortest_ways(const DelayMatrix& delays) {
  std::vector<DelayMatrix::Cell> cells;
  cells.reserve(delays.size() * delays.size());
  for (std::size_t from = 0; from < delays.size(); ++from) {
    for (const double way : shortest_ways(delays, from)) {
      cells.push_back(static_cast<DelayMatrix::Cell>(
          std::min(way, static_cast<double>(DelayMatrix::kUnreachable))));
    }
  }
  return DelayMatrix::from_cells(delays.size(), std::move(cells));
}

}  // namespace violin::placement
