// The lower bound of a branch: raises it until the branch is done with, or nothing more is gained.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "models/placement/budget.h"
#include "models/placement/hub/allocation_domain.h"
#include "models/placement/hub/allocation_master.h"
#include "models/placement/hub/allocation_model.h"
#include "models/placement/hub/transfer_dual.h"

namespace violin {

struct AllocationBranch {
  AllocationDomain domain;
  double bound;  // infinite if the branch is known to hold no solution
};

class AllocationBound {
 public:
  // Of the best solution known, infinite if there is none. It may fall between calls of `on_hubs`.
  using Cutoff = std::function<double()>;
  // Given promising hubs (candidates), now and then at the root.
  using OnHubs = std::function<void(std::vector<std::size_t>)>;

  AllocationBound(const HubProblem& problem, Cutoff cutoff, OnHubs on_hubs, KeepGoing keep_going);

  // Sets out from that solution. Before the first raise().
  void start_from(std::span<const std::size_t> hubs, std::span<const std::size_t> allocation);

  const AllocationModel& model() const { return model_; }
  // As open as the model now is.
  AllocationBranch root() const { return {AllocationDomain(model_), 0}; }

  // Raises branch.bound and reduces branch.domain by what costs more than the cutoff; ends early
  // with a settled domain or a bound that is no less than the cutoff. `forever` is for the root,
  // whose closed sites leave the model: other branches made before are void.
  void raise(AllocationBranch& branch, bool forever);

  // Of the relaxation's solutions that raise() met last: how often each site was a hub, and each
  // point at each site.
  const std::vector<double>& open() const { return open_; }
  const Table<double>& shares() const { return shares_; }

 private:
  enum class Reduced { kNo, kYes, kDone };

  Reduced reduce(AllocationBranch& branch, const Table<double>& prices, double slack, bool forever);
  void remember(const AllocationMaster::Answer& answer);
  void forget();
  void suggest_hubs();
  void keep(AllocationDomain& domain);
  double rounding(double magnitude) const;

  AllocationModel model_;
  TransferDual dual_;
  AllocationMaster master_;
  Cutoff cutoff_;
  OnHubs on_hubs_;
  KeepGoing keep_going_;
  std::vector<double> open_;
  Table<double> shares_;
  double largest_linear_ = 0;  // sum over points
};

}  // namespace violin
