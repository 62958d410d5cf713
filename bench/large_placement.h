// A large placement problem as the Internet would pose it.
#pragma once

#include <cstdint>
#include <memory>

#include "models/placement/problem.h"

namespace violin::bench {

struct LargePlacement {
  std::size_t hosts = 5000;
  std::size_t free = 700;
  std::size_t pinned = 300;
  std::size_t chords = 30;  // virtual links beyond those of a tree
  std::size_t demands = 1000;
  bool limited = false;  // hosts have memory and forwarding capacity for a few entities
  std::uint64_t seed = 1;

  // Hosts in cities on the globe; delays are those of light in fibre with detours, last miles, and
  // noise that breaks the triangle inequality. Free entities make a random recursive tree with
  // chords; pinned ones hang at random free ones; demands lead between random pinned ones by the
  // fewest links.
  Substrate substrate() const;
  std::unique_ptr<placement::Problem> problem(const Substrate& substrate) const;
};

}  // namespace violin::bench
