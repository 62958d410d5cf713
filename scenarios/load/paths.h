// The files that a scenario names.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace violin::scenario {

// What is wrong with a path as written: variables other than ${VIOLIN_DATA}. Empty if nothing is.
std::string problem_with_path(std::string_view written);

// The folder of shared data: the environment's VIOLIN_DATA; else the nearest "shared/data" in
// `directory` or above it; else empty.
std::filesystem::path data_directory(const std::filesystem::path& directory);

// `written` with ${VIOLIN_DATA} expanded, relative to `directory` (the scenario file's). Throws
// std::runtime_error if ${VIOLIN_DATA} is used and there is no such folder.
std::filesystem::path resolve_path(std::string_view written,
                                   const std::filesystem::path& directory);

}  // namespace violin::scenario
