// What the tests of the loader and of the validator share: text in, lines of diagnostics out.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "scenarios/load/load.h"

namespace violin::scenario {

// The diagnostics of loading this text as file "f", one string each; empty if it loads.
inline std::vector<std::string> load_errors(std::string_view text,
                                            InputFormat format = InputFormat::kYaml) {
  std::vector<std::string> lines;
  try {
    parse_scenario(text, format, "f");
  } catch (const ScenarioError& error) {
    for (const Diagnostic& diagnostic : error.diagnostics()) {
      lines.push_back(to_string(diagnostic));
    }
  }
  return lines;
}

inline const std::vector<std::string>& example_names() {
  static const std::vector<std::string> names = {"figure2", "ring", "isolation", "recursive",
                                                 "planetlab490"};
  return names;
}

inline std::filesystem::path example(const std::string& name) {
  return std::filesystem::path(VIOLIN_SOURCE_DIR) / "scenarios/examples" / (name + ".yaml");
}

}  // namespace violin::scenario
