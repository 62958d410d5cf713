#include "scenarios/validate/validate.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "scenarios/validate/hosts.h"
#include "scenarios/validate/report.h"
#include "scenarios/validate/run.h"
#include "scenarios/validate/values.h"

namespace violin::scenario {

std::vector<Diagnostic> validate(const LoadedScenario& scenario,
                                 const std::optional<std::vector<std::string>>& substrate_hosts,
                                 Unplaced unplaced) {
  Report report(scenario);
  check_values(scenario, report);
  const Hosts hosts(scenario, substrate_hosts, unplaced, report);
  Networks networks(scenario, hosts, report);
  check_planning(scenario, hosts, networks, report);
  check_timeline(scenario, hosts, networks, report);
  check_traffic(scenario, networks, report);
  check_captures(scenario, networks, report);
  return report.take();
}

std::vector<Diagnostic> require_valid(
    const LoadedScenario& scenario, const std::optional<std::vector<std::string>>& substrate_hosts,
    Unplaced unplaced) {
  std::vector<Diagnostic> warnings = validate(scenario, substrate_hosts, unplaced);
  std::vector<Diagnostic> errors;
  std::ranges::copy_if(warnings, std::back_inserter(errors), [](const Diagnostic& diagnostic) {
    return diagnostic.severity == Severity::kError;
  });
  if (!errors.empty()) {
    throw ScenarioError(std::move(errors));
  }
  return warnings;
}

}  // namespace violin::scenario
