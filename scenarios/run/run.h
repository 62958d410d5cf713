// A scenario, run in virtual time from its beginning to its end.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>

#include "scenarios/load/load.h"
#include "scenarios/run/run_result.h"

namespace violin {

struct RunProgress {
  Duration done{};
  Duration total{};
  std::uint64_t events = 0;
};

struct RunOptions {
  std::optional<std::uint64_t> seed;  // in the place of the scenario's
  // Where captures go; they are not taken without.
  std::optional<std::filesystem::path> folder;
  // Is told now and then; the run ends early, as interrupted, once it returns false.
  std::function<bool(const RunProgress&)> progress;
};

// Throws scenario::ScenarioError with all that is wrong with the scenario and its data files,
// InfeasibleError where the substrate cannot hold it, std::runtime_error where a capture cannot be
// written.
RunResult run(const scenario::LoadedScenario& scenario, const RunOptions& options = {});

}  // namespace violin
