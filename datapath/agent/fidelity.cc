#include "datapath/agent/fidelity.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <thread>

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
  if (flow.median_gap > to_seconds(bounds.median_delay)) {
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

Fidelity compare_live_with_simulated(const scenario::LoadedScenario& scenario,
                                     const LiveOptions& options, const FidelityBounds& bounds,
                                     const std::function<bool(double)>& progress) {
  Fidelity fidelity;
  RunOptions simulated;
  simulated.seed = options.seed;
  fidelity.simulated = run(scenario, simulated);
  LiveOptions emulated = options;
  emulated.emulate_underlay = true;
  LiveRun live = run_live(scenario, emulated, progress);
  fidelity.live = std::move(live.result);
  fidelity.punctuality = live.punctuality;
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

}  // namespace violin
