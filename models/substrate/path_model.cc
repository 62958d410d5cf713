#include "models/substrate/path_model.h"

#include <stdexcept>

namespace violin {

GeographicPaths::GeographicPaths(const std::vector<OverlayHost>& hosts, GeographicDelay rule)
    : rule_(rule) {
  positions_.reserve(hosts.size());
  for (const OverlayHost& host : hosts) {
    if (!host.position || !host.position->valid()) {
      throw std::invalid_argument("host '" + host.name + "' has no valid coordinates");
    }
    positions_.push_back(*host.position);
  }
}

std::optional<Duration> GeographicPaths::delay(HostId from, HostId to) const {
  return rule_.over(great_circle_km(positions_[to_index(from)], positions_[to_index(to)]));
}

}  // namespace violin
