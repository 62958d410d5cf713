// Where checks put what they find.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "scenarios/load/decode.h"
#include "scenarios/load/load.h"

namespace violin::scenario {

class Report {
 public:
  explicit Report(const LoadedScenario& scenario) : scenario_(scenario) {}

  void error(std::string path, std::string what) {
    add(std::move(path), std::move(what), Severity::kError);
  }
  void warning(std::string path, std::string what) {
    add(std::move(path), std::move(what), Severity::kWarning);
  }
  // Nothing more is told: no use in looking for the words.
  bool full() const { return diagnostics_.size() >= kMostErrors; }
  std::vector<Diagnostic> take() {
    sort_by_place(diagnostics_);
    if (full()) {
      diagnostics_.push_back(scenario_.diagnostic("", kMoreErrors));
    }
    return std::move(diagnostics_);
  }

 private:
  void add(std::string path, std::string what, Severity severity) {
    if (!full()) {
      diagnostics_.push_back(scenario_.diagnostic(std::move(path), std::move(what), severity));
    }
  }

  const LoadedScenario& scenario_;
  std::vector<Diagnostic> diagnostics_;
};

// "violins[0]" and "vhosts", 2: "violins[0].vhosts[2]".
inline std::string item(const std::string& path, const char* field, int index) {
  return path + (path.empty() ? "" : ".") + field + "[" + std::to_string(index) + "]";
}

}  // namespace violin::scenario
