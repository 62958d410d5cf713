// Good single allocations, fast: descent by moving points, relocating hubs and dropping them, from
// many starts that differ from the best known in a few hubs (variable neighbourhood search; Ilic,
// Urosevic, Brimberg, Mladenovic, EJOR 206, 2010). Proves nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "core/random.h"
#include "models/placement/budget.h"
#include "models/placement/hub/allocation_model.h"
#include "models/placement/hub/allocation_state.h"

namespace violin {

struct SiteAllocation {
  double cost;
  std::vector<std::size_t> hubs;        // sites
  std::vector<std::size_t> allocation;  // of each point: its site
};

class AllocationSearch {
 public:
  // Told of each solution that is better than all before.
  using OnBetter = std::function<void(const SiteAllocation&)>;

  // The model outlives it.
  AllocationSearch(const AllocationModel& model, std::uint64_t seed, OnBetter on_better);

  // Ends after so many starts in a row that found nothing better.
  void run(std::size_t patience, const KeepGoing& keep_going);
  // Descends from the best that a simple rule makes of these hubs.
  void descend_from(std::vector<std::size_t> hubs);

  const std::optional<SiteAllocation>& best() const { return best_; }

 private:
  std::size_t below(std::size_t limit) { return random_() % limit; }
  std::vector<std::size_t> random_hubs(std::size_t count);
  std::vector<std::size_t> changed_hubs(std::size_t changes);
  void change_one(std::vector<std::size_t>& hubs);
  AllocationState shaken();
  void descend_from(AllocationState state);
  AllocationState filled(std::vector<std::size_t> hubs) const;
  void descend(AllocationState& state) const;
  bool move_points(AllocationState& state) const;
  bool move_chains(AllocationState& state) const;
  bool make_room(AllocationState& state, std::size_t newcomer, double cost) const;
  bool relocate_hubs(AllocationState& state) const;
  bool drop_hub(AllocationState& state) const;
  AllocationState without(const AllocationState& state, std::size_t slot) const;
  std::size_t random_count();

  const AllocationModel& model_;
  RandomStream random_;
  OnBetter on_better_;
  std::optional<SiteAllocation> best_;
  std::size_t starts_ = 0;
  double least_gain_ = 0;      // of a step: less may be rounding
  double overload_price_ = 0;  // that descents begin with: about what a unit of flow costs
};

}  // namespace violin
