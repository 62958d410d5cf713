// Which few moves are worth most at one time.
#pragma once

#include <cstddef>
#include <vector>

#include "models/adaptation/debts.h"
#include "models/adaptation/move.h"

namespace violin::adaptation {

struct Appraisal {
  Prices prices{};
  Duration horizon{};    // for which the costs of now are expected to hold
  double threshold = 1;  // that many times its cost a move must be worth
  Debts debts{};         // none: the past does not count
};

// At most `most` moves of different entities that together are worth more than they cost: the
// saving over the horizon and the debts, less `threshold` times the costs of the moves. Found by
// steepest ascent over single entities, and over both ends of a link where no single one helps.
std::vector<Move> worthwhile_moves(const Snapshot& snapshot, const Assignment& placement,
                                   const Appraisal& appraisal, std::size_t most);

}  // namespace violin::adaptation
