// A random problem with a tree of three free entities on four hosts, with constraints, and what
// exact solvers make of it.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>

#include "models/placement/evaluation.h"
#include "models/placement/exact/host_limits.h"
#include "models/placement/exact/pricing.h"
#include "tests/models/placement/random_problem.h"

namespace violin::placement {

struct SmallGround {
  explicit SmallGround(std::uint64_t seed)
      : owned(random_problem(
            seed, {.hosts = 4, .inner = 3, .symmetric = seed % 2 == 0, .constrained = true})),
        costs(owned->delays),
        model(make_pair_model(*owned, costs)),
        limits(*owned, model),
        program(model, costs) {
    limits.forbid_full(model.alone);
  }

  Relaxation relaxation() const {
    return [this](HostCosts alone, const AccessPrices& prices) {
      const auto found = program.minimise(std::move(alone), prices);
      return Relaxed{found.cost, std::abs(found.cost), found.hosts};
    };
  }
  // Calls `visit` with the hosts of every placement.
  template <typename Visit>
  void each_placement(Visit visit) const {
    Hosts hosts(model.variables.size());
    for (bool more = true; more;) {
      visit(hosts);
      more = false;
      for (std::size_t v = 0; v < hosts.size() && !more; ++v) {
        hosts[v] = (hosts[v] + 1) % static_cast<std::uint32_t>(costs.hosts());
        more = hosts[v] != 0;
      }
    }
  }

  OwnedProblem owned;
  PairCosts costs;
  PairModel model;
  HostLimits limits;
  DynamicProgram program;
};

}  // namespace violin::placement
