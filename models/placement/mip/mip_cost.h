// The cost of a placement problem as that of a program.
//
// The largest of something is a continuous column, above a row for each thing. A unit of cost is
// such that the largest coefficient has at most 2^26; all are rounded down to integers, so that the
// program never costs more than the problem.
#pragma once

#include <optional>
#include <vector>

#include "models/placement/mip/mip_draft.h"

namespace violin::placement {

// The column is at least what the entries before it and the lower side of each row make of it.
struct Largest {
  std::size_t column;
  std::vector<std::size_t> rows;
};

struct MipCost {
  double fixed = 0;      // of what is not in the program
  double scale = 1;      // units in 1 of the problem's cost
  double roundings = 0;  // units that a placement may cost more than the program says
  std::vector<Largest> largest;
};

// What costs more than `worth` by itself is left out. Ways between hosts that are not joined cost
// nothing: they are forbidden. nullopt: a stretch weighs something and an end of a receiver's path
// is not pinned, or too many nonzeros.
std::optional<MipCost> add_cost(MipDraft& draft, const Problem& problem, double worth);

}  // namespace violin::placement
