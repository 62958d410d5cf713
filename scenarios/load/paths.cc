#include "scenarios/load/paths.h"

#include <fmt/format.h>

#include <cstdlib>
#include <stdexcept>

namespace violin::scenario {

namespace {

constexpr std::string_view kVariable = "${VIOLIN_DATA}";

}  // namespace

std::string problem_with_path(std::string_view written) {
  if (written.starts_with(kVariable)) {
    written.remove_prefix(kVariable.size());
  }
  if (written.find("${") != std::string_view::npos) {
    return fmt::format("only {} is expanded, at the beginning of a path", kVariable);
  }
  return {};
}

std::filesystem::path data_directory(const std::filesystem::path& directory) {
  if (const char* named = std::getenv("VIOLIN_DATA"); named != nullptr && *named != '\0') {
    return named;
  }
  std::error_code error;
  std::filesystem::path at = std::filesystem::absolute(directory, error).lexically_normal();
  for (;; at = at.parent_path()) {
    if (std::filesystem::is_directory(at / "shared" / "data", error)) {
      return at / "shared" / "data";
    }
    if (at == at.parent_path()) {
      return {};
    }
  }
}

std::filesystem::path resolve_path(std::string_view written,
                                   const std::filesystem::path& directory) {
  if (!written.starts_with(kVariable)) {
    return directory / written;
  }
  const std::filesystem::path data = data_directory(directory);
  if (data.empty()) {
    throw std::runtime_error(fmt::format(
        "{} is not set, and there is no folder shared/data beside the scenario or above it",
        kVariable.substr(2, kVariable.size() - 3)));
  }
  written.remove_prefix(kVariable.size());
  written.remove_prefix(written.starts_with('/') ? 1 : 0);
  return data / written;
}

}  // namespace violin::scenario
