// Pings between named cities in the format of WonderNetwork's public data set ("A day in the life
// of the Internet", wonderproxy.com, 2020): two CSV files with a header line, fields quoted or not.
//   servers: id, name, ..., country, ..., latitude, longitude
//   pings:   source, destination, ..., min, avg, max, mdev     (ids of servers; milliseconds)
// Columns are found by name; others are ignored. Of several pings of a pair the mean of the chosen
// statistic counts. A pair that was measured one way only takes the delay of the other; one that
// was never measured is unreachable unless `allow_missing` is false: then it is an error.
#pragma once

#include "models/substrate/load_error.h"
#include "models/substrate/ping_statistic.h"
#include "models/substrate/substrate.h"

namespace violin {

struct WonderNetworkOptions {
  PingStatistic statistic = PingStatistic::kAvg;
  bool allow_missing = true;
  // Pings of servers that the servers' file does not list are left out, so that a shorter list
  // selects; otherwise they are an error.
  bool skip_unlisted = false;
  std::size_t max_bytes = kMaxSourceBytes;  // of each file
};

// Hosts in the servers' order, named by the column "name". Throws LoadError.
Substrate load_wondernetwork(const SourceText& servers, const SourceText& pings,
                             const WonderNetworkOptions& options = {});

}  // namespace violin
