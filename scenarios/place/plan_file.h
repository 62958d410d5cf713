// A scenario with a plan as a file of its own.
#pragma once

#include <filesystem>
#include <string>

#include "scenarios/load/load.h"

namespace violin {

// As YAML that can be put into `folder`: relative paths of data files lead from there, others are
// written out.
std::string plan_text(const scenario::LoadedScenario& scenario,
                      const std::filesystem::path& folder);

}  // namespace violin
