#include "scenarios/build/data_file.h"

#include <cerrno>
#include <cstring>
#include <fstream>

#include "core/quantity.h"
#include "scenarios/load/paths.h"

namespace violin {

namespace {

[[noreturn]] void fail(const std::filesystem::path& path, const std::string& why) {
  throw scenario::ScenarioError(path.string(), {}, why);
}

}  // namespace

std::filesystem::path resolve(const std::string& written,
                              const scenario::LoadedScenario& scenario) {
  try {
    return scenario::resolve_path(written, scenario.directory);
  } catch (const std::runtime_error& error) {
    throw scenario::ScenarioError(scenario.file, {}, error.what());
  }
}

DataFile::DataFile(std::filesystem::path path) : path_(std::move(path)) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path_, error);
  if (error) {
    fail(path_, "cannot be read: " + error.message());
  }
  if (size > kMaxSourceBytes) {
    fail(path_, "has " + to_string(Bytes{size}) + ", but at most " +
                    to_string(Bytes{kMaxSourceBytes}) + " are read");
  }
  std::ifstream in(path_, std::ios::binary);
  text_.resize(size);
  if (!in.read(text_.data(), static_cast<std::streamsize>(size))) {
    fail(path_, std::string("cannot be read: ") + std::strerror(errno));
  }
}

}  // namespace violin
