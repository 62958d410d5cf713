// Pings between cloud regions: one text per source region, in each line the summary of ping in
// milliseconds and the destination,
//   min/avg/max/mdev:region
// Every region is a source; a line from a region to itself is ignored (a host is at distance 0 of
// itself). A pair that is missing one way takes the delay of the other; missing both ways is an
// error.
#pragma once

#include <span>

#include "models/substrate/load_error.h"
#include "models/substrate/ping_statistic.h"
#include "models/substrate/substrate.h"

namespace violin {

struct RegionText {
  std::string region;  // the host's name
  SourceText source;
};

struct CloudRegionOptions {
  PingStatistic statistic = PingStatistic::kAvg;
  std::size_t max_bytes = kMaxSourceBytes;  // of all texts together
};

// Hosts in the order given. Throws LoadError.
Substrate load_cloud_regions(std::span<const RegionText> regions,
                             const CloudRegionOptions& options = {});

}  // namespace violin
