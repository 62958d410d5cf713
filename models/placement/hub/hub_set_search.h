// Good sets of sites where all that matters is the set: descent by exchanging one site, and where
// their number is open by adding or dropping one, from random sets and from those near the best.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "core/random.h"
#include "models/placement/budget.h"

namespace violin {

class HubSetSearch {
 public:
  using Hubs = std::vector<std::size_t>;
  using Cost = std::function<double(const Hubs&)>;

  // Of `hubs` sites if that is told. `on_better` is given each set better than all before, sorted.
  HubSetSearch(std::size_t sites, std::optional<std::size_t> hubs, std::uint64_t seed, Cost cost,
               std::function<void(double, const Hubs&)> on_better);

  // Ends after so many descents in a row that found nothing better.
  void run(std::size_t patience, const KeepGoing& keep_going);
  // From these hubs, down to the nearest minimum.
  void descend_from(Hubs hubs, const KeepGoing& keep_going);

 private:
  Hubs random_set();
  Hubs changed_set();
  bool improve(Hubs& hubs, double& cost, const KeepGoing& keep_going) const;
  std::vector<Hubs> neighbours(const Hubs& hubs, std::size_t site) const;

  std::size_t sites_;
  std::optional<std::size_t> count_;
  RandomStream random_;
  Cost cost_;
  std::function<void(double, const Hubs&)> on_better_;
  Hubs best_;
  double least_;
};

}  // namespace violin
