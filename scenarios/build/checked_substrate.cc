#include "scenarios/build/checked_substrate.h"

#include <algorithm>
#include <string>
#include <utility>

#include "models/substrate/load_error.h"
#include "scenarios/build/build_substrate.h"

namespace violin {

namespace {

namespace pb = scenario;

// What the data files or the substrate section are wrong in, together with what is wrong elsewhere.
[[noreturn]] void throw_all(const pb::LoadedScenario& scenario,
                            std::vector<pb::Diagnostic> problems, pb::Unplaced unplaced) {
  for (pb::Diagnostic& other : pb::validate(scenario, std::nullopt, unplaced)) {
    // The same, told without its place, is not worth telling.
    std::erase_if(problems, [&](const pb::Diagnostic& p) {
      return p.place == pb::Place{} && p.message == other.message;
    });
    const bool known = std::ranges::any_of(problems, [&](const pb::Diagnostic& p) {
      return p.place == other.place && p.path == other.path;
    });
    if (other.severity == pb::Severity::kError && !known) {
      problems.push_back(std::move(other));
    }
  }
  pb::sort_by_place(problems);
  throw pb::ScenarioError(std::move(problems));
}

pb::Diagnostic to_diagnostic(const LoadProblem& problem) {
  const pb::Place place{static_cast<std::uint32_t>(problem.line),
                        static_cast<std::uint32_t>(problem.column)};
  const std::string remedy = problem.remedy.empty() ? "" : " (" + problem.remedy + ")";
  return {problem.source, place, "", problem.message + remedy};
}

}  // namespace

CheckedSubstrate checked_substrate(const pb::LoadedScenario& scenario, pb::Unplaced unplaced) {
  try {
    Substrate substrate = build_substrate(scenario);
    std::vector<std::string> names;
    names.reserve(substrate.size());
    for (const OverlayHost& host : substrate.hosts()) {
      names.push_back(host.name);
    }
    auto warnings = pb::require_valid(scenario, names, unplaced);
    return {std::move(substrate), std::move(warnings)};
  } catch (const LoadError& error) {
    std::vector<pb::Diagnostic> problems;
    std::ranges::transform(error.problems(), std::back_inserter(problems), to_diagnostic);
    throw_all(scenario, std::move(problems), unplaced);
  } catch (const pb::ScenarioError& error) {
    throw_all(scenario, error.diagnostics(), unplaced);
  }
}

}  // namespace violin
