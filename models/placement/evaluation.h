// What a placement costs and which constraints it breaks, computed plainly from the problem: the
// judge of every solver's answer.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "models/placement/problem.h"

namespace violin::placement {

// Of one receiver of a demand.
struct PathQuality {
  Duration delay{};               // of propagation along its path
  std::optional<double> stretch;  // nullopt on the source's host
  double loss = 0;                // probability per frame
  bool reachable = true;          // false: a link of the path joins hosts without a way
};

// What the entities on a host and their links ask of it.
struct HostUse {
  std::size_t entities = 0;
  double frames_per_second = 0;  // that reach entities
  Bytes memory{};
  double up_bits_per_second = 0;
  double down_bits_per_second = 0;
};

struct Evaluation {
  Terms terms{};
  double cost = 0;                              // sum of weight x term
  std::vector<std::vector<PathQuality>> paths;  // by demand and receiver
  std::vector<HostUse> hosts;                   // by HostId
  std::vector<std::string> violations;  // of constraints, one sentence each; empty: feasible

  bool feasible() const { return violations.empty(); }
};

// Whether more is used than there is. A sum of doubles may exceed a limit that it meets exactly.
constexpr bool exceeds(double used, double limit) { return used > limit * (1 + 1e-9); }

// Throws std::logic_error unless `placement` names an existing host for each entity.
Evaluation evaluate(const Problem& problem, const Assignment& placement);

}  // namespace violin::placement
