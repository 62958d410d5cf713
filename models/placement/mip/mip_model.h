// A placement problem as a mixed-integer program, for solvers that need one. Its data are integers,
// rounded such that it never costs more than the problem and forbids nothing that the problem
// allows. What it lets pass by a hair is seen by who evaluates a solution, and forbid() cuts it
// off.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "models/placement/mip/mip_cost.h"
#include "models/placement/mip/mip_draft.h"

namespace violin::placement {

class MipModel {
 public:
  // Whole cost and all constraints; placements that cost more than `worth` may be left out, which
  // makes the units of cost finer. nullopt as add_cost() says.
  static std::optional<MipModel> of(const Problem& problem, double worth = kUnlimited);
  // No cost, and these constraints alone. nullopt: too many nonzeros.
  static std::optional<MipModel> of(const Problem& problem, const std::vector<Constraint>& kept);

  const IntegerProgram& program() const { return draft_.program(); }
  // The problem's cost for one of the program.
  double cost(double units) const { return cost_.fixed + units / cost_.scale; }
  // A placement costs at most this much more than the program says.
  double rounding() const { return cost_.roundings / cost_.scale; }

  Assignment placement(const std::vector<double>& values) const {
    return draft_.columns().placement(values);
  }
  // The solution that is this placement; nullopt if an entity is where it may not be.
  std::optional<std::vector<double>> values(const Assignment& placement) const;
  void forbid(const Assignment& placement) {
    draft_.program().rows.push_back(draft_.columns().without(placement));
  }

 private:
  MipModel(MipDraft draft, MipCost cost) : draft_(std::move(draft)), cost_(std::move(cost)) {}

  MipDraft draft_;
  MipCost cost_;
};

}  // namespace violin::placement
