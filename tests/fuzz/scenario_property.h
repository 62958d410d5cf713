// What holds for any text given to a scenario's loader: it ends with a scenario or with diagnostics
// that have their place; a scenario that loads can be validated, and is the same after it was
// written as YAML and loaded again.
#pragma once

#include <google/protobuf/util/message_differencer.h>

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/require.h"
#include "scenarios/load/load.h"
#include "scenarios/load/yaml_writer.h"
#include "scenarios/validate/validate.h"

namespace violin::scenario {

inline std::optional<LoadedScenario> load_or_diagnose(std::string_view text, InputFormat format) {
  try {
    return parse_scenario(text, format, "input", "/nonexistent");
  } catch (const ScenarioError& error) {
    require(!error.diagnostics().empty(), "an error says what is wrong");
    for (const Diagnostic& diagnostic : error.diagnostics()) {
      require(!diagnostic.message.empty() && diagnostic.file == "input", "and where");
      require(diagnostic.place.line > 0 || text.size() < 4 || format == InputFormat::kYaml,
              "with the line, unless the file is empty");
    }
    return std::nullopt;
  }
}

inline void check_scenario(const std::uint8_t* data, std::size_t size, InputFormat format) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto loaded = load_or_diagnose(text, format);
  if (!loaded) {
    return;
  }
  validate(*loaded);
  const auto again = load_or_diagnose(to_yaml(loaded->message), InputFormat::kYaml);
  require(
      again && google::protobuf::util::MessageDifferencer::Equals(loaded->message, again->message),
      "written as YAML it is the same scenario");
}

}  // namespace violin::scenario
