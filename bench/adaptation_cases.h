// What the adaptation study plays: a VIOLIN on measured hosts, and a measured change of them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "models/adaptation/replay.h"

namespace violin {

// `vswitches` and `vrouters` are free, vHosts are pinned and plugged into the vSwitches in turn.
struct VirtualShape {
  std::size_t vhosts = 50;
  std::size_t vswitches = 10;
  std::size_t vrouters = 5;
  std::size_t flows = 150;
};

struct AdaptationCase {
  std::string name{};
  std::unique_ptr<Substrate> substrate{};
  std::unique_ptr<placement::Problem> problem{};
  SubstrateTrace trace{};
  Duration period{};  // of observations
  TimePoint end{};
};

// Each RTT matrix holds for 12 hours.
AdaptationCase rtt_slices(const std::vector<std::string>& texts, std::uint64_t seed);

// Twelve hosts of the matrix. Each directed pair follows one of the measured series, in turn: its
// delay is that of the matrix times the ratio of the series' RTT to its median.
AdaptationCase ping_series(const std::string& pings, const std::string& matrix, std::uint64_t seed);

// 100 hosts of the matrix, 80 of which may hold vSwitches and vRouters and forward what their CPU
// trace leaves of the frames per second that would be twice what the busiest entity is given.
AdaptationCase cpu_traces(const std::string& traces, const std::string& matrix, std::uint64_t seed);

}  // namespace violin
