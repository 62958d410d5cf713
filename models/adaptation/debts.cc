#include "models/adaptation/debts.h"

#include <algorithm>

namespace violin::adaptation {

void Debts::accrue(const Snapshot& snapshot, const PlacedCost& placed, Duration elapsed) {
  const std::size_t hosts = snapshot.hosts.size();
  if (placement_.size() != placed.placement().size()) {
    placement_ = placed.placement();
    saved_.assign(placement_.size(), std::vector<double>(hosts));
  }
  for (std::size_t e = 0; e < saved_.size(); ++e) {
    auto& saved = saved_[e];
    if (placement_[e] != placed.placement()[e]) {
      saved.assign(hosts, 0);
    }
    if (snapshot.movable(e)) {
      const std::vector<double> rates = placed.rates(e);
      for (std::size_t h = 0; h < hosts; ++h) {
        saved[h] = std::max(0.0, saved[h] + (placed.rate() - rates[h]) * to_seconds(elapsed));
      }
    }
  }
  placement_ = placed.placement();
}

}  // namespace violin::adaptation
