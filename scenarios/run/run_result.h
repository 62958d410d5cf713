// What a run found out, as plain values: the source of every table, JSON document and database that
// tells of it. Names are as in the scenario; entities of several VIOLINs as "violin/name".
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/drop.h"
#include "core/metrics.h"
#include "core/quantity.h"
#include "core/time.h"

namespace violin {

struct DropCount {
  Drop reason;
  std::uint64_t frames;
};

// The books of the whole run: in == out + queued + sum of drops where they balance.
struct RunLedger {
  bool balanced = false;
  std::uint64_t in = 0;      // frames made: by hosts and routers, and copies by floods and links
  std::uint64_t out = 0;     // frames that ended as intended, at the one they were meant for
  std::uint64_t queued = 0;  // still in the network when the run ended
  std::vector<DropCount> drops;         // those that are not zero, most first
  std::vector<std::string> unbalanced;  // components whose own books do not balance
};

struct FlowResult {
  std::string name;
  std::string kind;  // "ping", "cbr", ...
  std::string from;
  std::string to;
  std::uint64_t sent = 0;
  std::uint64_t received = 0;
  std::uint64_t lost = 0;
  std::uint64_t duplicated = 0;
  std::uint64_t reordered = 0;
  std::uint64_t bytes_received = 0;
  double goodput_bps = 0;
  // One way, or the round trip for ping and requests; none if nothing was measured.
  std::optional<double> delay_mean_s;
  std::optional<double> delay_p50_s;
  std::optional<double> delay_p99_s;
  Histogram delay;  // all of it, in nanoseconds
  // Median delay over the delay of the direct substrate path (there and back for round trips);
  // none if that is 0 or unknown.
  std::optional<double> stretch;
  std::optional<std::uint64_t> retransmits;  // TCP segments
};

struct HopResult {
  std::string name;  // of the entity that answered; "*" if none did
  std::string address;
  std::optional<double> rtt_s;  // median of the probes
};

// A traceroute.
struct PathResult {
  std::string flow;
  std::string from;
  std::string to;
  bool reached = false;
  std::vector<HopResult> hops;
};

// One direction of a virtual link.
struct LinkResult {
  std::string name;
  std::string from;  // entity.nic
  std::string to;
  std::uint64_t frames = 0;
  std::uint64_t bytes = 0;
  double utilisation = 0;  // busy time over run time
  std::uint32_t most_queued = 0;
  std::vector<DropCount> drops;
};

struct HostResult {
  std::string name;
  std::uint32_t entities = 0;
  std::uint64_t frames = 0;          // brought to entities there
  double load = 0;                   // share of its forwarding capacity, 0 where unlimited
  double access_up_utilisation = 0;  // likewise of its access
  double access_down_utilisation = 0;
  std::vector<DropCount> drops;
};

// A link of a router-graph substrate that carries something.
struct SubstrateLinkResult {
  std::string from;
  std::string to;
  std::uint64_t stress = 0;  // virtual links over it
  std::uint64_t frames = 0;
  std::uint64_t bytes = 0;
};

// Something on the timeline, and the frames that it cost at once.
struct EventResult {
  TimePoint at;
  std::string what;
  std::vector<DropCount> drops;
};

struct RunResult {
  std::string scenario;
  std::uint64_t seed = 0;
  Duration duration{};  // virtual
  bool interrupted = false;
  double build_s = 0;  // wall clock
  double wall_s = 0;
  std::uint64_t events = 0;
  std::uint64_t deliveries = 0;  // frame-hops
  std::uint64_t fingerprint = 0;
  RunLedger ledger;
  std::vector<FlowResult> flows;
  std::vector<PathResult> paths;
  std::vector<LinkResult> links;
  std::vector<HostResult> hosts;
  std::vector<SubstrateLinkResult> substrate_links;
  std::vector<EventResult> timeline;
  std::vector<std::string> captures;  // files, relative to the run's folder
  std::vector<std::string> warnings;
};

}  // namespace violin
