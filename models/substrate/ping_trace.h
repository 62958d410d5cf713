// Series of ping runs between numbered nodes, as CSV with the header
//   time,src,dst,tx,rx,min_ms,avg_ms,max_ms,mdev_ms
// where time is ISO 8601 without a zone (2019-11-21T01:24:25); the statistics are empty where no
// reply came, and rows with neither tx nor rx, of runs that failed, are left out. Makes them
// changes of delay and loss of the pairs.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/time.h"
#include "models/substrate/load_error.h"
#include "models/substrate/ping_statistic.h"
#include "models/substrate/substrate_trace.h"

namespace violin {

struct PingRun {
  std::int64_t unix_seconds = 0;
  std::string source;
  std::string destination;
  std::uint32_t sent = 0;
  std::uint32_t received = 0;
  struct RoundTrip {
    Duration min;
    Duration avg;
    Duration max;
  };
  std::optional<RoundTrip> rtt;
};

// In the file's order. Throws LoadError.
std::vector<PingRun> load_ping_runs(const SourceText& source,
                                    std::size_t max_bytes = kMaxSourceBytes);

struct PingTraceOptions {
  PingStatistic statistic = PingStatistic::kAvg;
  TimePoint start = kRunStart;  // when the earliest run is due
  double speedup = 1;           // seconds of the trace per second of the run; > 0
};

// Runs of nodes that `hosts` does not name are left out. A run from a to b tells half of its RTT as
// the delay from a to b, and the loss from a to b for which both ways alike lose what it lost:
// 1 - sqrt(received / sent). A run without replies changes the loss alone, to 1.
SubstrateTrace ping_trace(const std::vector<PingRun>& runs,
                          const std::map<std::string, HostId>& hosts,
                          const PingTraceOptions& options = {});

}  // namespace violin
