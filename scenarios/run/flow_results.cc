// What flows found out.
#include <algorithm>

#include "models/app/tcp_bulk.h"
#include "models/app/traceroute.h"
#include "scenarios/run/flow.h"

namespace violin {

namespace pb = scenario;

namespace {

struct Kind {
  const char* name;
  bool round_trip;  // delays are there and back
};

Kind kind_of(const pb::Flow& flow) {
  switch (flow.kind_case()) {
    case pb::Flow::kPing:
      return {"ping", true};
    case pb::Flow::kTraceroute:
      return {"traceroute", true};
    case pb::Flow::kCbr:
      return {"cbr", false};
    case pb::Flow::kPoisson:
      return {"poisson", false};
    case pb::Flow::kOnoff:
      return {"onoff", false};
    case pb::Flow::kTrace:
      return {"trace", false};
    case pb::Flow::kBulk:
      return {"bulk", false};
    case pb::Flow::kRequestResponse:
      return {"request_response", true};
    case pb::Flow::KIND_NOT_SET:
      break;
  }
  return {"none", false};
}

}  // namespace

void Flows::leave(const Node& node) {
  for (const auto& flow : flows_) {
    const bool receives = std::ranges::any_of(
        flow->receivers, [&](const Receiver& receiver) { return receiver.node == &node; });
    if (flow->source && (flow->source_node == &node || receives)) {
      keep(*flow);
    }
  }
  // Another node may get its place in memory, which must not show.
  ports_.erase({&node, false});
  ports_.erase({&node, true});
}

// Measures for the last time and ends the applications.
void Flows::keep(Flow& flow) {
  flow.kept = describe(flow);
  if (const auto* traceroute = dynamic_cast<const Traceroute*>(flow.source.get())) {
    flow.path = describe_path(flow, *traceroute);
  }
  flow.stop_timer.cancel();
  close_group(flow);
  flow.source.reset();
  flow.receivers.clear();
}

void Flows::close_group(Flow& flow) {
  if (flow.group) {
    network_.close_group(*flow.source_node, *flow.group);
    flow.group.reset();
  }
}

FlowResult Flows::describe(const Flow& flow, const FlowReport& report) {
  const Kind kind = kind_of(flow.message);
  FlowResult result;
  result.name = flow.message.name();
  result.kind = kind.name;
  result.from = flow.from;
  result.to = report.label.to;
  result.sent = report.sent;
  result.received = report.received;
  result.lost = report.lost;
  result.duplicated = report.duplicated;
  result.reordered = report.reordered;
  result.bytes_received = report.bytes_received;
  result.goodput_bps = report.goodput_bps;
  if (report.delay == nullptr || report.delay->count() == 0) {
    return result;
  }
  const auto seconds = [](std::uint64_t ns) { return static_cast<double>(ns) * 1e-9; };
  result.delay = *report.delay;
  result.delay_mean_s = *report.delay->mean() * 1e-9;
  result.delay_p50_s = seconds(*report.delay->quantile(0.5));
  result.delay_p99_s = seconds(*report.delay->quantile(0.99));
  const Duration direct =
      flow.direct.value_or(Duration::zero()) +
      (kind.round_trip ? flow.direct_back.value_or(Duration::zero()) : Duration::zero());
  if (direct > Duration::zero() && !flow.message.has_traceroute()) {
    result.stretch = *result.delay_p50_s / to_seconds(direct);
  }
  return result;
}

// One row per receiver.
std::vector<FlowResult> Flows::describe(const Flow& flow) const {
  if (!flow.source) {
    const FlowReport nothing{{flow.message.name(), flow.from, flow.to}};
    return flow.kept.empty() ? std::vector{describe(flow, nothing)} : flow.kept;
  }
  const TimePoint now = network_.kernel().now();
  const FlowReport source = flow.source->report(now);
  std::vector<FlowResult> results;
  for (const Receiver& receiver : flow.receivers) {
    if (!flow.message.has_request_response()) {  // where the client has seen both ways
      results.push_back(describe(flow, join(source, receiver.app->report(now))));
    }
  }
  if (results.empty()) {
    FlowReport alone = source;
    alone.lost = alone.sent - std::min(alone.sent, alone.received);
    results.push_back(describe(flow, alone));
  }
  if (const auto* bulk = dynamic_cast<const TcpBulkSource*>(flow.source.get())) {
    results.front().retransmits = bulk->statistics().retransmissions;
  }
  return results;
}

std::vector<FlowResult> Flows::results() const {
  std::vector<FlowResult> all;
  for (const auto& flow : flows_) {
    const std::vector<FlowResult> results = describe(*flow);
    all.insert(all.end(), results.begin(), results.end());
  }
  return all;
}

PathResult Flows::describe_path(const Flow& flow, const Traceroute& traceroute) const {
  PathResult path{flow.message.name(), flow.from, flow.to, traceroute.reached(), {}};
  for (const TracerouteHop& hop : traceroute.hops()) {
    HopResult result{"*", "", std::nullopt};
    if (const auto address = hop.address()) {
      const Node* node = flow.source_node->network.owner_of(*address);
      result.address = to_string(*address);
      result.name = node != nullptr ? std::string(node->name()) : result.address;
      std::vector<double> times;
      for (const TracerouteQuery& query : hop.queries) {
        if (query.from) {
          times.push_back(to_seconds(query.round_trip));
        }
      }
      std::ranges::sort(times);
      result.rtt_s = times[times.size() / 2];
    }
    path.hops.push_back(std::move(result));
  }
  return path;
}

std::vector<PathResult> Flows::paths() const {
  std::vector<PathResult> paths;
  for (const auto& flow : flows_) {
    if (flow->path) {
      paths.push_back(*flow->path);
    } else if (const auto* traceroute = dynamic_cast<const Traceroute*>(flow->source.get())) {
      paths.push_back(describe_path(*flow, *traceroute));
    }
  }
  return paths;
}

}  // namespace violin
