// What no other alternative beats in everything.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

namespace violin::sweep {

// Less is better in both.
using Pair = std::array<double, 2>;

// Positions of those that no other dominates (is as good in both and better in one), from the
// least first value on; of equal ones all.
std::vector<std::size_t> non_dominated(const std::vector<Pair>& points);

}  // namespace violin::sweep
