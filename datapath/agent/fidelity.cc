#include "datapath/agent/fidelity.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <thread>

#include "datapath/agent/guest_flows.h"
#include "datapath/agent/journal.h"
#include "datapath/agent/metered_ports.h"
#include "datapath/agent/run_directory.h"
#include "scenarios/load/quantities.h"
#include "scenarios/run/run.h"

namespace violin {

namespace {

constexpr double kNormal95 = 1.959964;  // the 97.5 % quantile of the normal distribution

using Measures = std::map<std::string, FlowMeasure>;  // by the flow's name

struct LiveRun {
  RunResult result;
  Punctuality punctuality;
  Measures measures;
};

// What a run's flows with datagrams or streams do at the vNICs of their ends.
class PortMeasurement {
 public:
  // On the kernel's thread, as the destructor. With `ports`, flows are known by theirs, too.
  PortMeasurement(LiveNetwork& live, const std::vector<GuestFlow>& flows, MeteredPorts::Clock clock,
                  bool ports) {
    std::vector<Node*> nodes;
    for (const GuestFlow& flow : flows) {
      if (flow.has_datagrams() || flow.has_stream()) {
        const auto port = ports || flow.message.has_port()
                              ? std::optional(static_cast<std::uint16_t>(flow.port))
                              : std::nullopt;
        numbers_[flow.name] =
            meter_.add({flow.has_stream() ? wire::IpProtocol::kTcp : wire::IpProtocol::kUdp,
                        flow.sources, flow.address, port});
        nodes.push_back(live.builder().find(flow.from));
        nodes.push_back(live.builder().find(flow.to));
      }
    }
    ports_ = std::make_unique<MeteredPorts>(live.network(), nodes, meter_, clock);
  }

  Measures measures() const {
    Measures all;
    for (const auto& [name, number] : numbers_) {
      all[name] = meter_.measure(number);
    }
    return all;
  }

