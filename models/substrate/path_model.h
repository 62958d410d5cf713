// Where the delay between two hosts comes from. Values, indexed by HostId; what they leave out is
// absent or zero. Indices are checked by the substrate that owns the model.
#pragma once

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "models/substrate/delay_matrix.h"
#include "models/substrate/geography.h"
#include "models/substrate/overlay_host.h"
#include "models/substrate/routed_paths.h"

namespace violin {

// Measured: one way is half of the round trip, as measured from that side.
class MeasuredPaths {
 public:
  explicit MeasuredPaths(DelayMatrix delays) : delays_(std::move(delays)) {}

  std::size_t size() const { return delays_.size(); }
  std::optional<Duration> delay(HostId from, HostId to) const {
    return delays_.at(to_index(from), to_index(to));
  }
  const DelayMatrix& delays() const { return delays_; }

 private:
  DelayMatrix delays_;
};

// From coordinates, computed when asked: no memory per pair.
class GeographicPaths {
 public:
  // Throws std::invalid_argument naming the first host whose position is absent or invalid.
  explicit GeographicPaths(const std::vector<OverlayHost>& hosts, GeographicDelay rule = {});

  std::size_t size() const { return positions_.size(); }
  std::optional<Duration> delay(HostId from, HostId to) const;

 private:
  std::vector<Coordinates> positions_;
  GeographicDelay rule_;
};

using PathModel = std::variant<MeasuredPaths, GeographicPaths, RoutedPaths>;

}  // namespace violin
