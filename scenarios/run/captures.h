// The captures that a scenario asks for, one pcapng file each.
#pragma once

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "core/pcapng.h"
#include "scenarios/build/builder.h"

namespace violin {

class Captures {
 public:
  // Creates the files in `folder`. Throws std::runtime_error, naming the file, where that fails,
  // scenario::ScenarioError for a vNIC that there is not.
  Captures(ScenarioBuilder& builder, const std::filesystem::path& folder);

  // Completes the files.
  void close(TimePoint now);
  const std::vector<std::string>& files() const { return files_; }

 private:
  struct File {
    std::ofstream stream;
    std::unique_ptr<PcapngWriter> writer;
  };
  std::vector<std::unique_ptr<File>> open_;
  std::vector<std::string> files_;
};

}  // namespace violin
