#include "analysis/sweep/pareto.h"

#include <algorithm>
#include <numeric>

namespace violin::sweep {

std::vector<std::size_t> non_dominated(const std::vector<Pair>& points) {
  std::vector<std::size_t> order(points.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return points[i]; });
  std::vector<std::size_t> front;
  for (const std::size_t i : order) {
    if (front.empty() || points[i][1] < points[front.back()][1] ||
        points[i] == points[front.back()]) {
      front.push_back(i);
    }
  }
  return front;
}

}  // namespace violin::sweep
