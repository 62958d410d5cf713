// A data file that a scenario names, in memory.
#pragma once

#include <filesystem>
#include <string>

#include "models/substrate/load_error.h"
#include "scenarios/load/load.h"

namespace violin {

// The path as written, relative to the scenario's folder, with ${VIOLIN_DATA} expanded.
std::filesystem::path resolve(const std::string& written, const scenario::LoadedScenario& scenario);

class DataFile {
 public:
  // Throw scenario::ScenarioError, naming the file, if it cannot be read or is larger than
  // kMaxSourceBytes, which is told by its size before anything is read.
  explicit DataFile(std::filesystem::path path);
  DataFile(const std::string& written, const scenario::LoadedScenario& scenario)
      : DataFile(resolve(written, scenario)) {}

  // Valid as long as this.
  SourceText source() const { return {path_.string(), text_}; }

 private:
  std::filesystem::path path_;
  std::string text_;
};

}  // namespace violin
