#include "scenarios/run/run.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "scenarios/build/builder.h"
#include "scenarios/build/checked_substrate.h"
#include "scenarios/load/quantities.h"
#include "scenarios/run/adapter.h"
#include "scenarios/run/captures.h"
#include "scenarios/run/collect.h"
#include "scenarios/run/flows.h"
#include "scenarios/run/timeline.h"

namespace violin {

namespace {

using WallClock = std::chrono::steady_clock;

double seconds_since(WallClock::time_point start) {
  return std::chrono::duration<double>(WallClock::now() - start).count();
}

// In slices, between which the caller hears how far it is. True if it was to the end.
bool advance(Kernel& kernel, Duration total, const RunOptions& options) {
  constexpr int kSlices = 1000;
  const Duration slice = std::max(total / kSlices, Duration(1));
  for (Duration done{}; done < total;) {
    done = std::min(done + slice, total);
    kernel.run_until(kRunStart + done);
    if (options.progress && !options.progress({done, total, kernel.events()})) {
      return done == total;
    }
  }
  return true;
}

}  // namespace

RunResult run(const scenario::LoadedScenario& scenario, const RunOptions& options) {
  const auto begun = WallClock::now();
  const scenario::Scenario& message = scenario.message;
  RunResult result;
  result.scenario = message.name();
  result.seed = options.seed.value_or(message.has_seed() ? message.seed() : 1);

  CheckedSubstrate checked = checked_substrate(scenario);
  for (const scenario::Diagnostic& warning : checked.warnings) {
    result.warnings.push_back(to_string(warning));
  }
  Kernel kernel(result.seed);
  std::optional<Captures> captures;  // outlives the network that writes to it
  Network network(kernel, std::move(checked.substrate));
  ScenarioBuilder builder(scenario, network);
  builder.build();
  if (options.folder) {
    captures.emplace(builder, *options.folder);
  }
  Flows flows(builder);
  Timeline timeline(builder, flows);
  std::optional<Adapter> adapter;
  if (message.planning().has_adaptation()) {
    adapter.emplace(builder, timeline);
  }
  result.build_s = seconds_since(begun);

  const auto started = WallClock::now();
  result.interrupted = !advance(kernel, *scenario::duration(message.duration()), options);
  result.wall_s = seconds_since(started);

  result.duration = kernel.now().time_since_epoch();
  result.events = kernel.events();
  result.deliveries = network.deliveries();
  result.fingerprint = network.fingerprint();
  result.ledger = collect_ledger(network);
  result.flows = flows.results();
  result.paths = flows.paths();
  result.links = collect_links(network, result.duration);
  result.hosts = collect_hosts(network, result.duration);
  result.substrate_links = collect_substrate_links(network);
  result.timeline = timeline.results();
  result.warnings.insert(result.warnings.end(), flows.warnings().begin(), flows.warnings().end());
  if (captures) {
    network.end_captures();
    captures->close(kernel.now());
    result.captures = captures->files();
  }
  return result;
}

}  // namespace violin
