// What no plan can undercut, moves included, for several entities that could move.
//
// Which entity is where at what time is a pairwise Markov random field: its nodes are pairs of
// entity and epoch, its labels hosts, its edges virtual links within an epoch and moves between
// two. Messages are passed along chains (TRW-S: Kolmogorov, "Convergent tree-reweighted message
// passing for energy minimization", PAMI 28(10), 2006); each pass gives a bound, none lower than
// the one before. It is tight for one movable entity.
//
// Any two entities on one host that are to be apart count in full. That several ask more of a host
// than it has counts pair by pair, each at 1 / (number of pairs that an entity is in): the excess
// is at least that of any pairing, so also their mean. What links between two free entities ask of
// access bandwidth does not count.
#pragma once

#include <cstddef>

#include "models/adaptation/replay.h"

namespace violin::adaptation {

struct PlanBound {
  double bound = 0;
  Plan plan;  // that the messages suggest; a start for improve()
};

// Ends after so many passes, or where one raises the bound by less than 1e-6 of it.
PlanBound bound_plans(const Epochs& epochs, const Assignment& start, const Prices& prices,
                      std::size_t passes);

}  // namespace violin::adaptation
