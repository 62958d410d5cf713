// What is wrong with a scenario, and where.
#pragma once

#include <compare>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

namespace violin::scenario {

// Both count from 1, columns in bytes. Line 0 stands for a file as a whole.
struct Place {
  std::uint32_t line = 0;
  std::uint32_t column = 0;

  auto operator<=>(const Place&) const = default;
};

enum class Severity : std::uint8_t { kError, kWarning };

struct Diagnostic {
  std::string file;
  Place place;
  std::string path;     // of the field: "violins[0].vhosts[2].nics[0].address"; empty for the whole
  std::string message;  // what is wrong, what was expected, what to do
  Severity severity = Severity::kError;
};

// "file:line:column: path: message", or with "warning: " before the path.
std::string to_string(const Diagnostic& diagnostic);

// By place, and in the order found where the place is one.
void sort_by_place(std::vector<Diagnostic>& diagnostics);

// A scenario that cannot be used. what() has one line per diagnostic.
class ScenarioError : public std::runtime_error {
 public:
  explicit ScenarioError(std::vector<Diagnostic> diagnostics);
  ScenarioError(std::string file, Place place, std::string message);

  const std::vector<Diagnostic>& diagnostics() const { return diagnostics_; }

 private:
  std::vector<Diagnostic> diagnostics_;
};

}  // namespace violin::scenario
