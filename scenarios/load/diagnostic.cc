#include "scenarios/load/diagnostic.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace violin::scenario {

namespace {

std::string one_line_each(const std::vector<Diagnostic>& diagnostics) {
  std::string text;
  for (const Diagnostic& diagnostic : diagnostics) {
    if (!text.empty()) {
      text += '\n';
    }
    text += to_string(diagnostic);
  }
  return text;
}

}  // namespace

std::string to_string(const Diagnostic& diagnostic) {
  const auto& [file, place, path, message, severity] = diagnostic;
  return fmt::format("{}:{} {}{}{}{}", file,
                     place.line == 0 ? "" : fmt::format("{}:{}:", place.line, place.column),
                     severity == Severity::kWarning ? "warning: " : "", path,
                     path.empty() ? "" : ": ", message);
}

void sort_by_place(std::vector<Diagnostic>& diagnostics) {
  std::ranges::stable_sort(diagnostics, {}, &Diagnostic::place);
}

ScenarioError::ScenarioError(std::vector<Diagnostic> diagnostics)
    : std::runtime_error(one_line_each(diagnostics)), diagnostics_(std::move(diagnostics)) {}

ScenarioError::ScenarioError(std::string file, Place place, std::string message)
    : ScenarioError(std::vector<Diagnostic>{
          {.file = std::move(file), .place = place, .path = {}, .message = std::move(message)}}) {}

}  // namespace violin::scenario
