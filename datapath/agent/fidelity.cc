#include "datapath/agent/fidelity.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <thread>

#include "datapath/agent/guest_flows.h"
#include "datapath/agent/journal.h"
#include "datapath/agent/run_directory.h"
#include "scenarios/load/quantities.h"
#include "scenarios/run/run.h"

namespace violin {

namespace {

constexpr double kNormal95 = 1.959964;  // the 97.5 % quantile of the normal distribution

struct LiveRun {
  RunResult result;
  Punctuality punctuality;
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
  return {live.result(), Punctuality::of(live.reactor().lateness())};
}

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
    live.on_kernel([&] { live.reactor().reset_lateness(); });
    GuestTraffic traffic = run_in_guests(scenario.message, live, stations);
    stations.count_losses();
    run.result = live.on_kernel([&] { return live.result(); });
    run.result.flows = std::move(traffic.flows);
    run.result.paths = std::move(traffic.paths);
    warnings = std::move(traffic.warnings);
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

Interval median_interval(const Histogram& delays) {
  const auto n = static_cast<double>(delays.count());
  const double spread = kNormal95 * std::sqrt(n) / 2;
  return {quantile(delays, std::clamp((n / 2 - spread) / n, 0.0, 1.0)),
          quantile(delays, std::clamp((n / 2 + 1 + spread) / n, 0.0, 1.0))};
}

double gap_between(Interval a, Interval b) {
  return std::max({0.0, a.low - b.high, b.low - a.high});
}

void compare_delays(FlowFidelity& flow, const FidelityBounds& bounds) {
  const Histogram& simulated = flow.simulated.delay;
  const Histogram& live = flow.live.delay;
  if (simulated.count() == 0 || live.count() == 0) {
    return;
  }
  const double one_way = flow.round_trip ? 0.5 : 1;
  flow.median_difference = (quantile(live, 0.5) - quantile(simulated, 0.5)) * one_way;
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
  flow.median_gap = gap_between(median_interval(live), median_interval(simulated)) * one_way;
  // Two neighbouring buckets of a histogram are no difference.
  const double resolution = 0.01 * quantile(simulated, 0.5) * one_way;
  if (flow.median_gap > to_seconds(bounds.median_delay) + resolution) {
    flow.broken.push_back(
        fmt::format("the median delay differs by more than {}", to_string(bounds.median_delay)));
  }
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

FlowFidelity compare(const FlowResult& simulated, const FlowResult& live,
                     const FidelityBounds& bounds) {
  FlowFidelity flow;
  flow.simulated = simulated;
  flow.live = live;
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

Fidelity side_by_side(RunResult simulated, LiveRun live, const FidelityBounds& bounds) {
  Fidelity fidelity{std::move(simulated), std::move(live.result), live.punctuality, {}, {}};
  for (const FlowResult& flow : fidelity.simulated.flows) {
    const auto found = std::ranges::find_if(fidelity.live.flows, [&](const FlowResult& other) {
      return other.name == flow.name && other.from == flow.from && other.to == flow.to;
    });
    if (found != fidelity.live.flows.end()) {
      fidelity.flows.push_back(compare(flow, *found, bounds));
    }
  }
  return fidelity;
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
  LiveRun live = run_guests(scenario, with_emulation(options), stations, warnings, tell);
  Fidelity fidelity = side_by_side(simulate(scenario, options), std::move(live), bounds);
  fidelity.warnings = std::move(warnings);
  return fidelity;
}

Fidelity compare_live_with_simulated(const scenario::LoadedScenario& scenario,
                                     const LiveOptions& options, const FidelityBounds& bounds,
                                     const std::function<bool(double)>& progress) {
  RunResult simulated = simulate(scenario, options);
  return side_by_side(std::move(simulated), run_live(scenario, with_emulation(options), progress),
                      bounds);
}

}  // namespace violin
