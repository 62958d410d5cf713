// What every solver of hub problems is given besides the problem.
#pragma once

#include <cstdint>
#include <functional>

#include "models/placement/budget.h"

namespace violin {

struct HubOptions {
  std::uint64_t seed = 1;  // of the heuristics; proofs do not depend on it
  KeepGoing keep_going = [] { return true; };
  // Told of each solution that is better than all before, with its cost.
  std::function<void(double)> on_better = [](double) {};
};

}  // namespace violin