 private:
  FlowMeter meter_;
  std::map<std::string, std::size_t> numbers_;
  std::unique_ptr<MeteredPorts> ports_;
};

LiveRun run_live(const scenario::LoadedScenario& scenario, const LiveOptions& options,
                 const std::function<bool(double)>& progress) {
  LiveNetwork live(scenario, options);
  const Duration total = *scenario::duration(scenario.message.duration());
  live.go_live();
  live.run();
  const auto done = [&] {
    return to_seconds(live.on_kernel([&] { return live.kernel().now(); })) / to_seconds(total);
  };
  for (double share = done(); share < 1 && progress(share); share = done()) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  live.stop();
  return {live.result(), Punctuality::of(live.reactor().lateness()), {}};
}

constexpr Duration kDrain = std::chrono::seconds(1);  // what is on its way arrives

// The daemon's part in small: what is made is in a journal, for `violin down`.
LiveRun run_guests(const scenario::LoadedScenario& scenario, const LiveOptions& options,
                   const StationOptions& how, std::vector<std::string>& warnings,
                   const std::function<void(const std::string&)>& tell) {
  const RunDirectory directory(fmt::format("fidelity-{}", ::getpid()));
  directory.create();
  LiveRun run;
  {
    Journal journal(directory.journal());
    LiveNetwork live(scenario, options);
    live.go_live();
    live.run();
    Stations stations(live, journal, directory.path() / "guests", how);
    stations.reconcile(tell);
    const std::vector<GuestFlow> flows =
        live.on_kernel([&] { return flows_for_guests(scenario.message, live.builder()); });
    give_buffers(flows, stations);
    const auto end_measurement = [&live](PortMeasurement* ports) {
      live.on_kernel([ports] { delete ports; });
    };
    std::unique_ptr<PortMeasurement, decltype(end_measurement)> ports(nullptr, end_measurement);
    live.on_kernel([&] {
      ports.reset(new PortMeasurement(live, flows, MeteredPorts::Clock::kMonotonic, true));
      live.reactor().reset_lateness();
    });
    GuestTraffic traffic = run_in_guests(flows, live, stations);
    std::this_thread::sleep_for(kDrain);
    run.measures = live.on_kernel([&] { return ports->measures(); });
    ports.reset();
    stations.count_losses();
    run.result = live.on_kernel([&] { return live.result(); });
    run.result.flows = std::move(traffic.flows);
    run.result.paths = std::move(traffic.paths);
    warnings.insert(warnings.end(), traffic.warnings.begin(), traffic.warnings.end());
    run.punctuality = live.on_kernel([&] { return Punctuality::of(live.reactor().lateness()); });
    stations.stop(std::chrono::milliseconds(500));
  }
  directory.remove();
  return run;
}

double quantile(const Histogram& delays, double q) {
  return static_cast<double>(*delays.quantile(q)) * 1e-9;
}

struct Interval {
  double low;
  double high;
};

// The ranks between which the median of what was sampled lies with 95 % (Conover 1999 section 3.2).
Interval median_ranks(double n) {
  const double spread = kNormal95 * std::sqrt(n) / 2;
  return {n / 2 - spread, n / 2 + 1 + spread};
}

struct Median {
  double value;
  Interval interval;
};

Median median_of(const Histogram& delays) {
  const auto n = static_cast<double>(delays.count());
  const Interval ranks = median_ranks(n);
  return {quantile(delays, 0.5),
          {quantile(delays, std::clamp(ranks.low / n, 0.0, 1.0)),
           quantile(delays, std::clamp(ranks.high / n, 0.0, 1.0))}};
}

Median median_of(std::vector<Duration> delays) {
  std::ranges::sort(delays);
  const auto n = static_cast<double>(delays.size());
  const auto of_rank = [&](double rank) {
    return to_seconds(delays[static_cast<std::size_t>(std::clamp(std::ceil(rank), 1.0, n)) - 1]);
  };
  const Interval ranks = median_ranks(n);
  return {of_rank(n / 2), {of_rank(ranks.low), of_rank(ranks.high)}};
}

double gap_between(Interval a, Interval b) {
  return std::max({0.0, a.low - b.high, b.low - a.high});
}

// TCP fills its queue itself, so that what its segments wait there is no property of the path.
bool delay_is_bounded(const FlowFidelity& flow) { return flow.simulated.kind != "bulk"; }

void compare_medians(FlowFidelity& flow, const FidelityBounds& bounds) {
  const double one_way = flow.round_trip ? 0.5 : 1;
  const bool exact = flow.simulated_at_ports && flow.live_at_ports;
  const Median simulated =
      exact ? median_of(flow.simulated_at_ports->delays) : median_of(flow.simulated.delay);
  const Median live = exact ? median_of(flow.live_at_ports->delays) : median_of(flow.live.delay);
  flow.median_difference = (live.value - simulated.value) * one_way;
  flow.median_gap = gap_between(live.interval, simulated.interval) * one_way;
  // Two neighbouring buckets of a histogram are no difference.
  const double resolution = exact ? 0 : 0.01 * simulated.value * one_way;
  if (delay_is_bounded(flow) && flow.median_gap > to_seconds(bounds.median_delay) + resolution) {
    flow.broken.push_back(
        fmt::format("the median delay differs by more than {}", to_string(bounds.median_delay)));
  }
}

void compare_delays(FlowFidelity& flow, const FidelityBounds& bounds) {
  const Histogram& simulated = flow.simulated.delay;
  const Histogram& live = flow.live.delay;
  if (simulated.count() == 0 || live.count() == 0) {
    return;
  }
  const double one_way = flow.round_trip ? 0.5 : 1;
  flow.largest_difference = 0;
  for (int percent = 1; percent <= 99; ++percent) {
    const double q = percent / 100.0;
    const double difference = (quantile(live, q) - quantile(simulated, q)) * one_way;
    if (std::abs(difference) > std::abs(*flow.largest_difference)) {
      flow.largest_difference = difference;
      flow.largest_at = q;
    }
  }
  flow.mean_difference = (*live.mean() - *simulated.mean()) * 1e-9 * one_way;
  compare_medians(flow, bounds);
}

// One success and one failure are added to each sample.
void compare_loss(FlowFidelity& flow) {
  struct Share {
    double p;
    double n;
  };
  const auto adjusted = [](const FlowResult& result) {
    const double n = static_cast<double>(result.sent) + 2;
    return Share{(static_cast<double>(result.lost) + 1) / n, n};
  };
  const Share simulated = adjusted(flow.simulated);
  const Share live = adjusted(flow.live);
  flow.loss_difference = live.p - simulated.p;
  flow.loss_interval = kNormal95 * std::sqrt(live.p * (1 - live.p) / live.n +
                                             simulated.p * (1 - simulated.p) / simulated.n);
  if (std::abs(flow.loss_difference) > flow.loss_interval) {
    flow.broken.emplace_back("loss differs by more than chance would have it (95 %)");
  }
}

void compare_goodput(FlowFidelity& flow, const FidelityBounds& bounds) {
  const double expected = flow.simulated.goodput_bps;
  if (flow.simulated.kind == "bulk" && expected > 0 &&
      std::abs(flow.live.goodput_bps - expected) > bounds.goodput * expected) {
    flow.broken.push_back(
        fmt::format("TCP's goodput differs by more than {:.0f} %", bounds.goodput * 100));
  }
}

void take_counts(FlowResult& flow, const FlowMeasure& measure) {
  if (flow.kind != "bulk") {
    flow.sent = measure.sent;
    flow.received = measure.arrived;
    flow.lost = measure.lost();
  }
  flow.delay = measure.delay;
  if (flow.delay.count() > 0) {
    flow.delay_mean_s = *flow.delay.mean() * 1e-9;
    flow.delay_p50_s = median_of(measure.delays).value;
    flow.delay_p99_s = quantile(flow.delay, 0.99);
  }
}

// In place of what one run's programs tell and the other's do not.
void take_measures(FlowFidelity& flow, const FlowMeasure& simulated, const FlowMeasure& live) {
  take_counts(flow.simulated, simulated);
  take_counts(flow.live, live);
  if (flow.simulated.kind == "bulk") {
    const std::int64_t bytes = std::min(simulated.bytes(), live.bytes());
    flow.simulated.goodput_bps = simulated.goodput_bps(bytes);
    flow.live.goodput_bps = live.goodput_bps(bytes);
  }
  flow.simulated_at_ports = simulated;
  flow.live_at_ports = live;
}

FlowFidelity compare(FlowFidelity flow, const FidelityBounds& bounds) {
  const FlowResult& simulated = flow.simulated;
  flow.round_trip = simulated.kind == "ping" || simulated.kind == "request_response" ||
                    simulated.kind == "traceroute";
  compare_delays(flow, bounds);
  if (simulated.kind != "bulk" && simulated.kind != "traceroute") {
    compare_loss(flow);
  }
  compare_goodput(flow, bounds);
  return flow;
}

}  // namespace

bool Fidelity::within_bounds() const {
  return std::ranges::all_of(flows, [](const FlowFidelity& flow) { return flow.broken.empty(); });
}

namespace {

RunResult simulate(const scenario::LoadedScenario& scenario, const LiveOptions& options) {
  RunOptions simulated;
  simulated.seed = options.seed;
  return run(scenario, simulated);
}

// As run() does, with the same measurement as a live run's.
LiveRun simulate_measured(const scenario::LoadedScenario& scenario, const LiveOptions& options) {
  LiveNetwork network(scenario, options);
  const PortMeasurement ports(network, flows_for_guests(scenario.message, network.builder()),
                              MeteredPorts::Clock::kKernel, false);
  network.kernel().run_until(kRunStart + *scenario::duration(scenario.message.duration()));
  return {network.result(), {}, ports.measures()};
}

Fidelity side_by_side(LiveRun simulated, LiveRun live, const FidelityBounds& bounds) {
  Fidelity fidelity{std::move(simulated.result), std::move(live.result), live.punctuality, {}, {}};
  for (const FlowResult& flow : fidelity.simulated.flows) {
    const auto found = std::ranges::find_if(fidelity.live.flows, [&](const FlowResult& other) {
      return other.name == flow.name && other.from == flow.from && other.to == flow.to;
    });
    if (found == fidelity.live.flows.end()) {
      continue;
    }
    FlowFidelity both;
    both.simulated = flow;
    both.live = *found;
    const auto measured = simulated.measures.find(flow.name);
    if (measured != simulated.measures.end() && live.measures.contains(flow.name)) {
      take_measures(both, measured->second, live.measures.at(flow.name));
    }
    fidelity.flows.push_back(compare(std::move(both), bounds));
  }
  return fidelity;
}

// The flows that guests have programs for, each at a port that both runs know it by.
scenario::LoadedScenario for_guests(scenario::LoadedScenario scenario,
                                    std::vector<std::string>& warnings) {
  constexpr std::uint32_t kFirstPort = 20'000;
  google::protobuf::RepeatedPtrField<scenario::Flow> kept;
  for (const scenario::Flow& flow : scenario.message.traffic()) {
    if (!runs_in_guests(flow)) {
      warnings.push_back(flow.name() +
                         ": guests have no program for such traffic; left out of both "
                         "runs");
      continue;
    }
    scenario::Flow& copy = *kept.Add();
    copy = flow;
    if (!flow.has_port() && !flow.has_pairs() && (flow.has_bulk() || flow.has_cbr())) {
      copy.set_port(kFirstPort + static_cast<std::uint32_t>(kept.size()));
    }
  }
  scenario.message.mutable_traffic()->Swap(&kept);
  return scenario;
}

LiveOptions with_emulation(LiveOptions options) {
  options.emulate_underlay = true;
  return options;
}

}  // namespace

Fidelity compare_guests_with_simulated(const scenario::LoadedScenario& scenario,
                                       const LiveOptions& options, const StationOptions& stations,
                                       const FidelityBounds& bounds,
                                       const std::function<void(const std::string&)>& tell) {
  std::vector<std::string> warnings;
  const scenario::LoadedScenario both = for_guests(scenario, warnings);
  LiveRun live = run_guests(both, with_emulation(options), stations, warnings, tell);
  Fidelity fidelity = side_by_side(simulate_measured(both, options), std::move(live), bounds);
  fidelity.warnings = std::move(warnings);
  return fidelity;
}

Fidelity compare_live_with_simulated(const scenario::LoadedScenario& scenario,
                                     const LiveOptions& options, const FidelityBounds& bounds,
                                     const std::function<bool(double)>& progress) {
  LiveRun simulated{simulate(scenario, options), {}, {}};
  return side_by_side(std::move(simulated), run_live(scenario, with_emulation(options), progress),
                      bounds);
}

}  // namespace violin
