// What the tests of whole runs share: scenarios in, results by name out.
#pragma once

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "scenarios/load/load.h"
#include "scenarios/run/run.h"

namespace violin {

inline std::filesystem::path example_file(const std::string& name) {
  return std::filesystem::path(VIOLIN_SOURCE_DIR) / "scenarios/examples" / (name + ".yaml");
}

inline scenario::LoadedScenario load_example(const std::string& name) {
  return scenario::load_scenario(example_file(name));
}

inline scenario::LoadedScenario parse_yaml(const std::string& text) {
  return scenario::parse_scenario(text, scenario::InputFormat::kYaml, "test.yaml", "/");
}

inline RunResult run_yaml(const std::string& text) { return run(parse_yaml(text)); }

inline FlowResult flow_of(const RunResult& result, const std::string& name) {
  const auto found = std::ranges::find(result.flows, name, &FlowResult::name);
  if (found == result.flows.end()) {
    throw std::logic_error("the run has no flow " + name);
  }
  return *found;
}

inline PathResult path_of(const RunResult& result, const std::string& flow) {
  const auto found = std::ranges::find(result.paths, flow, &PathResult::flow);
  if (found == result.paths.end()) {
    throw std::logic_error("the run has no traceroute " + flow);
  }
  return *found;
}

inline std::vector<std::string> hops_of(const RunResult& result, const std::string& flow) {
  std::vector<std::string> names;
  for (const HopResult& hop : path_of(result, flow).hops) {
    names.push_back(hop.name);
  }
  return names;
}

inline std::uint64_t count_of(const std::vector<DropCount>& drops, Drop reason) {
  const auto found = std::ranges::find(drops, reason, &DropCount::reason);
  return found == drops.end() ? 0 : found->frames;
}

inline std::uint64_t total_of(const std::vector<DropCount>& drops) {
  std::uint64_t sum = 0;
  for (const DropCount& drop : drops) {
    sum += drop.frames;
  }
  return sum;
}

// "3 queue-full, 1 no-route": what a failing expectation should show.
inline std::string shown(const std::vector<DropCount>& drops) {
  std::string text;
  for (const DropCount& drop : drops) {
    text += (text.empty() ? "" : ", ") + std::to_string(drop.frames) + " ";
    text += to_string(drop.reason);
  }
  return text;
}

// An empty folder that goes with it.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    static std::atomic<int> made = 0;
    path_ = std::filesystem::temp_directory_path() /
            ("violin-test-" + std::to_string(getpid()) + "-" + std::to_string(++made));
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;  // nothing to be done about it here
    std::filesystem::remove_all(path_, ignored);
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace violin
