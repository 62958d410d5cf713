// Proves which set of sites is the best, where all that matters is the set: branch and bound on
// which sites are hubs, lowest bound first. In each branch a Lagrangian relaxation is raised by
// supergradient steps of Polyak's length towards the cutoff, and its reduced costs decide sites.
#pragma once

#include <cstddef>
#include <functional>
#include <limits>
#include <optional>
#include <queue>
#include <vector>

#include "models/placement/budget.h"
#include "models/placement/hub/cheapest_sites.h"
#include "models/placement/hub/step_length.h"

namespace violin {

// A relaxation in which each site has a value as a hub: base plus the values of the hubs is no more
// than what any set of hubs costs, whatever the multipliers.
class HubSetDual {
 public:
  virtual ~HubSetDual() = default;
  // Only these sites can be hubs, in the calls that follow.
  virtual void use(const std::vector<std::size_t>& sites) = 0;
  struct Relaxed {
    double base;
    double rounding;             // what base and all values together may be too high by
    std::vector<double> values;  // of each site
  };
  virtual Relaxed relax() = 0;
  // Turns towards a supergradient, where `open` (0 or 1) are the best hubs; returns the square of
  // its norm. Then moves by so much.
  virtual double turn(const std::vector<double>& open) = 0;
  virtual void move(double step) = 0;
};

class HubSetProof {
 public:
  using Hubs = std::vector<std::size_t>;
  struct Search {
    // Sets that cost that much or more are not of interest. May fall with each set that is tried.
    std::function<double()> cutoff;
    // Costs the set, which may be the best. The proof rests on what it returns.
    std::function<double(const Hubs&)> try_set;
    // A set that the relaxation likes, now and then at the root: a start for heuristics.
    std::function<void(const Hubs&)> suggest;
    KeepGoing keep_going;
  };

  // Of `hubs` sites if that is told. All outlive it.
  HubSetProof(std::size_t sites, std::optional<std::size_t> hubs, HubSetDual& dual, Search search);

  // Until nothing below the cutoff is left, or told to end. A lower bound of all sets, infinite if
  // no set was left out for its cost.
  double run();

 private:
  struct Branch {
    Hubs hubs;
    Hubs free;
    double bound;
  };
  struct HigherBound {
    bool operator()(const Branch& a, const Branch& b) const { return a.bound > b.bound; }
  };

  bool settle_count(Branch& branch) const;
  void finish(Branch branch, StepLength length, bool root);
  bool raise(Branch& branch, StepLength length, bool root);
  std::size_t use(const Branch& branch);
  bool decide(Branch& branch, const CheapestSites& choice, double bound) const;
  void split(Branch branch);
  Hubs chosen(const CheapestSites& choice) const;

  std::size_t sites_;
  std::optional<std::size_t> count_;
  HubSetDual& dual_;
  Search search_;
  Hubs used_;
  std::vector<double> values_;
  std::priority_queue<Branch, std::vector<Branch>, HigherBound> branches_;
  double ended_ = std::numeric_limits<double>::infinity();  // lowest bound of what is done with
};

}  // namespace violin
