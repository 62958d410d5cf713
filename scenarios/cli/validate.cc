#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "scenarios/build/checked_substrate.h"
#include "scenarios/cli/verbs.h"
#include "scenarios/load/load.h"

namespace violin::cli {

namespace {

using Json = nlohmann::ordered_json;

struct Options {
  std::vector<std::string> files;
  std::string format = "table";
};

Json to_json(const scenario::Diagnostic& d) {
  return {{"file", d.file},
          {"line", d.place.line},
          {"column", d.place.column},
          {"path", d.path},
          {"message", d.message},
          {"severity", d.severity == scenario::Severity::kError ? "error" : "warning"}};
}

// What is to be said of one file.
std::vector<scenario::Diagnostic> diagnose(const std::string& file) {
  try {
    return checked_substrate(scenario::load_scenario(file), scenario::Severity::kWarning).warnings;
  } catch (const scenario::ScenarioError& error) {
    return error.diagnostics();
  }
}

ExitCode validate(const Options& options) {
  ExitCode code = kDone;
  Json all = Json::array();
  for (const std::string& file : options.files) {
    bool valid = true;
    for (const scenario::Diagnostic& diagnostic : diagnose(file)) {
      valid = valid && diagnostic.severity != scenario::Severity::kError;
      all.push_back(to_json(diagnostic));
      if (options.format == "table") {
        fmt::print(stderr, "{}\n", to_string(diagnostic));
      }
    }
    if (valid && options.format == "table") {
      fmt::print("{}: valid\n", file);
    }
    code = valid ? code : kInvalid;
  }
  if (options.format == "json") {
    fmt::print("{}\n", Json{{"valid", code == kDone}, {"diagnostics", all}}.dump(2));
  }
  return code;
}

}  // namespace

void add_validate(CLI::App& app, ExitCode& exit_code) {
  auto options = std::make_shared<Options>();  // shared by the command's copies of the callback
  CLI::App* verb = app.add_subcommand("validate", "Check scenarios and the data that they name");
  verb->add_option("files", options->files, "Scenarios: YAML, JSON or Protobuf text format")
      ->required();
  verb->add_option("--format", options->format, "How to tell: table or json")
      ->check(CLI::IsMember({"table", "json"}));
  verb->callback([options, &exit_code] { exit_code = validate(*options); });
}

}  // namespace violin::cli
