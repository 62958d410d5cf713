// Scenario files to scenarios: YAML, JSON and Protobuf text format into the one message.
//
// Loading checks form: syntax, field names, units, formats and bounds of each value by itself.
// What values mean together is checked by validate/.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include "scenarios/load/diagnostic.h"
#include "scenarios/load/file.h"
#include "scenarios/load/locations.h"
#include "scenarios/scenario.pb.h"

namespace violin::scenario {

struct LoadedScenario {
  Scenario message;
  Locations locations;
  std::string file;                 // as named by the user, for diagnostics
  std::filesystem::path directory;  // against which the scenario's paths are resolved

  // Of a problem that a later stage finds with the field at `path`.
  Diagnostic diagnostic(std::string path, std::string what,
                        Severity severity = Severity::kError) const {
    const Place place = locations.of(path);
    return {file, place, std::move(path), std::move(what), severity};
  }
};

// The format goes by the extension. A scenario without a name gets the file's, without extension.
// Throws ScenarioError with every error of the file, by place.
LoadedScenario load_scenario(const std::filesystem::path& file);

// The same of text. `file` is for messages only.
LoadedScenario parse_scenario(std::string_view text, InputFormat format, const std::string& file,
                              const std::filesystem::path& directory = {});

}  // namespace violin::scenario
