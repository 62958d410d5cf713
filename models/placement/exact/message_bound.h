// A lower bound of a model's cost for any topology, and placements that come with it: the graph is
// split into chains, each edge into one of them, and each variable's costs over the chains through
// it so that the sum of the chains' least costs rises. Each pass costs one min-plus product for
// each edge and direction. It ends where no chain gains from another; on a tree that is the
// optimum.
//
// Source: sequential tree-reweighted message passing, Kolmogorov, "Convergent tree-reweighted
// message passing for energy minimization", TPAMI 28, 2006.
//
// Memory: two messages for each edge, of 8 bytes x hosts.
#pragma once

#include <array>
#include <vector>

#include "models/placement/exact/dynamic_program.h"

namespace violin::placement {

class MessageBound {
 public:
  struct Result {
    double bound;  // kFar or more: there is no placement
    double scale;  // of the sums behind it: what rounding errors are relative to
    Hosts hosts;   // one placement, of no certain quality
  };

  // Both outlive this.
  MessageBound(const PairModel& model, const PairCosts& costs);

  // One pass there and one back, from the messages that the pass before left. The bound is that of
  // these costs, whatever they were before; hosts that cost kFar once are left out ever after.
  Result pass(HostCosts alone, const AccessPrices& prices = {});

 private:
  struct Sweep;
  void visit(std::uint32_t variable, Sweep& sweep);
  void send(const std::vector<std::uint32_t>& edges, std::uint32_t from, Sweep& sweep);
  void accept(std::uint32_t edge, std::uint32_t to, std::vector<double> message, Sweep& sweep);
  std::uint32_t place(std::uint32_t variable, const Sweep& sweep) const;
  double share(std::uint32_t variable) const;

  const PairModel& model_;
  const PairCosts& costs_;
  std::vector<std::array<std::vector<double>, 2>> into_;  // by edge and the end that is told
  // Hosts that no placement can have, by variable: no longer asked, so that messages stay small.
  std::vector<std::vector<bool>> excluded_;
};

}  // namespace violin::placement
