// The hard constraints of a problem, one by one: what evaluate() checks, told apart so that some of
// them may be left out, and so that one can be named.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/placement/evaluation.h"
#include "models/placement/problem.h"

namespace violin::placement {

struct Constraint {
  enum class Kind : std::uint8_t {
    kAllowed,   // of an entity
    kApart,     // of a group
    kWay,       // of a demand to one receiver: that there is one along its path
    kMemory,    // of a host, as all below
    kCapacity,  // frames per second
    kAccessUp,  // bandwidth
    kAccessDown,
  };
  Kind kind;
  std::uint32_t of;            // index of the entity, group, demand or host
  std::uint32_t receiver = 0;  // of the demand

  bool operator==(const Constraint&) const = default;
};

// In order of kind. Limits that are not set are none, and so is an entity that may be anywhere.
std::vector<Constraint> constraints_of(const Problem& problem);

// "host 'h1' has 64 B of memory", "'vRouter1' may only be on h1, h2", "'a' and 'b' are to be
// apart".
std::string describe(const Problem& problem, const Constraint& constraint);

// Of a host's limit: how much there is, and how much of it a placement uses. For others 0.
struct Usage {
  double used = 0;
  double limit = 0;
};
Usage usage(const Problem& problem, const Evaluation& evaluation, const Constraint& constraint);

// `evaluation` is that of `placement`.
bool keeps(const Problem& problem, const Assignment& placement, const Evaluation& evaluation,
           const Constraint& constraint);

// Those limits of hosts of which a placement uses at least 99 %, one sentence each.
std::vector<std::string> binding_constraints(const Problem& problem, const Assignment& placement);

}  // namespace violin::placement
