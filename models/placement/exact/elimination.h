// In which order variables are eliminated from a graph: always one of those with the fewest
// neighbours, which are joined with each other when it goes. The most neighbours that one had is
// the width: at most 1 for a forest, 2 for rings, ladders and whatever is series-parallel, for
// which this order is known to be the best.
//
// Source: Bertele, Brioschi, "Nonserial Dynamic Programming", 1972; Arnborg, Proskurowski, "Linear
// time algorithms for NP-hard problems restricted to partial k-trees", DAM 23, 1989 (width 2).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace violin::placement {

struct Elimination {
  struct Step {
    std::uint32_t variable;
    std::vector<std::uint32_t> into;  // its neighbours then, ascending
  };
  // No step of a round is into another's variable of the same round, unless it is alone in it.
  std::vector<std::vector<Step>> rounds;
  std::size_t width = 0;
};

// `last` keeps its place until it has no neighbour.
Elimination eliminate(std::size_t variables, std::span<const std::array<std::uint32_t, 2>> edges,
                      std::optional<std::uint32_t> last = std::nullopt);

}  // namespace violin::placement
