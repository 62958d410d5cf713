// What has to leave a part of the substrate, and what has to enter it, wherever free entities run:
// what bounds on busy links and proofs that access bandwidth does not suffice rest on.
//
// A demand has to leave a part if on the way to a receiver an entity that can only be in that part
// comes before one that cannot be in it; it has to enter the other way round. It counts once for
// each part and direction, as a link carries each of its frames once at least.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "models/placement/problem.h"

namespace violin::placement {

struct Crossing {
  double bits_per_second = 0;  // of all demands
  double largest = 0;          // of one, which is not split
};

struct Cut {
  Crossing out;
  Crossing in;
};

// By part. `part_of` tells of each host in which it is, counted from 0.
std::vector<Cut> cuts(const Problem& problem, std::span<const std::size_t> part_of);
// Of each host as a part of its own.
std::vector<Cut> host_cuts(const Problem& problem);

}  // namespace violin::placement
