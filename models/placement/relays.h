// Measured delays break the triangle inequality: the way over a third host is often shorter.
// Source: Andersen, Balakrishnan, Kaashoek, Morris, "Resilient overlay networks", SOSP 2001, which
// too relays over one host at most.
#pragma once

#include <vector>

#include "models/placement/problem.h"

namespace violin::placement {

// A virtual link that is cheaper over a third host, in the pairwise part of the cost.
struct Relay {
  std::uint32_t link;
  HostId over;
  double saved;  // cost
};

// The best for each virtual link on which it saves at least `share` of what the link costs.
std::vector<Relay> worthwhile_relays(const Problem& problem, const Assignment& placement,
                                     double share);

}  // namespace violin::placement
