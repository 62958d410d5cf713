#include "analysis/sweep/replicate.h"

#include <algorithm>

#include "scenarios/run/run.h"

namespace violin::sweep {

namespace {

Replication replication(const RunResult& run) {
  Replication result{run.seed, 0, std::nullopt, 0};
  double sent = 0;
  double lost = 0;
  for (const FlowResult& flow : run.flows) {
    if (flow.kind == "traceroute") {
      continue;
    }
    result.goodput_bps += flow.goodput_bps;
    sent += static_cast<double>(flow.sent);
    lost += static_cast<double>(flow.lost);
    if (flow.delay_p99_s) {
      result.delay_p99_s = std::max(result.delay_p99_s.value_or(0), *flow.delay_p99_s);
    }
  }
  result.loss = sent > 0 ? lost / sent : 0;
  return result;
}

}  // namespace

std::vector<Replication> replicate(const scenario::LoadedScenario& scenario,
                                   std::uint32_t replications,
                                   const std::function<bool()>& keep_going) {
  std::vector<Replication> made;
  RunOptions options;
  options.progress = [&](const RunProgress&) { return keep_going(); };
  const std::uint64_t seed = scenario.message.has_seed() ? scenario.message.seed() : 1;
  for (std::uint32_t r = 0; r < replications; ++r) {
    options.seed = seed + r;
    const RunResult result = run(scenario, options);
    if (result.interrupted) {
      break;
    }
    made.push_back(replication(result));
  }
  return made;
}

}  // namespace violin::sweep
