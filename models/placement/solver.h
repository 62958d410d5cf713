// How solvers answer, and what they are given besides the problem.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "models/placement/budget.h"
#include "models/placement/problem.h"

namespace violin::placement {

struct SolveOptions {
  std::uint64_t seed = 1;  // same seed, same answer, as long as the budget does not end it
  KeepGoing keep_going = [] { return true; };
  std::optional<Assignment> start;  // a placement to begin from
};

struct Answer {
  Assignment placement;
  double bound = 0;      // no placement costs less; proven
  bool feasible = true;  // whether `placement` keeps the constraints
};

// No placement keeps all constraints. `conflict` is a set of them that already contradict each
// other, none of which can be left out; one sentence each.
class Infeasible : public std::runtime_error {
 public:
  explicit Infeasible(std::vector<std::string> constraints);
  const std::vector<std::string>& conflict() const { return conflict_; }

 private:
  std::vector<std::string> conflict_;
};

class Solver {
 public:
  virtual ~Solver() = default;
  virtual std::string name() const = 0;
  // nullopt: it cannot treat such a problem (not a tree, too large...).
  virtual std::optional<Answer> solve(const Problem& problem,
                                      const SolveOptions& options) const = 0;
};

}  // namespace violin::placement
