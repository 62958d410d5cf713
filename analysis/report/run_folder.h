// The folder that a run leaves behind: run.db (SQLite), summary.json and captures. It appears whole
// or not at all.
#pragma once

#include <filesystem>

#include "scenarios/run/run_result.h"

namespace violin {

class RunFolder {
 public:
  // Works in "<folder>.partial" beside the final place. Throws std::runtime_error, naming it, if
  // `folder` exists and holds anything but an earlier run (which complete() replaces), or cannot be
  // made.
  explicit RunFolder(std::filesystem::path folder);
  RunFolder(const RunFolder&) = delete;
  RunFolder& operator=(const RunFolder&) = delete;
  // Removes the partial folder unless it was completed.
  ~RunFolder();

  // Where captures go meanwhile.
  const std::filesystem::path& partial() const { return partial_; }
  // Writes run.db and summary.json, and moves all to its final place.
  void complete(const RunResult& result);

 private:
  std::filesystem::path folder_;
  std::filesystem::path partial_;
};

}  // namespace violin
