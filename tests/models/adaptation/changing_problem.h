// Small random problems whose delays, demands and capacities change, and their best plan by trying
// every one.
#pragma once

#include <cstdint>

#include "models/adaptation/replay.h"
#include "tests/models/placement/random_problem.h"

namespace violin::adaptation {

struct Changing {
  Assignment start;
  Prices prices;
  Epochs epochs;
};

struct ChangeOptions {
  std::size_t epochs = 4;
  placement::ProblemOptions problem{.hosts = 3, .inner = 2, .leaves = 3};
  Prices prices{.breach = 1000};
};

// Moves cost from next to nothing to more than they can ever save.
Changing changing_problem(std::uint64_t seed, const ChangeOptions& options);

// The least cost of all plans.
double brute_force(const Changing& changing);

}  // namespace violin::adaptation
