// Splits a model of any topology into its core and the trees that hang at it: variables with one
// neighbour go, again and again, each into what it costs that neighbour at best (one min-plus
// product, exactly as in dynamic_program.h). What is left is the core, a model of its own; it is
// empty for a forest.
//
// On virtual topologies the core is small, and bounds of it rise in far fewer passes than bounds
// of the whole.
#pragma once

#include <span>
#include <vector>

#include "models/placement/exact/dynamic_program.h"

namespace violin::placement {

class OuterTrees {
 public:
  // Both outlive this.
  OuterTrees(const PairModel& model, const PairCosts& costs);

  const PairModel& core() const { return core_; }

  struct Reduced {
    HostCosts alone;    // of the core's variables, with what hangs at them at best
    double apart = 0;   // what trees cost that hang at nothing
    HostCosts without;  // of the model's variables, as they were when they went
  };
  // kFar or more: there is no placement.
  Reduced reduce(HostCosts alone, const AccessPrices& prices) const;
  // All variables, where those of the core are there.
  Hosts place(const Reduced& reduced, const AccessPrices& prices, const Hosts& core) const;

 private:
  struct Leaf {
    std::uint32_t variable;
    std::uint32_t edge;
    std::uint32_t into;
  };
  void peel();
  void keep_rest();
  void send(std::span<const Leaf> leaves, const AccessPrices& prices, HostCosts& alone) const;

  const PairModel& model_;
  const PairCosts& costs_;
  std::vector<std::vector<Leaf>> rounds_;  // none is into another of the same round
  std::vector<std::uint32_t> roots_;       // of trees that hang at nothing
  std::vector<std::uint32_t> kept_;        // variables of the core
  PairModel core_;
};

}  // namespace violin::placement
