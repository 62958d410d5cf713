// Load of hosts over time: per line a name and integers from 0 to 100, the CPU utilisation in
// percent every five minutes (the PlanetLab traces of CoMon, re-packed one machine per line). The
// name is what comes before the first number, and may have several words.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/time.h"
#include "models/substrate/load_error.h"
#include "models/substrate/substrate_trace.h"

namespace violin {

struct CpuTrace {
  std::string name;
  std::vector<std::uint8_t> percent;
};

// Throws LoadError.
std::vector<CpuTrace> load_cpu_traces(const SourceText& source,
                                      std::size_t max_bytes = kMaxSourceBytes);

struct CapacityRule {
  FrameRate idle;             // what the host forwards when nothing else runs there
  double least_share = 0.01;  // of that is left even when the trace says 100 %
  TimePoint start = kRunStart;
  Duration step = std::chrono::minutes(5);
};

// The host's capacity is the share that others leave: idle * (100 - percent) / 100. Steps that
// change nothing are left out.
SubstrateTrace capacity_trace(HostId host, const CpuTrace& trace, const CapacityRule& rule);

}  // namespace violin
